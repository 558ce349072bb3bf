"""台账: every demand with what became of it, the newest first, struck off one by one 逐一销号 (ZX-33)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.domain.demand_states import Group
from server.domain.permissions import Permission
from server.domain.problems import Forbidden, Invalid
from server.domain.work_calendar import local_day
from server.figures.open_cases import Case, lines, moments
from server.storage import ledger as storage
from server.storage import units
from server.storage.case_filter import CaseFilter
from server.work import Reading

PAGE_SIZE = 50
MOST_IN_A_FILE = 20_000

ENDINGS: Mapping[str, str] = {
    "rated": "评价后销号",
    "unrated": "未评价销号",
    "staff": "销号",
    "lapsed": "期满销号",
    "withdrawn": "反映人撤回",
    "rejected": "不予受理",
    "referred": "告知法定渠道",
    "nobody_to_tell": "无人可回复，销号",
}
"""What ended a demand, as a ledger says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the ledger.

    `held_by` is the person or, where a unit has it, the unit; `struck_off_on` the day it ended and `ending` how, None
    and "" while it has not. `reporter` and `phone` are given only to those who may see names.
    """

    case: Case
    held_by: str
    struck_off_on: dt.date | None
    ending: str
    reporter: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A slice of the ledger: see storage/ledger.py for how many are counted, and what `next` is."""

    entries: Sequence[Entry]
    counted: int
    struck_off: int
    more: bool
    next: str | None
    names: bool


def ledger(reading: Reading, wanted: CaseFilter, *, after: str | None = None) -> Ledger:
    """The next fifty of the wanted demands the reader may see. Raises Forbidden for another's own list."""
    found = storage.slice_of(
        reading.session,
        _allowed(reading, wanted),
        scope=reading.actor.scope,
        moments=moments(reading),
        size=PAGE_SIZE,
        after=after,
    )
    return Ledger(
        entries=_entries(reading, lines(reading, found.rows)),
        counted=found.counted,
        struck_off=found.struck_off,
        more=found.more,
        next=found.next,
        names=sees_names(reading),
    )


def whole(reading: Reading, wanted: CaseFilter) -> Sequence[Entry]:
    """All wanted demands, for a file. Raises Invalid("ledger.too_many"), Forbidden for another's own list."""
    rows = storage.every(
        reading.session,
        _allowed(reading, wanted),
        scope=reading.actor.scope,
        moments=moments(reading),
        most=MOST_IN_A_FILE,
    )
    if len(rows) > MOST_IN_A_FILE:
        raise Invalid("ledger.too_many", most=MOST_IN_A_FILE)
    return _entries(reading, lines(reading, rows))


def sees_names(reading: Reading) -> bool:
    """Whether the reader may see who reported (METRICS V): others open a name with a reason, one at a time."""
    return reading.actor.may(Permission.SEE_NAMES)


def _allowed(reading: Reading, wanted: CaseFilter) -> CaseFilter:
    if wanted.own is not None and wanted.own != reading.actor.id:
        raise Forbidden("actor.not_permitted")
    return replace(wanted, with_names=sees_names(reading))


def _entries(reading: Reading, cases: Sequence[Case]) -> list[Entry]:
    named = units.names_of(reading.session, {each.demand.unit_id for each in cases if each.demand.unit_id})
    names = sees_names(reading)
    return [_entry(case, named, names=names) for case in cases]


def _entry(case: Case, named: Mapping[uuid.UUID, str], *, names: bool) -> Entry:
    demand = case.demand
    ended = case.group is Group.ENDED
    unit = "" if demand.unit_id is None else named.get(demand.unit_id, "")
    return Entry(
        case=case,
        held_by=case.held_by or unit,
        struck_off_on=local_day(demand.since) if ended else None,
        ending=ENDINGS.get(demand.closed_by or "", "已了结") if ended else "",
        reporter=(demand.reporter_name or "") if names else "",
        phone=(demand.reporter_phone or "") if names else "",
    )
