import datetime as dt

from server.domain.obligation import (
    Duty,
    DutyGrid,
    Session,
    Visit,
    need_visits,
    session_window,
    sessions_held,
    window_of,
)
from server.domain.work_calendar import SHANGHAI

WORKER = frozenset({"grid_worker"})
TOWNSHIP = frozenset({"township_official"})
LONG_AGO = dt.date(2026, 1, 1)
OCTOBER = window_of("month", dt.date(2026, 10, 1))
NEEDS = Duty(id="needs", label="入户问需", what="need_visit", window="week", by=WORKER)
MEETING = Duty(id="meeting", label="院坝会", what="session", window="year", by=TOWNSHIP, channel="meeting")


def at(day: int) -> dt.datetime:
    return dt.datetime(2026, 10, day, 9, tzinfo=SHANGHAI)


def visit(day: int, outcome: str = "met", **more: object) -> Visit:
    facts = {"grid": "G", "received_at": at(day), "roles": WORKER} | more
    return Visit(id=f"{day}", household="h", day=dt.date(2026, 10, day), at=at(day), outcome=outcome, **facts)


def weeks(*visits: Visit, day: int = 20, **grid: object):
    facts = {"id": "G", "first_day": LONG_AGO, "start_date": LONG_AGO} | grid
    return need_visits(NEEDS, OCTOBER, [DutyGrid(**facts)], visits=visits, as_of=at(day))["G"]


def test_completed_weeks_with_somebody_met_count_in_the_month_they_end_in():
    figure = weeks(visit(1), visit(6, "not_home"), visit(13), visit(14))
    assert [row.monday.isoformat() for row in figure.rows_d] == ["2026-09-28", "2026-10-05", "2026-10-12"]
    assert [row.monday.isoformat() for row in figure.rows_n] == ["2026-09-28", "2026-10-12"]


def test_a_week_visit_counts_where_the_household_lay_and_by_the_roles_of_the_rule():
    assert weeks(visit(6, grid="other"), visit(7, roles=TOWNSHIP), visit(8, imported=True)).n == 0


def test_a_grid_owes_the_weeks_it_was_in_force_on_every_day():
    assert weeks(first_day=dt.date(2026, 10, 5)).d == 2
    assert weeks(first_day=dt.date(2026, 10, 6)).d == 1
    assert weeks(last_day=dt.date(2026, 10, 10)).d == 1
    assert weeks(start_date=dt.date(2026, 10, 11)).d == 2


def session(place: str, day: int, **more: object) -> Session:
    facts = {"channel": "meeting", "received_at": at(day), "roles": TOWNSHIP} | more
    return Session(id=f"{place} {day}", place=place, day=dt.date(2026, 10, day), **facts)


def test_a_session_counts_for_its_place_and_channel_by_the_role_of_the_rule():
    held = [session("A", 3), session("A", 9), session("B", 3, channel="stand"), session("C", 3, roles=WORKER)]
    window = session_window(MEETING, dt.date(2026, 10, 3))
    figure = sessions_held(MEETING, window, ["A", "B", "C"], sessions=held, as_of=at(20))
    assert (figure.rows_n, figure.rows_left) == (("A",), ("B", "C"))
