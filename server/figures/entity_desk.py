"""名单 as the office looks at them: the lists, their rows, and one entity with what met in it, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from forms.entity_lists import declared_lists
from forms.wording import wording
from server.domain.entity import LABEL, Clash
from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.figures.personnel import place_names
from server.storage import entities, entity_desk, forms
from server.storage.entities import Entity, EntityList, EntityVersion
from server.storage.entity_desk import Tally, Told
from server.storage.forms import FormVersion
from server.work import Reading


@dataclass(frozen=True)
class ListLine:
    """A list with its numbers within the reader's divisions, and the titles of the forms that read it or write to it."""

    list: EntityList
    entities: int
    clashes: int
    waiting: int
    forms: Sequence[str]


def lines(reading: Reading) -> list[ListLine]:
    """Every list by name."""
    session, scope = reading.session, reading.actor.scope
    tallies = entity_desk.tallies(session, scope=scope)
    waiting = entity_desk.waiting(session, scope=scope)
    users = [(form.title, _lists_of(version)) for form, version in forms.listed(session)]
    nothing = Tally(0, 0)
    return [
        ListLine(
            list=list_,
            entities=tallies.get(list_.id, nothing).entities,
            clashes=tallies.get(list_.id, nothing).clashes,
            waiting=waiting.get(list_.id, 0),
            forms=[title for title, used in users if list_.name in used],
        )
        for list_ in entities.every(session)
    ]


def _lists_of(version: FormVersion) -> set[str]:
    read = {name.removesuffix(".csv") for name in version.media}
    return read | {declared.name for declared in declared_lists(version.xml)}


@dataclass(frozen=True)
class Column:
    """A column of a list: its name, how the form that fills it asks for it, and its choices in words."""

    name: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)

    def words(self, said: str) -> str:
        """A value as people read it."""
        return "、".join(self.choices.get(each, each) for each in said.split()) if self.choices else said


_CALLED = Column(LABEL, "名称")


def columns(reading: Reading, list_: EntityList) -> list[Column]:
    """The columns of a list in its order; one that no published form fills is called by its own name."""
    asked: dict[str, Column] = {}
    for _, version in forms.listed(reading.session):
        for declared in declared_lists(version.xml):
            if declared.name == list_.name:
                words = wording(version.xml)
                for name, path in declared.properties.items():
                    label = words.labels.get(path) or name
                    asked[name] = Column(name, label, words.choices.get(path, {}))
    return [asked.get(name, Column(name, name)) for name in list_.properties]


def list_named(reading: Reading, name: str) -> EntityList:
    """One list. Raises NotFound("entity.list_unknown")."""
    found = entities.list_named(reading.session, name)
    if found is None:
        raise NotFound("entity.list_unknown", name=name)
    return found


def may_open(reading: Reading, list_: EntityList, *, at: str) -> bool:
    """Whether the reader sees what an entity says without giving a reason (METRICS V)."""
    return not list_.personal or reading.actor.may(Permission.SEE_NAMES, at=at)


@dataclass(frozen=True)
class Change:
    """What a version says anew, or what met in it; `meantime` is what somebody else had said before."""

    name: str
    before: str
    now: str
    meantime: str = ""


@dataclass(frozen=True)
class VersionLine:
    """A version in words: who wrote it, from which record, what it changed, what it met."""

    told: Told
    changes: Sequence[Change]
    clash: str
    met: Sequence[Change]


@dataclass(frozen=True)
class EntityFile:
    """An entity, its place in words, its columns, and where the reader may see them its versions, the newest first."""

    list: EntityList
    entity: Entity
    place: str
    is_open: bool
    columns: Sequence[Column]
    versions: Sequence[VersionLine]


def entity_file(reading: Reading, list_name: str, key: UUID, *, revealed: bool = False) -> EntityFile:
    """One entity. Raises NotFound outside the reader's divisions."""
    list_ = list_named(reading, list_name)
    entity = entities.get(reading.session, list_, key, scope=reading.actor.scope)
    is_open = revealed or may_open(reading, list_, at=entity.jurisdiction)
    told = entity_desk.told(reading.session, entity) if is_open else []
    by_number = {each.version.number: each.version for each in told}
    own = columns(reading, list_)
    return EntityFile(
        list=list_,
        entity=entity,
        place=place_names(reading.session, [entity.jurisdiction])[entity.jurisdiction],
        is_open=is_open,
        columns=own,
        versions=[_line(each, by_number, own) for each in reversed(told)],
    )


def _line(told: Told, by_number: Mapping[int, EntityVersion], own: Sequence[Column]) -> VersionLine:
    version = told.version
    before = by_number.get(version.number - 1)
    base = by_number.get(version.base or 0)
    all_columns = (_CALLED, *own)
    return VersionLine(
        told,
        changes=[
            Change(each.label, _says(before, each), _says(version, each))
            for each in all_columns
            if _says(before, each) != _says(version, each)
        ],
        clash=Clash(version.clash).label if version.clash else "",
        met=[
            Change(each.label, _says(base, each), _says(version, each), _says(before, each))
            for each in all_columns
            if each.name in version.clashing
        ],
    )


def _says(version: EntityVersion | None, column: Column) -> str:
    if version is None:
        return ""
    said: str = version.label if column.name == LABEL else version.properties.get(column.name, "")
    return column.words(said)


def file_rows(reading: Reading, list_: EntityList) -> Iterator[Sequence[str]]:
    """The rows of a list as a file: its columns first, then the entities within the reader's divisions."""
    yield ("编号", "名称", "网格", *list_.properties)
    for row in entity_desk.whole(reading.session, list_, scope=reading.actor.scope):
        yield (
            str(row.uuid),
            row.label,
            row.jurisdiction,
            *(row.properties.get(name, "") for name in list_.properties),
        )
