"""名单: the lists themselves come to be when a form that writes to them is published."""

from __future__ import annotations

from forms.entity_lists import declared_lists
from server.domain.entity import REGISTER_LISTS, Audience
from server.domain.events.entities import EntityListChanged
from server.domain.permissions import Permission
from server.domain.problems import Conflict, NotFound
from server.storage import entities as storage
from server.storage.entities import EntityList
from server.work import Work

_READ_ONLY = frozenset({"grids", "persons", "details", "classes"})
"""Lists the product itself puts on phones; a form may read them and never write to them."""
OURS = _READ_ONLY | REGISTER_LISTS
"""No list of a county's own is called so."""


def declare_lists(work: Work, xml: bytes) -> None:
    """Set up the lists a form being published writes to, and give those there are the columns they lack.

    `xml` is that of a form that compiled. Raises Conflict("entity.list_is_ours").
    """
    for declared in declared_lists(xml):
        if declared.name in _READ_ONLY:
            raise Conflict("entity.list_is_ours", name=declared.name)
        if declared.name not in REGISTER_LISTS:
            add_columns(work, list_for(work, declared.name), tuple(declared.properties))


def list_for(work: Work, name: str) -> EntityList:
    """The list of a name, made where there is none, locked until the transaction ends."""
    found = storage.list_named(work.session, name, lock=True)
    if found is not None:
        return found
    made = EntityList(
        name=name,
        properties=[],
        approval_required=False,
        audience=Audience.GRID.value,
        personal=True,
        changes=0,
        revision=1,
        created_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    _tell(work, made)
    return made


def existing(work: Work, name: str) -> EntityList:
    """A list that is there, locked until the transaction ends. Raises NotFound("entity.list_unknown")."""
    found = storage.list_named(work.session, name, lock=True)
    if found is None:
        raise NotFound("entity.list_unknown", name=name)
    return found


def add_columns(work: Work, list_: EntityList, names: tuple[str, ...]) -> None:
    """Give a list the columns it has not yet; none ever goes, for a phone may still write to it."""
    missing = [name for name in names if name not in list_.properties]
    if missing:
        list_.properties = [*list_.properties, *missing]
        list_.revision += 1
        _tell(work, list_)


def change_list(
    work: Work, name: str, *, audience: Audience, approval_required: bool, personal: bool
) -> None:
    """设定名单: whose phones hold its entities, whether new ones wait for the office's approval, whether it is about people.

    Raises Forbidden, NotFound("entity.list_unknown").
    """
    work.actor.require(Permission.MANAGE_FORMS)
    list_ = existing(work, name)
    rules = (audience.value, approval_required, personal)
    if (list_.audience, list_.approval_required, list_.personal) != rules:
        list_.audience, list_.approval_required, list_.personal = rules
        list_.revision += 1
        _tell(work, list_)


def _tell(work: Work, list_: EntityList) -> None:
    work.record(
        EntityListChanged(
            subject_id=list_.id,
            jurisdiction=None,
            properties=tuple(list_.properties),
            approval_required=list_.approval_required,
            audience=list_.audience,
            personal=list_.personal,
        )
    )
