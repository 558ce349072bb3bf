"""名单 as the office looks at them: the lists, their rows, and one entity with what met in it, side by side."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.domain.entity import LABEL, Clash
from server.domain.people import Permission
from server.domain.problems import NotFound
from server.figures.personnel import place_names
from server.storage import entities, entity_desk, forms
from server.storage.entities import Entity, EntityList, EntityVersion
from server.storage.entity_desk import Told
from server.work import Reading


@dataclass(frozen=True)
class ListLine:
    """A list with its numbers within the reader's divisions, and the titles of the forms phones have it beside."""

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
    listed = forms.listed(session)
    return [
        ListLine(
            list=list_,
            entities=tallies[list_.id].entities if list_.id in tallies else 0,
            clashes=tallies[list_.id].clashes if list_.id in tallies else 0,
            waiting=waiting.get(list_.id, 0),
            forms=[form.title for form, version in listed if f"{list_.name}.csv" in version.media],
        )
        for list_ in entities.every(session)
    ]


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
    """An entity, its place in words, and its versions, the newest first, where the reader may see what it says."""

    list: EntityList
    entity: Entity
    place: str
    is_open: bool
    versions: Sequence[VersionLine]


def entity_file(reading: Reading, list_name: str, key: uuid.UUID, *, revealed: bool = False) -> EntityFile:
    """One entity. Raises NotFound outside the reader's divisions."""
    list_ = list_named(reading, list_name)
    entity = entities.get(reading.session, list_, key, scope=reading.actor.scope)
    is_open = revealed or may_open(reading, list_, at=entity.jurisdiction)
    told = entity_desk.told(reading.session, entity) if is_open else []
    by_number = {each.version.number: each.version for each in told}
    return EntityFile(
        list=list_,
        entity=entity,
        place=place_names(reading.session, [entity.jurisdiction])[entity.jurisdiction],
        is_open=is_open,
        versions=[_line(each, by_number, list_.properties) for each in reversed(told)],
    )


def _line(told: Told, by_number: dict[int, EntityVersion], names: Sequence[str]) -> VersionLine:
    version = told.version
    before = by_number.get(version.number - 1)
    base = by_number.get(version.base or 0)
    changes = [
        Change(name, _says(before, name), _says(version, name))
        for name in (LABEL, *names)
        if _says(before, name) != _says(version, name)
    ]
    met = [
        Change(name, _says(base, name), _says(version, name), _says(before, name))
        for name in version.clashing
    ]
    return VersionLine(told, changes, Clash(version.clash).label if version.clash else "", met)


def _says(version: EntityVersion | None, name: str) -> str:
    if version is None:
        return ""
    said: str = version.label if name == LABEL else version.properties.get(name, "")
    return said


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
