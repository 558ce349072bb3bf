"""导入名单: a file fills a list, checked as a whole; one wrong cell, and nothing is changed."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.domain.events.entities import EntitiesImported
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.figures.exports.cells import STARTS_A_FORMULA
from server.services.entities.lists import OURS, add_columns, list_for
from server.services.register.columns import Wrong
from server.services.register.importing import ListFile, WrongRows
from server.services.register.spreadsheet import Row, Sheet, read
from server.storage import entity_desk, grids, jurisdictions
from server.storage.entities import Entity, EntityList, EntityVersion
from server.storage.entity_desk import Named
from server.work import Work

ID, LABEL, PLACE = "编号", "名称", "网格"
"""The columns every file of a list may have; all others are the list's own."""
_ALSO_CALLED = {"name": ID, "label": LABEL}
_LIST_NAME = re.compile(r"[^\W\d_][\w-]{0,59}")
_PROPERTY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,59}")
_KEPT_BY_PHONES = "__"
_LONGEST = 2000
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Filled:
    """How many entities were new, and how many changed."""

    new: int
    changed: int


def fill(work: Work, list_name: str, file: ListFile) -> Filled:
    """导入名单: one line per entity; the same 编号, or without one the same 名称 in the same 网格, is the same entity.

    A list that is not there yet is made; a line without 网格 belongs to the whole division of who imports. Raises
    Forbidden, Invalid("entity.list_name", "entity.bad_columns", "entity.too_many_rows", "register.bad_file"),
    Conflict("entity.list_is_ours"), WrongRows.
    """
    work.actor.require(Permission.PREPARE_FORMS)
    if _LIST_NAME.fullmatch(list_name) is None:
        raise Invalid("entity.list_name")
    if list_name in OURS:
        raise Conflict("entity.list_is_ours", name=list_name)
    sheet = read(file.name, file.content)
    columns = _columns(sheet)
    if len(sheet.rows) > MOST_ROWS:
        raise Invalid("entity.too_many_rows", most=MOST_ROWS)
    list_ = list_for(work, list_name)
    check = _Check.of(work, list_)
    for row in sheet.rows:
        check.take(_as_meant(row), columns)
    if check.wrong:
        raise WrongRows(check.wrong)
    add_columns(work, list_, tuple(columns.own))
    filled = _write(work, list_, check.lines)
    work.record(
        EntitiesImported(
            subject_id=list_.id, jurisdiction=None, new=filled.new, changed=filled.changed, sha256=file.sha256
        )
    )
    return filled


def _as_meant(row: Row) -> Row:
    """A line without the apostrophes that a file of ours puts before what a spreadsheet would compute."""
    cells = {
        column: cell[1:] if cell[:1] == "'" and cell[1:].startswith(STARTS_A_FORMULA) else cell
        for column, cell in row.cells.items()
    }
    return Row(row.number, cells)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column of the file is which of ours, and which are the list's own."""

    ours: dict[str, str]
    own: Sequence[str]


def _columns(sheet: Sheet) -> _Columns:
    """The columns of a file. Those phones keep (__version) are passed over. Raises Invalid("entity.bad_columns")."""
    ours = {_ALSO_CALLED.get(column, column): column for column in sheet.columns}
    ours = {name: column for name, column in ours.items() if name in (ID, LABEL, PLACE)}
    own = [
        column
        for column in sheet.columns
        if column not in ours.values() and not column.startswith(_KEPT_BY_PHONES)
    ]
    wrong = [column for column in own if _PROPERTY.fullmatch(column) is None]
    if LABEL not in ours or wrong:
        raise Invalid("entity.bad_columns", columns="、".join(wrong) or LABEL)
    return _Columns(ours, own)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that can be taken; `known` is the key of the entity it means, None for a new one."""

    uuid: uuid.UUID
    known: int | None
    label: str
    place: str
    properties: dict[str, str]


@dataclass
class _Check:
    """The lines of a file held against the list, the grids and each other."""

    work: Work
    home: str
    places: frozenset[str]
    by_id: dict[uuid.UUID, Named]
    by_name: dict[tuple[str, str], Named]
    lines: list[_Line] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    seen: dict[uuid.UUID, int] = field(default_factory=dict)
    seen_names: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, work: Work, list_: EntityList) -> _Check:
        """What the lines of a file for this list are held against."""
        scope = work.actor.scope
        known = entity_desk.named(work.session, list_)
        return cls(
            work,
            home=min(scope.codes, default=""),
            places=frozenset(
                [grid.code for grid in grids.listing(work.session, scope=scope)]
                + [division.code for division in jurisdictions.listing(work.session, scope=scope)]
            ),
            by_id={each.uuid: each for each in known},
            by_name={(each.label, each.jurisdiction): each for each in known if not each.removed},
        )

    def take(self, row: Row, columns: _Columns) -> None:
        """Take one line, or say what is wrong in it."""
        said = {name: row.cells.get(column, "") for name, column in columns.ours.items()}
        label, stated = said.get(LABEL, ""), said.get(PLACE, "")
        place = stated or self.home
        if not label:
            self._refuse(row, LABEL, "必须填写")
        if place not in self.places:
            self._refuse(row, PLACE, "没有这个网格或村（社区），或不在您的管辖范围")
        for name, cell in row.cells.items():
            if len(cell) > _LONGEST:
                self._refuse(row, name, f"超过 {_LONGEST} 个字")
        key = self._key(row, said.get(ID, ""))
        known = self.by_id.get(key) if key else self.by_name.get((label, place))
        self._meet(row, known, key=key, named=(label, place))
        properties = {name: row.cells.get(name, "") for name in columns.own}
        self.lines.append(
            _Line(
                uuid=key or (uuid.uuid4() if known is None else known.uuid),
                known=None if known is None else known.id,
                label=label,
                place=place if stated or known is None else known.jurisdiction,
                properties=properties,
            )
        )

    def _key(self, row: Row, said: str) -> uuid.UUID | None:
        if not said:
            return None
        try:
            key = uuid.UUID(said)
        except ValueError:
            key = uuid.UUID(int=0)
        if key.version != 4:
            self._refuse(row, ID, "不是系统给的编号；新的一行请留空")
        return key

    def _meet(self, row: Row, known: Named | None, *, key: uuid.UUID | None, named: tuple[str, str]) -> None:
        """Refuse a line about what was removed, what lies elsewhere, or what an earlier line is about."""
        if known is not None and known.removed:
            self._refuse(row, ID, "这一条已经去掉了")
        if known is not None and not self.work.actor.scope.covers(known.jurisdiction):
            self._refuse(row, ID, "这一条不在您的管辖范围")
        key = known.uuid if known is not None else key
        before = self.seen_names.get(named) if key is None else self.seen.get(key)
        if before is not None:
            self._refuse(row, LABEL if key is None else ID, f"与第 {before} 行重复")
        if key is None:
            self.seen_names[named] = row.number
        else:
            self.seen[key] = row.number

    def _refuse(self, row: Row, name: str, reason: str) -> None:
        self.wrong.append(Wrong(row.number, name, reason))


def _write(work: Work, list_: EntityList, lines: Sequence[_Line]) -> Filled:
    known = entity_desk.by_key(work.session, [line.known for line in lines if line.known is not None])
    written: list[Entity] = []
    counted: dict[bool, int] = defaultdict(int)
    for line in lines:
        entity = known.get(line.known or 0)
        if entity is not None and _says_the_same(entity, line):
            continue
        counted[entity is None] += 1
        written.append(_next(work, list_, entity, line))
    work.session.add_all(written)
    work.session.flush()
    work.session.add_all(_version(work, entity) for entity in written)
    work.session.flush()
    return Filled(new=counted[True], changed=counted[False])


def _says_the_same(entity: Entity, line: _Line) -> bool:
    merged = {**entity.properties, **line.properties}
    return (entity.label, entity.jurisdiction, entity.properties) == (line.label, line.place, merged)


def _next(work: Work, list_: EntityList, entity: Entity | None, line: _Line) -> Entity:
    list_.changes += 1
    if entity is None:
        entity = Entity(
            list_id=list_.id,
            uuid=line.uuid,
            version=0,
            properties={},
            owner_id=work.actor.id,
            clash=None,
            created_at=work.now,
            removed_at=None,
        )
    entity.version += 1
    entity.label, entity.jurisdiction = line.label, line.place
    entity.properties = {**entity.properties, **line.properties}
    entity.change, entity.changed_at = list_.changes, work.now
    return entity


def _version(work: Work, entity: Entity) -> EntityVersion:
    return EntityVersion(
        entity_id=entity.id,
        number=entity.version,
        label=entity.label,
        properties=entity.properties,
        submission_id=None,
        account_id=work.actor.id,
        written_at=work.now,
        base=entity.version - 1 or None,
        trunk=None,
        branch_id=None,
        branch_base=None,
        clash=None,
        clashing=[],
        made_up=False,
    )
