"""The records of an export, many at once: what the server knows of each, and what it says where the reader may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy.orm import Session

from server.domain.submission import STATES
from server.figures.areas import GridName, grid_names
from server.figures.exports.cells import TO_THE_SECOND, Answer, Cell, Guard, as_is, distinct
from server.figures.exports.order import Order
from server.figures.exports.picks import Picks
from server.figures.personnel import place_names
from server.storage import exports as storage
from server.storage.exports import Stored
from server.storage.geometry import point_degrees
from server.work import Reading

_AT_ONCE = 4000
_WITHHELD = "涉及不公开的诉求，内容不导出"

Opened = Callable[[], AbstractContextManager[Reading]]
"""Begins a look at the database. An export takes many short ones: none stands for as long as somebody downloads."""

Progress = Callable[[int], None]
"""Is told how many more records stand in the file."""


def untold(_rows: int) -> None:
    """Tell nobody."""


_FACTS = (
    ("记录编号", "record-number"),
    ("收到时间", "record-received"),
    ("算哪一天", "record-day"),
    ("乡镇（街道）", "record-township"),
    ("村（社区）", "record-village"),
    ("网格", "record-grid"),
    ("网格编码", "record-code"),
    ("填报人", "record-sender"),
    ("情况", "record-state"),
    ("要问的", "record-flags"),
    ("经度", "record-lon"),
    ("纬度", "record-lat"),
    ("定位精度（米）", "record-accuracy"),
    ("表单版本", "record-version"),
    ("记录标识", "record-id"),
)
_NUMBERS = frozenset({"record-number", "record-lon", "record-lat", "record-accuracy"})
FACTS_IN_NUMBERS = tuple(name in _NUMBERS for _, name in _FACTS)
"""Which of the columns of fact_heads() hold numbers."""


class Record(NamedTuple):
    """A record: its number here, its key everywhere, what the server knows (cells of fact_heads()), and its answers.

    `point` is where it was begun, longitude and latitude in degrees. `is_open` is False where the reader may not see
    what it says: then there are no answers and no place.
    """

    number: int
    key: str
    facts: list[Cell]
    answers: Answer
    point: tuple[float, float] | None
    is_open: bool


def fact_heads(*, in_words: bool) -> list[tuple[str, str]]:
    """The headings (words, name) of what the server knows of a record, before those of its answers."""
    return [(words if in_words else name, name) for words, name in _FACTS]


def with_facts(order: Order, heads: Sequence[str]) -> list[str]:
    """The headings of a whole row, each once."""
    return distinct([*fact_heads(in_words=order.wanted.in_words), *((head, head) for head in heads)])


def records(
    order: Order, opened: Opened, *, guard: Guard = as_is, progress: Progress = untold
) -> Iterator[Iterator[Record]]:
    """Every record of the export, in the order of arrival, in batches that are to be read one after the other.

    `guard` is for texts of people among the facts; `progress` is called behind each batch.
    """
    with opened() as reading:
        withheld = storage.withheld(
            reading.session, order.selection, scope=order.scope, reader=reading.actor.scope
        )
        known = _Known(order, guard, withheld, grid_names(reading.session, scope=order.scope))
    after = 0
    while True:
        with opened() as reading:
            found = storage.batch(
                reading.session, order.selection, scope=order.scope, after=after, at_most=_AT_ONCE
            )
            known.learn(reading.session, {row.jurisdiction for row in found})
            known.learn_picks(reading, found)
        yield _batch(found, known)
        progress(len(found))
        if len(found) < _AT_ONCE:
            return
        after = found[-1].id


def _batch(found: Sequence[Stored], known: _Known) -> Iterator[Record]:
    """Record by record: what lives no longer than its line is cheap, a thousand at once are not."""
    placed = [row.point for row in found if row.point is not None]
    points = iter(point_degrees(placed).tolist() if placed else ())
    for row in found:
        yield _record(row, None if row.point is None else next(points), known)


def _record(row: Stored, place: list[float] | None, known: _Known) -> Record:
    is_open = row.root_instance_id not in known.withheld
    point = (place[0], place[1]) if place is not None and is_open else None
    guard = known.guard
    facts: list[Cell] = [
        row.id,
        row.received[:TO_THE_SECOND],
        row.day.isoformat(),
        *known.names[row.jurisdiction],
        guard(row.sender or ""),
        STATES[row.state],
        known.questions(row.flags) if is_open else _WITHHELD,
        *(("", "") if point is None else point),
        "" if row.accuracy is None or point is None else row.accuracy,
        guard(row.form_version),
        guard(row.instance_id),
    ]
    return Record(row.id, row.instance_id, facts, known.answers(row) if is_open else {}, point, is_open)


class _Known:
    """What is looked up once for all records: divisions and flags in words, and what is withheld."""

    def __init__(self, order: Order, guard: Guard, withheld: set[str], grids: Mapping[str, GridName]) -> None:
        self.guard, self.withheld = guard, withheld
        self._flags = order.flags
        self.names: dict[str, tuple[str, str, str, str]] = {
            code: (guard(grid.township), guard(grid.village), guard(grid.name), code)
            for code, grid in grids.items()
        }
        """Township, village, grid and code, by code."""
        self._picks = Picks(order.table) if order.wanted.in_words else None
        self._picked: dict[str, str] = {}

    def learn(self, session: Session, codes: set[str]) -> None:
        """Look up the names of divisions that are no grids."""
        new = codes - self.names.keys()
        for code, name in place_names(session, new).items() if new else ():
            self.names[code] = ("", self.guard(name), "", code)

    def learn_picks(self, reading: Reading, found: Sequence[Stored]) -> None:
        """Look up what is picked from the register in some records, and forget those before."""
        if self._picks:
            said = (row.values for row in found if row.root_instance_id not in self.withheld)
            self._picked = self._picks.names(reading, said)

    def answers(self, row: Stored) -> Answer:
        """What a record says."""
        answers: dict[str, Any] = from_json(row.values)
        if self._picks and self._picked:
            self._picks.put_in_words(answers, self._picked)
        return answers

    def questions(self, flags: str) -> str:
        """The flags of a record in words."""
        return "" if flags == "[]" else "、".join(self._flags.get(flag, flag) for flag in from_json(flags))
