"""回访抽查: whom a village is to ring, and how often those rung agree with the records (METRICS Q)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.domain.back_check import Answer, What, interval
from server.domain.jurisdiction import Level, contains
from server.domain.obligation import Figure, Window, map_percentage
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.figures.personnel import place_names
from server.storage import back_checks as storage
from server.storage import demands
from server.storage.back_checks import BackCheck, BackCheckDraw
from server.storage.households import Household
from server.storage.visits import Visit
from server.work import Reading

_DECIDED = (Answer.AGREES, Answer.DIFFERS)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing drawn: where it belongs in words, and what came of the call, None while nobody has rung."""

    id: int
    what: What
    place: str
    day: dt.date
    answer: Answer | None

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to be rung."""
        return self.answer in (None, Answer.NOT_REACHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A village's checks of a month. `agreed`: of those who could say, those who said what the record says."""

    village: str
    name: str
    checks: tuple[Check, ...]
    agreed: Figure[Check]

    @property
    def asked(self) -> int:
        """How many calls were tried."""
        return sum(each.answer is not None for each in self.checks)

    @property
    def share(self) -> str:
        """The agreement in words; a fraction below five (METRICS D10)."""
        return map_percentage(self.agreed.n, self.agreed.d) if self.agreed.d else ""

    @property
    def range(self) -> str:
        """Between which shares the village's whole month lies, 95 times of 100; "" while nobody could say."""
        if not self.agreed.d:
            return ""
        low, high = interval(self.agreed.n, self.agreed.d)
        return f"{math.floor(low * 100)} %～{math.ceil(high * 100)} %"


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ring: who, the telephone ("" where none is known), and where he lives or what his matter was about."""

    who: str
    telephone: str
    words: str


def to_ask(reading: Reading, month: Window) -> list[Check]:
    """Return what the reader's village is to ask others about a month, in the order it was drawn."""
    return _checks(reading, storage.to_ask(reading.session, asker=reading.actor.scope, month=month.first))


def agreements(reading: Reading, month: Window) -> list[Agreement]:
    """Return the villages of the reader's scope that were drawn, by code: no village is ranked (METRICS D14)."""
    rows = storage.of_month(reading.session, scope=reading.actor.scope, month=month.first)
    by_village: dict[str, list[BackCheck]] = {}
    for row in rows:
        by_village.setdefault(row.grid[: Level.VILLAGE.digits], []).append(row)
    names = place_names(reading.session, by_village)
    return [_agreement(village, names, _checks(reading, members)) for village, members in by_village.items()]


def agreement(reading: Reading, month: Window, village: str) -> Agreement:
    """Return one village's. Raises NotFound("back_check.nothing_drawn") outside the scope or where nothing was drawn."""
    found = next((each for each in agreements(reading, month) if each.village == village), None)
    if found is None:
        raise NotFound("back_check.nothing_drawn")
    return found


def draws(reading: Reading, month: Window) -> list[BackCheckDraw]:
    """Return the draws of a month, with their seeds, of the counties the reader's divisions lie in or hold."""
    codes = reading.actor.scope.codes
    return [
        each
        for each in storage.draws(reading.session, month.first)
        if any(contains(each.county, code) or contains(code, each.county) for code in codes)
    ]


def contact(reading: Reading, check: BackCheck) -> Contact:
    """Whom to ring about a check the reader has opened."""
    if check.visit_id is not None:
        visit = reading.session.get_one(Visit, check.visit_id)
        home = reading.session.get_one(Household, visit.household_id)
        return Contact(home.head_name or "", home.telephone or "", home.address)
    if check.demand_id is None:
        raise NotFound("back_check.unknown")
    demand = demands.get(reading.session, check.demand_id, scope=Scope.of([check.grid]))
    return Contact(demand.reporter_name or "", demand.reporter_phone or "", demand.words or "")


def _agreement(village: str, names: Mapping[str, str], checks: list[Check]) -> Agreement:
    decided = tuple(each for each in checks if each.answer in _DECIDED)
    agreed = tuple(each for each in decided if each.answer is Answer.AGREES)
    return Agreement(
        village=village, name=names[village], checks=tuple(checks), agreed=Figure(agreed, decided)
    )


def _checks(reading: Reading, rows: Iterable[BackCheck]) -> list[Check]:
    found = list(rows)
    places = place_names(reading.session, (row.grid for row in found))
    return [
        Check(
            id=row.id,
            what=What(row.what),
            place=places[row.grid],
            day=row.day,
            answer=None if row.answer is None else Answer(row.answer),
        )
        for row in found
    ]
