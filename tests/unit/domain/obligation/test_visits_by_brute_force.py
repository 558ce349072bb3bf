"""The monthly visits of random rosters, counted again day by day by code that shares nothing with the engine."""

import datetime as dt
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.obligation import (
    CareTag,
    Duty,
    DutyGrid,
    Exit,
    Stay,
    Unit,
    Visit,
    VisitIndex,
    compliance,
    window_of,
)
from server.domain.work_calendar import SHANGHAI

ORIGIN = dt.date(2026, 9, 1)
OCTOBER = range(30, 61)
HORIZON = 100
ROLES = {
    "worker": frozenset({"grid_worker"}),
    "cadre": frozenset({"village_cadre"}),
    "other": frozenset({"police"}),
}
DUTY = Duty(
    id="special",
    label="月访",
    what="visit_person",
    window="month",
    by=ROLES["cadre"],
    also=ROLES["worker"],
    phone="never",
    tags={"alone_elder": "monthly", "veteran": "monthly"},
    tiers={"monthly": None},
)


class EveryDay:
    def is_working(self, day: dt.date) -> bool:
        return True


@dataclass(frozen=True)
class Span:
    begin: int
    length: int | None
    code: str = "alone_elder"

    @property
    def end(self) -> int:
        return HORIZON if self.length is None else self.begin + self.length


@dataclass(frozen=True)
class Call:
    on: int
    delay: int
    outcome: str
    role: str
    seen: bool


SPANS = st.builds(Span, st.integers(0, 70), st.none() | st.integers(1, 40))
TAGS = st.builds(
    Span,
    st.integers(0, 70),
    st.none() | st.integers(1, 40),
    st.sampled_from(["alone_elder", "veteran", "illness"]),
)
CALLS = st.builds(
    Call,
    st.integers(20, 75),
    st.integers(0, 12),
    st.sampled_from(["met", "met", "phone", "not_home"]),
    st.sampled_from(sorted(ROLES)),
    st.booleans(),
)
PEOPLE = st.lists(
    st.tuples(
        st.lists(SPANS, min_size=1, max_size=2), st.lists(TAGS, max_size=3), st.lists(CALLS, max_size=5)
    ),
    max_size=6,
)


def day(number: int) -> dt.date:
    return ORIGIN + dt.timedelta(days=number)


def noon(number: int) -> dt.datetime:
    return dt.datetime.combine(day(number), dt.time(12), SHANGHAI)


def leaving(span: Span) -> Exit | None:
    return None if span.length is None else Exit("moved_out", noon(span.end) - dt.timedelta(hours=3))


def engine(people, today: int) -> tuple[set[str], set[str], set[str], set[str]]:
    units, visits = [], []
    for number, (stays, tags, calls) in enumerate(people):
        name = str(number)
        units.append(
            Unit(
                id=name,
                household=name,
                grid="G",
                stays=tuple(Stay(day(stay.begin), leaving(stay)) for stay in stays),
                tags=tuple(CareTag(tag.code, day(tag.begin), leaving(tag)) for tag in tags),
            )
        )
        for serial, call in enumerate(calls):
            visits.append(
                Visit(
                    id=(f"{name}-{serial}"),
                    household=name,
                    grid="G",
                    day=day(call.on),
                    at=noon(call.on),
                    received_at=noon(call.on + call.delay) - dt.timedelta(hours=1),
                    roles=ROLES[call.role],
                    outcome=call.outcome,
                    seen=frozenset({name}) if call.seen and call.outcome != "not_home" else frozenset(),
                )
            )
    grid = DutyGrid(id="G", first_day=ORIGIN, start_date=ORIGIN)
    result = compliance(
        DUTY,
        window_of("month", day(OCTOBER.start)),
        units,
        VisitIndex(visits, as_of=noon(today)),
        grids=[grid],
        calendar=EveryDay(),
    )["G"]
    return (
        set(result.reached.rows_n),
        set(result.reached.rows_d),
        {row.unit.id for row in result.moved_out},
        {unit.id for unit in result.next_window},
    )


def runs(stays, tags, today: int) -> list[tuple[int, int]]:
    """(first day owed, first day not owed any more) of each run, by asking every single day."""

    def covered(spans, on: int) -> bool:
        return any(
            span.begin <= min(on, today) and (on < span.end or span.length is None or span.end > today)
            for span in spans
            if span.begin <= on
        )

    counting = [tag for tag in tags if tag.code != "illness"]
    owed = [covered(stays, on) and covered(counting, on) for on in range(HORIZON)]
    found, first = [], None
    for on, is_owed in enumerate([*owed, False]):
        if is_owed and first is None:
            first = on
        if not is_owed and first is not None:
            found.append((first, on))
            first = None
    return found


def by_hand(people, today: int) -> tuple[set[str], set[str], set[str], set[str]]:
    n, d, moved, new = set(), set(), set(), set()
    for number, (stays, tags, calls) in enumerate(people):
        name = str(number)
        here = [(first, end) for first, end in runs(stays, tags, today) if first <= 60 and end >= 30]
        in_time = [(first, end) for first, end in here if first <= 30 or 61 - first >= 10]
        if here and here[-1] not in in_time and here[-1][1] > 60:
            new.add(name)
        if not in_time:
            continue
        end = in_time[-1][1]
        done = any(
            call.outcome == "met"
            and call.seen
            and call.role != "other"
            and call.on in OCTOBER
            and call.on + call.delay <= today
            and call.on <= end
            for call in calls
        )
        if done:
            n.add(name)
        if done or end > 60:
            d.add(name)
        else:
            moved.add(name)
    return n, d, moved, new


@settings(max_examples=200, deadline=None)
@given(PEOPLE, st.integers(30, 80))
def test_counting_day_by_day_gives_the_same_people(people, today):
    assert engine(people, today) == by_hand(people, today)
