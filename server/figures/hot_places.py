"""多人反映: several people telling of the same kind of thing in the same place (METRICS H1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gis.hotspots import Hotspot, Report, crowded, many_reports
from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey, is_unresolved
from server.domain.work_calendar import local_day
from server.figures import areas
from server.figures.case_words import kinds
from server.figures.next_step import open_to
from server.storage.case_filter import OnMap, on_map
from server.storage.demands import Demand, readable
from server.storage.geometry import point_degrees, undecoded
from server.storage.profiles import profile_at
from server.storage.selection import as_value, within
from server.work import Reading

MOST_TOLD, MOST_LISTED = 100, 30
"""Of more places a map and the list beside it tell those with most reports, and how many there are in all."""
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HotPlace:
    """A place several reports tell of, with them oldest first; `lon` and `lat` in degrees are the middle of them."""

    kind: str
    grid: str
    lon: float
    lat: float
    demands: Sequence[Demand]
    people: int

    @property
    def unresolved(self) -> int:
        """How many of its reports are not settled."""
        return sum(is_unresolved(StateKey(demand.key)) for demand in self.demands)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A place as a map shows it: how many reports of how many people, of which so many are not settled; as HotPlace."""

    kind: str
    grid: str
    lon: float
    lat: float
    reports: int
    people: int
    unresolved: int


@dataclass(frozen=True, slots=True)
class Joining:
    """What 一键并为一件 would do to a place: the `followers` follow the `master`, whose handling then counts for all."""

    master: Demand
    followers: tuple[Demand, ...]


def joining(reading: Reading, place: HotPlace) -> Joining | None:
    """Return how the reader may make one matter of a place's reports; None where nothing is left to join, or not by him.

    What somebody has been sent for is nobody's to merge any more: the oldest such unresolved one leads, else the
    oldest. What is settled, and what another has in hand beside it, stays a matter of its own.
    """
    unresolved = [demand for demand in place.demands if is_unresolved(StateKey(demand.key))]
    may_follow = [demand for demand in unresolved if Action.MERGE in open_to(reading, demand)]
    in_hand = [demand for demand in unresolved if demand not in may_follow]
    if not may_follow:
        return None
    master = (in_hand or may_follow)[0]
    followers = tuple(demand for demand in may_follow if demand is not master)
    return Joining(master, followers) if followers else None


def hot_places(reading: Reading, area: str | None = None) -> list[HotPlace]:
    """The places of the last days, most reports first: see `found`."""
    return told(reading, found(reading, area))


def found(reading: Reading, area: str | None = None) -> list[Hotspot]:
    """Where the places of the last days are, by the county's own numbers (profile, hotspot_rule); most reports first.

    A report counts with a place of its own, settled or not; PRIVATE matters never do. Raises NotFound outside the
    reader's scope.
    """
    scope = areas.narrowed(reading.actor.scope, area)
    today = local_day(reading.now)
    rule = profile_at(reading.session, min(scope.codes, default=""), on=today).hotspot_rule
    query = sa.select(undecoded(Demand.point), Demand.number, Demand.kind).where(
        Demand.point.is_not(None),
        Demand.raised_on > today - dt.timedelta(days=rule.days),
        # As one value: the few of the last weeks are looked up by their days, in an index that knows the rest.
        as_value(sa.and_(readable(reading.actor.scope), within(Demand.jurisdiction, scope))),
        Demand.key != StateKey.WITHDRAWN.value,
        on_map(OnMap.SHOWN),
    )
    rows = reading.session.connection().execute(query).all()
    if not rows:
        return []
    degrees = point_degrees([row[0] for row in rows])
    many = crowded(degrees, [row[2] for row in rows], radius_m=rule.radius_m, at_least=rule.reports).tolist()
    return many_reports(
        _reports(reading, {rows[at].number: degrees[at].tolist() for at in many}),
        until=today,
        radius_m=rule.radius_m,
        days=rule.days,
        at_least=rule.reports,
    )


def rings(reading: Reading, spots: Sequence[Hotspot]) -> list[Ring]:
    """What a map says of places the reader has been given, in their order."""
    wanted = [report.id for spot in spots for report in spot.reports]
    query = sa.select(Demand.number, Demand.jurisdiction, Demand.key).where(Demand.number.in_(wanted))
    known = {number: (grid, key) for number, grid, key in reading.session.execute(query)}
    return [_ring(spot, [known[report.id] for report in spot.reports]) for spot in spots]


def _ring(spot: Hotspot, reports: Sequence[tuple[str, str]]) -> Ring:
    return Ring(
        kind=kinds().get(spot.kind, spot.kind),
        grid=reports[0][0],
        lon=spot.lon,
        lat=spot.lat,
        reports=len(reports),
        people=_people(spot),
        unresolved=sum(is_unresolved(StateKey(key)) for _, key in reports),
    )


def told(reading: Reading, spots: Sequence[Hotspot]) -> list[HotPlace]:
    """What is said of places the reader has been given, in their order."""
    wanted = [report.id for spot in spots for report in spot.reports]
    rows = reading.session.scalars(sa.select(Demand).where(Demand.number.in_(wanted)))
    by_number = {row.number: row for row in rows}
    return [_place(spot, [by_number[report.id] for report in spot.reports]) for spot in spots]


def _reports(reading: Reading, places: Mapping[str, Sequence[float]]) -> Iterator[Report]:
    """The demands of these numbers, which lie at these places in degrees."""
    numbers = list(places)
    for first in range(0, len(numbers), _AT_ONCE):
        query = sa.select(
            Demand.number, Demand.kind, Demand.raised_on, Demand.reporter_phone, Demand.reporter_name
        ).where(Demand.number.in_(numbers[first : first + _AT_ONCE]))
        for row in reading.session.connection().execute(query).all():
            lon, lat = places[row.number]
            yield Report(
                id=row.number,
                kind=row.kind,
                lon=lon,
                lat=lat,
                day=row.raised_on,
                reporter=row.reporter_phone or row.reporter_name,
            )


def _place(spot: Hotspot, rows: Sequence[Demand]) -> HotPlace:
    return HotPlace(
        kind=kinds().get(spot.kind, spot.kind),
        grid=rows[0].jurisdiction,
        lon=spot.lon,
        lat=spot.lat,
        demands=rows,
        people=_people(spot),
    )


def _people(spot: Hotspot) -> int:
    return len({report.reporter for report in spot.reports if report.reporter is not None})
