"""A grid "G", its people and the visits to them, as short as a test wants to say it."""

import datetime as dt
from collections.abc import Iterable

from server.domain.obligation import (
    CareTag,
    Duty,
    DutyGrid,
    Exit,
    GridVisits,
    Stay,
    Unit,
    Visit,
    VisitIndex,
    compliance,
    window_of,
)
from server.domain.work_calendar import SHANGHAI

WORKER = frozenset({"grid_worker"})
CADRE = frozenset({"village_cadre"})
TOWNSHIP = frozenset({"township_official"})
LONG_AGO = dt.date(2026, 1, 1)
OCTOBER = window_of("month", dt.date(2026, 10, 1))
HALF_YEAR = window_of("half_year", dt.date(2026, 10, 1))

PERSONS = {
    "id": "special",
    "label": "特殊群体月访",
    "what": "visit_person",
    "window": "month",
    "by": CADRE,
    "also": WORKER,
    "tags": {"alone_elder": "monthly", "frail_elder": "weekly", "veteran": "quarterly"},
    "tiers": {"monthly": None, "weekly": 7, "quarterly": 92},
}
HOUSEHOLDS = {
    "id": "residents",
    "label": "居民半年走访",
    "what": "visit_household",
    "window": "half_year",
    "by": CADRE,
    "also": WORKER,
}


class Weekdays:
    def is_working(self, day: dt.date) -> bool:
        return day.weekday() < 5


def duty(of: dict[str, object] = PERSONS, **changes: object) -> Duty:
    return Duty(**(of | changes))


def at(month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def on(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


def left(month: int, day: int, reason: str = "death") -> Exit:
    return Exit(reason, at(month, day))


def tagged(code: str = "alone_elder", begun: dt.date = LONG_AGO, exit_: Exit | None = None) -> CareTag:
    return CareTag(code, begun, exit_)


def person(name: str = "王", *, tags: tuple[CareTag, ...] = (tagged(),), **more: object) -> Unit:
    return Unit(
        **(
            {"id": name, "household": f"{name}家", "grid": "G", "stays": (Stay(LONG_AGO),), "tags": tags}
            | more
        )
    )


def household(name: str = "王家", *stays: Stay, **more: object) -> Unit:
    return Unit(**({"id": name, "household": name, "grid": "G", "stays": stays or (Stay(LONG_AGO),)} | more))


def visit(
    when: dt.datetime,
    outcome: str = "met",
    *,
    to: str = "王家",
    seen: Iterable[str] = ("王",),
    roles: frozenset[str] = WORKER,
    **more: object,
) -> Visit:
    facts = {"received_at": when, "grid": "G", "day": when.date()} | more
    return Visit(
        id=f"{to} {when} {outcome}",
        household=to,
        at=when,
        outcome=outcome,
        seen=frozenset(seen),
        roles=roles,
        **facts,
    )


def stand(
    units: Iterable[Unit],
    visits: Iterable[Visit] = (),
    *,
    of: Duty | None = None,
    window=OCTOBER,
    as_of: dt.datetime | None = None,
    start: dt.date = LONG_AGO,
    vacant: bool = False,
) -> GridVisits:
    index = VisitIndex(visits, as_of=as_of or at(10, 20))
    grid = DutyGrid(id="G", first_day=LONG_AGO, start_date=start, vacant=vacant)
    return compliance(of or duty(), window, units, index, grids=[grid], calendar=Weekdays())["G"]


def only(result: GridVisits):
    (standing,) = result.standings
    return standing
