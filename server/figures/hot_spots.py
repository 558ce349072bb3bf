"""热点清单: the concentrations of an area in words an official can repeat, with their numbers and weeks (METRICS H2)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.demand_clock import age_in_days
from server.domain.hot_spot import FADED_DAYS, state_words
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import areas
from server.figures.case_words import kinds, steps
from server.figures.concentrations import Concentration, amount, concentrations, identities, times
from server.figures.hot_spot_cases import Basis
from server.figures.hot_spot_grids import counties
from server.figures.staffing import names_of
from server.storage import hot_spots as storage
from server.storage import units
from server.storage.demands import Demand, readable
from server.storage.hot_spots import HotSpot, HotSpotDay
from server.work import Reading

_KINDS_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of a hot spot's cases: their kinds with numbers, most first; the oldest's age in calendar days; how
    many people told of them, those of merged ones too; who holds most of them, in words; the newest step.
    """

    kinds: tuple[tuple[str, int], ...]
    oldest_days: int
    reporters: int
    held_by: str
    last_step: str | None
    last_step_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the list. `number` is None until a night has numbered it; `grids` how many are flagged; `demands` are
    the cases the reader may open, `others` how many more there are.
    """

    number: int | None
    centre: str
    where: str
    grids: int
    observed: int
    expected: float
    kinds: str
    oldest_days: int
    reporters: int
    state: str
    held_by: str
    last_step: str = ""
    last_step_at: dt.datetime | None = None
    demands: Sequence[Demand] = ()
    others: int = 0

    @property
    def times(self) -> str:
        """2.6 倍."""
        return times(self.observed / self.expected)

    @property
    def amount(self) -> str:
        """How many were to be expected, as written."""
        return amount(self.expected)

    @property
    def words(self) -> str:
        """应有 10 件，实有 26 件，2.6 倍；最久 47 天；18 人反映；现由县水务局办理."""
        people = f"{self.reporters} 人反映" if self.reporters else ""
        told = (
            f"应有 {self.amount} 件，实有 {self.observed} 件，{self.times}",
            f"最久 {self.oldest_days} 天",
        )
        return "；".join(each for each in (*told, people, self.held_by) if each)


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpots:
    """The list of an area: what concentrates `now`, and what no longer does, `faded`, the latest first."""

    now: tuple[Line, ...]
    faded: tuple[tuple[dt.date, Line], ...]
    basis: Basis


def hot_spots(reading: Reading, area: str | None = None) -> HotSpots:
    """Return the list of an area, the least likely first. Raises NotFound("jurisdiction.unknown") outside the scope."""
    found = concentrations(reading, area)
    return HotSpots(
        now=tuple(_lines(reading, found.spots)),
        faded=tuple(_faded(reading, area)),
        basis=found.basis,
    )


def earlier(reading: Reading, area: str | None, *, on: dt.date) -> tuple[dt.date, tuple[Line, ...]] | None:
    """Return the list as the last night on or before a day kept it, with that night's day; None where none was kept."""
    scope = areas.narrowed(reading.actor.scope, area)
    found: list[tuple[HotSpot, HotSpotDay]] = []
    days = []
    for county in counties(reading, area):
        night = storage.last_night(reading.session, county=county, until=on)
        if night is not None:
            days.append(night.day)
            found += [
                each
                for each in storage.of_night(reading.session, night)
                if any(map(scope.covers, each[1].grids))
            ]
    if not days:
        return None
    where = _names(reading, (day.centre for _, day in found))
    return max(days), tuple(_kept(spot, day, where, today=max(days)) for spot, day in found)


def told(reading: Reading, cases: Sequence[uuid.UUID]) -> Told:
    """Return what is said of the cases of a hot spot, of the reader's scope or not: numbers, never rows."""
    rows = reading.session.scalars(sa.select(Demand).where(Demand.id.in_(cases))).all()
    merged = sa.select(Demand.reporter_phone, Demand.reporter_name).where(Demand.merged_into_id.in_(cases))
    people = {row.reporter_phone or row.reporter_name for row in (*rows, *reading.session.execute(merged))}
    newest = max((row for row in rows if row.last_step_at), key=_last_step_at, default=None)
    return Told(
        kinds=tuple(sorted(Counter(row.kind for row in rows).items(), key=lambda each: (-each[1], each[0]))),
        oldest_days=max(age_in_days(row.received_at, as_of=reading.now) for row in rows),
        reporters=len(people - {None}),
        held_by=_held_by(reading, rows),
        last_step=None if newest is None else newest.last_step,
        last_step_at=None if newest is None else newest.last_step_at,
    )


def _last_step_at(row: Demand) -> dt.datetime:
    return row.last_step_at or row.received_at


def _held_by(reading: Reading, rows: Sequence[Demand]) -> str:
    names = names_of(reading.session, [row.handler_id for row in rows if row.handler_id is not None])
    names |= units.names_of(reading.session, [row.unit_id for row in rows if row.unit_id is not None])
    holders = Counter(names.get(row.unit_id or row.handler_id or row.id, "") for row in rows)
    holder, number = min(holders.items(), key=lambda each: (-each[1], each[0]))
    most = "" if number == len(rows) else f"其中 {number} 件"
    if holder == "":
        return f"{most}还没有分派"
    return f"{most}现由{holder}办理"


def _lines(reading: Reading, spots: Sequence[Concentration]) -> Iterable[Line]:
    where = _names(reading, (spot.centre for spot in spots))
    today = local_day(reading.now)
    for spot, known in zip(spots, identities(reading, spots), strict=True):
        facts = told(reading, spot.cases)
        mine = sa.select(Demand).where(Demand.id.in_(spot.cases), readable(reading.actor.scope))
        demands = reading.session.scalars(mine.order_by(Demand.received_at, Demand.number)).all()
        yield Line(
            number=None if known is None else known.number,
            centre=spot.centre,
            where=where[spot.centre],
            grids=len(spot.grids),
            observed=spot.observed,
            expected=spot.expected,
            kinds=_kinds_words(facts.kinds),
            oldest_days=facts.oldest_days,
            reporters=facts.reporters,
            state=state_words(None if known is None else known.first_day, today=today),
            held_by=facts.held_by,
            last_step=steps().get(facts.last_step or "", ""),
            last_step_at=facts.last_step_at,
            demands=demands,
            others=len(spot.cases) - len(demands),
        )


def _faded(reading: Reading, area: str | None) -> Iterable[tuple[dt.date, Line]]:
    """What was a hot spot on a night of the last weeks and was none on the county's last night."""
    scope = areas.narrowed(reading.actor.scope, area)
    today = local_day(reading.now)
    for county in counties(reading, area):
        night = storage.last_night(reading.session, county=county, until=today)
        if night is None:
            continue
        found = storage.faded(
            reading.session,
            scope=Scope.of([area or county]),
            since=today - dt.timedelta(days=FADED_DAYS),
            before=night.day,
        )
        where = _names(reading, (day.centre for _, day in found))
        for spot, day in found:
            if scope.covers(day.centre):
                yield spot.last_day, _kept(spot, day, where, today=spot.last_day)


def _kept(spot: HotSpot, day: HotSpotDay, where: dict[str, str], *, today: dt.date) -> Line:
    return Line(
        number=spot.number,
        centre=day.centre,
        where=where[day.centre],
        grids=len(day.grids),
        observed=day.observed,
        expected=day.expected,
        kinds=_kinds_words(day.kinds),
        oldest_days=day.oldest_days,
        reporters=day.reporters,
        state=state_words(spot.first_day, today=today),
        held_by=day.held_by,
        others=day.observed,
    )


def _kinds_words(counted: Iterable[Sequence[str | int]]) -> str:
    named = [f"{kinds().get(str(kind), '其他')} {number} 件" for kind, number in counted]
    return "、".join(named[:_KINDS_NAMED]) + ("等" if len(named) > _KINDS_NAMED else "")


def _names(reading: Reading, codes: Iterable[str]) -> dict[str, str]:
    """Grids in words; one that is no more stands as its code."""
    wanted = set(codes)
    names = areas.grid_names(reading.session, scope=Scope.of(wanted))
    return {code: names[code].full_name if code in names else code for code in wanted}
