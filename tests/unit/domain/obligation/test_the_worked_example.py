"""The worked example of METRICS X: a village with grids G1 (worker W) and G2 (vacant), October 2026."""

import datetime as dt
from fractions import Fraction

import pytest

from server.domain.obligation import (
    Away,
    CareTag,
    Duty,
    DutyGrid,
    Exemption,
    Exit,
    Patrol,
    Stay,
    Unit,
    Visit,
    VisitIndex,
    compliance,
    patrol_days,
    percentage,
    share_elapsed,
    summed,
    window_of,
)
from server.domain.obligation.windows import Window
from server.domain.work_calendar import SHANGHAI

START = dt.date(2026, 1, 1)
G1 = DutyGrid(id="G1", first_day=START, start_date=START)
G2 = DutyGrid(id="G2", first_day=START, start_date=START, vacant=True)
OCTOBER = window_of("month", dt.date(2026, 10, 1))
WORKER = frozenset({"grid_worker"})
CADRE = frozenset({"village_cadre"})

PATROL = Duty(id="patrol", label="每日巡查", what="patrol", window="day", by=WORKER, also=CADRE)
MONTHLY = Duty(
    id="special",
    label="特殊群体月访",
    what="visit_person",
    window="month",
    by=CADRE,
    also=WORKER,
    phone="away",
    tags={"alone_elder": "monthly"},
    tiers={"monthly": None},
)


class OctoberCalendar:
    """1 to 7 October are holiday, Saturday the 10th is a working day."""

    def is_working(self, day: dt.date) -> bool:
        if day.month == 10 and day.day <= 7:
            return False
        return day.weekday() < 5 or day == dt.date(2026, 10, 10)


CALENDAR = OctoberCalendar()


def at(day: int, hour: int = 9, minute: int = 0, *, month: int = 10) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


AS_OF = at(20, 9)


def october(day: int) -> dt.date:
    return dt.date(2026, 10, day)


@pytest.fixture
def patrolled() -> dict[str, object]:
    by_worker = [
        Patrol(
            id=f"G1-{number}",
            grid="G1",
            day=october(day),
            received_at=at(18 if day == 16 else day, 17),
            roles=WORKER,
        )
        for number, day in enumerate([1, 2, 3, 5, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19])
    ]
    by_stand_in = [
        Patrol(id=f"G2-{day}", grid="G2", day=october(day), received_at=at(day, 17), roles=WORKER)
        for day in (8, 15)
    ]
    exempt = [
        Exemption(grid=grid, day=october(12), reason="red_warning", declared_at=at(11, 20))
        for grid in ("G1", "G2")
    ]
    return patrol_days(
        PATROL,
        OCTOBER,
        [G1, G2],
        patrols=by_worker + by_stand_in,
        exemptions=exempt,
        calendar=CALENDAR,
        as_of=AS_OF,
    )


def test_g1_was_patrolled_on_fifteen_of_eighteen_days(patrolled):
    g1 = patrolled["G1"]
    assert (g1.reached.n, g1.reached.d) == (15, 18)
    assert percentage(g1.reached.n, g1.reached.d) == "83.3 %"
    assert [day.day for day in g1.reached.rows_left] == [4, 7, 15]
    assert g1.today == "today_waiting"
    assert g1.missed_in_a_row == 0
    assert g1.exempt_worked == (october(12),)


def test_g2_was_patrolled_twice_by_a_stand_in_and_is_marked_as_vacant(patrolled):
    g2 = patrolled["G2"]
    assert (g2.reached.n, g2.reached.d) == (2, 18)
    assert percentage(g2.reached.n, g2.reached.d) == "11.1 %"
    assert g2.reached.vacant == 1
    assert g2.missed_in_a_row == 4


def test_the_village_is_the_sum_of_its_grids(patrolled):
    village = summed(patrolled[grid].reached for grid in ("G1", "G2"))
    assert (village.n, village.d, village.vacant) == (17, 36, 1)
    assert percentage(village.n, village.d) == "47.2 %"


def person(
    name: str, *, tagged_on: dt.date = START, exit_: Exit | None = None, aways: tuple[Away, ...] = ()
) -> Unit:
    return Unit(
        id=name,
        household=f"home of {name}",
        grid="G1",
        stays=(Stay(START, exit_),),
        tags=(CareTag("alone_elder", tagged_on),),
        aways=aways,
    )


PERSONS = [
    person("A"),
    person("B", aways=(Away(dt.date(2026, 8, 10)),)),
    person("C"),
    person("D"),
    person("E", tagged_on=october(25)),
    person("F", exit_=Exit("death", at(16, 15))),
]


def visit(name: str, outcome: str, when: dt.datetime, roles: frozenset[str] = WORKER) -> Visit:
    return Visit(
        id=f"{name} {when:%d}",
        household=f"home of {name}",
        grid="G1",
        day=when.date(),
        at=when,
        received_at=when,
        roles=roles,
        outcome=outcome,
        seen=frozenset({name}) if outcome in {"met", "phone"} else frozenset(),
    )


VISITS = [
    visit("A", "met", at(8, 10), CADRE),
    visit("B", "phone", at(9, 10)),
    visit("C", "phone", at(9, 11)),
    visit("D", "not_home", at(9, 10)),
    visit("D", "not_home", at(17, 19, 30)),
]


def visited(as_of: dt.datetime, window: Window = OCTOBER):
    return compliance(
        MONTHLY, window, PERSONS, VisitIndex(VISITS, as_of=as_of), grids=[G1], calendar=CALENDAR
    )["G1"]


def test_two_of_four_were_reached_one_of_them_by_telephone():
    g1 = visited(AS_OF)
    assert g1.reached.rows_d == ("A", "B", "C", "D")
    assert g1.reached.rows_n == ("A", "B")
    assert g1.reached.rows_left == ("C", "D")
    assert percentage(g1.reached.n, g1.reached.d) == "50.0 %"
    assert g1.by_own_role.rows_n == ("A",)
    assert (g1.by_phone.rows_n, g1.by_phone.d) == (("B",), 2)


def test_d_was_called_on_twice_without_being_met():
    assert visited(AS_OF).not_met.rows_n == ("D",)


def test_f_left_the_denominator_when_the_death_was_confirmed():
    moved_out = visited(AS_OF).moved_out
    assert [(row.unit.id, row.exit.reason, row.exit.day) for row in moved_out] == [
        ("F", "death", october(16))
    ]


def test_half_of_the_working_days_are_over_and_the_grid_is_on_pace():
    assert share_elapsed(OCTOBER, start_date=START, today=october(20), calendar=CALENDAR) == Fraction(9, 18)
    assert visited(AS_OF).pace == "on_pace"


def test_e_who_entered_after_the_22nd_is_not_owed_in_october():
    at_the_end = visited(at(1, 0, month=11))
    assert at_the_end.reached.rows_d == ("A", "B", "C", "D")
    assert [unit.id for unit in at_the_end.next_window] == ["E"]
    november = visited(at(2, month=11), window_of("month", dt.date(2026, 11, 1)))
    assert "E" in november.reached.rows_d
