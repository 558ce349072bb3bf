import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import server
from server.domain.deadline import Allowance, Pause, PauseReason, day_due, due_at, spans_provisional
from server.domain.problems import Invalid
from server.domain.work_calendar import SHANGHAI, WorkCalendar, end_of_day, local_day

HOLIDAYS = Path(server.__file__).parent / "profiles" / "holidays"
CALENDAR = WorkCalendar.from_toml(path.read_text("utf-8") for path in sorted(HOLIDAYS.glob("*.toml")))
DISPATCHED = dt.datetime(2026, 9, 30, 16, tzinfo=SHANGHAI)
FIVE = Allowance.parse("5wd")

EARLIEST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)

moments = st.timedeltas(dt.timedelta(0), dt.timedelta(days=1000)).map(lambda elapsed: EARLIEST + elapsed)
spans = st.tuples(moments, st.timedeltas(dt.timedelta(0), dt.timedelta(days=40)))
allowances = st.builds(
    lambda amount, unit: Allowance.parse(f"{amount}{unit}"),
    st.integers(1, 20),
    st.sampled_from(["h", "d", "wd"]),
)


def october(day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, 10, day, hour, tzinfo=SHANGHAI)


def waiting(since: dt.datetime, until: dt.datetime | None) -> Pause:
    return Pause(PauseReason.NEED_INFO, since, until)


def test_a_hotline_order_before_the_holiday_is_due_on_the_fifth_working_day_after_it() -> None:
    assert due_at(DISPATCHED, FIVE, calendar=CALENDAR) == end_of_day(dt.date(2026, 10, 13))


def test_waiting_for_information_moves_the_due_date() -> None:
    pauses = [waiting(october(9, 10), october(12, 15))]
    assert due_at(DISPATCHED, FIVE, calendar=CALENDAR, pauses=pauses) == end_of_day(dt.date(2026, 10, 15))


def test_waiting_for_information_stops_the_clock_for_five_working_days_in_all() -> None:
    # 8 October counts; 9 10 12 13 14 are the five; then 15 16 19 20 count.
    forever = [waiting(october(9, 10), None)]
    assert due_at(DISPATCHED, FIVE, calendar=CALENDAR, pauses=forever) == end_of_day(dt.date(2026, 10, 20))
    twice = [waiting(october(9, 10), october(12, 15)), waiting(october(12, 16), october(30, 9))]
    assert due_at(DISPATCHED, FIVE, calendar=CALENDAR, pauses=twice) == end_of_day(dt.date(2026, 10, 20))


def test_a_suspension_stops_the_clock_up_to_its_review() -> None:
    suspended = [Pause(PauseReason.SUSPENSION, october(9, 10), october(26, 9))]
    assert due_at(DISPATCHED, FIVE, calendar=CALENDAR, pauses=suspended) == end_of_day(dt.date(2026, 10, 29))


def test_a_suspension_without_a_review_date_is_refused() -> None:
    with pytest.raises(Invalid):
        Pause(PauseReason.SUSPENSION, october(9), None)


def test_hours_run_on_holidays_and_stand_still_in_pauses() -> None:
    day = Allowance.parse("24h")
    assert due_at(october(1, 9), day, calendar=CALENDAR) == october(2, 9)
    pauses = [waiting(october(1, 10), october(1, 12)), waiting(october(1, 11), october(1, 13))]
    assert due_at(october(1, 9), day, calendar=CALENDAR, pauses=pauses) == october(2, 12)
    assert due_at(october(1, 9), day, calendar=CALENDAR, pauses=[waiting(october(5), october(6))]) == october(
        2, 9
    )


def test_calendar_days_end_at_midnight() -> None:
    assert due_at(october(1, 9), Allowance.parse("3d"), calendar=CALENDAR) == end_of_day(dt.date(2026, 10, 4))


def test_an_agreed_day_moves_by_the_days_the_clock_stood_still() -> None:
    agreed = dt.date(2026, 10, 13)
    assert day_due(agreed, since=DISPATCHED, calendar=CALENDAR) == end_of_day(agreed)
    pauses = [Pause(PauseReason.SUSPENSION, october(9, 10), october(26, 9))]
    assert day_due(agreed, since=DISPATCHED, calendar=CALENDAR, pauses=pauses) == end_of_day(
        dt.date(2026, 10, 30)
    )


def test_an_agreed_day_is_not_moved_by_what_was_over_before_it_was_agreed_or_came_after_it() -> None:
    agreed = dt.date(2026, 10, 13)
    pauses = [waiting(october(8), october(9)), Pause(PauseReason.SUSPENSION, october(15), october(26))]
    assert day_due(agreed, since=october(9, 1), calendar=CALENDAR, pauses=pauses) == end_of_day(agreed)


def test_a_pause_that_begins_as_the_agreed_day_ends_comes_too_late() -> None:
    pauses = [Pause(PauseReason.SUSPENSION, october(14), october(26))]
    agreed = dt.date(2026, 10, 13)
    assert day_due(agreed, since=DISPATCHED, calendar=CALENDAR, pauses=pauses) == end_of_day(agreed)


def test_a_deadline_in_a_year_without_announced_holidays_is_provisional() -> None:
    assert not spans_provisional(DISPATCHED, end_of_day(dt.date(2026, 12, 31)), calendar=CALENDAR)
    assert spans_provisional(DISPATCHED, end_of_day(dt.date(2027, 1, 1)), calendar=CALENDAR)


@given(moments, allowances)
def test_more_time_is_never_due_earlier(start: dt.datetime, allowance: Allowance) -> None:
    more = Allowance(allowance.amount + 1, allowance.unit)
    assert start < due_at(start, allowance, calendar=CALENDAR) < due_at(start, more, calendar=CALENDAR)


@given(moments, st.timedeltas(dt.timedelta(0), dt.timedelta(days=30)), allowances)
def test_a_later_start_is_never_due_earlier(
    start: dt.datetime, later: dt.timedelta, allowance: Allowance
) -> None:
    assert due_at(start, allowance, calendar=CALENDAR) <= due_at(start + later, allowance, calendar=CALENDAR)


@given(moments, allowances, spans, st.sampled_from(PauseReason))
def test_a_pause_never_brings_the_due_date_forward(
    start: dt.datetime, allowance: Allowance, span: tuple[dt.datetime, dt.timedelta], reason: PauseReason
) -> None:
    pause = Pause(reason, span[0], span[0] + span[1])
    paused = due_at(start, allowance, calendar=CALENDAR, pauses=[pause])
    assert paused >= due_at(start, allowance, calendar=CALENDAR)


@given(moments, st.integers(1, 30), spans)
def test_working_days_never_end_on_a_day_off(
    start: dt.datetime, amount: int, span: tuple[dt.datetime, dt.timedelta]
) -> None:
    pauses = [waiting(span[0], span[0] + span[1])]
    due = due_at(start, Allowance.parse(f"{amount}wd"), calendar=CALENDAR, pauses=pauses)
    assert CALENDAR.is_working(local_day(due - dt.timedelta(seconds=1)))


@pytest.mark.parametrize("text", ["", "5", "wd", "0d", "-1h", "5 wd", "1.5h", "５wd"])
def test_an_allowance_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Allowance.parse(text)


def test_an_allowance_reads_back_as_written() -> None:
    assert [str(Allowance.parse(text)) for text in ("24h", "3d", "15wd")] == ["24h", "3d", "15wd"]
