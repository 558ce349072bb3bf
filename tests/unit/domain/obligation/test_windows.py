import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.obligation import (
    Duty,
    Window,
    day_of_record,
    first_owed_window,
    freeze_instant,
    next_window,
    session_window,
    window_of,
)
from server.domain.obligation.windows import entry_counts
from server.domain.work_calendar import SHANGHAI, end_of_day

CALENDAR_KINDS = st.sampled_from(["day", "week", "month", "quarter", "half_year", "year"])
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("day", "2026-10-20", "2026-10-20"),
        ("week", "2026-10-19", "2026-10-25"),
        ("month", "2026-10-01", "2026-10-31"),
        ("quarter", "2026-10-01", "2026-12-31"),
        ("half_year", "2026-07-01", "2026-12-31"),
        ("year", "2026-01-01", "2026-12-31"),
        ("rolling", "2026-04-21", "2026-10-20"),
    ],
)
def test_each_kind_of_window_has_its_first_and_last_day(kind, first, last):
    assert window_of(kind, day("2026-10-20")) == Window(kind, day(first), day(last))


def test_a_custom_window_cannot_be_told_from_a_day():
    with pytest.raises(ValueError, match="custom"):
        window_of("custom", day("2026-10-20"))


@given(CALENDAR_KINDS, DAYS)
def test_windows_of_a_kind_follow_each_other_without_gap_or_overlap(kind, some_day):
    window = window_of(kind, some_day)
    following = next_window(window)
    assert some_day in window
    assert following.first == window.last + dt.timedelta(days=1)
    assert all(window_of(kind, each) == window for each in (window.first, window.last))


def test_days_left_include_today_and_end_at_nothing():
    october = window_of("month", day("2026-10-01"))
    assert october.days_left(day("2026-10-22")) == 10
    assert october.days_left(day("2026-09-01")) == 31
    assert october.days_left(day("2026-11-01")) == 0


@pytest.mark.parametrize(
    ("kind", "entered", "counts"),
    [
        ("month", "2026-10-22", True),
        ("month", "2026-10-23", False),
        ("month", "2026-10-01", True),
        ("week", "2026-10-18", True),
        ("week", "2026-10-19", False),
        ("half_year", "2026-12-02", True),
        ("half_year", "2026-12-03", False),
        ("quarter", "2026-12-02", True),
        ("year", "2026-12-03", False),
        ("day", "2026-10-20", True),
        ("day", "2026-10-21", False),
    ],
)
def test_who_enters_late_is_owed_from_the_next_window(kind, entered, counts):
    assert entry_counts(day(entered), window_of(kind, day("2026-10-20"))) is counts


def test_february_leaves_ten_days_from_the_nineteenth():
    february = window_of("month", day("2027-02-01"))
    assert entry_counts(day("2027-02-19"), february)
    assert not entry_counts(day("2027-02-20"), february)


def test_nothing_is_owed_before_the_village_began():
    window = first_owed_window("month", entered_on=day("2020-05-01"), start_date=day("2026-10-28"))
    assert window == window_of("month", day("2026-10-28"))


def test_a_late_entry_is_first_owed_in_the_next_window():
    window = first_owed_window("month", entered_on=day("2026-10-23"), start_date=day("2026-01-01"))
    assert window.last == day("2026-11-30")


def test_the_day_of_the_month_has_two_days_of_tolerance():
    stand = Duty(
        id="stand", label="点单日", what="session", window="month_day", by=frozenset({"v"}), on_day=23
    )
    assert session_window(stand, day("2026-10-03")) == Window(
        "month_day", day("2026-10-21"), day("2026-10-25")
    )


def test_a_month_without_that_day_has_it_on_its_last():
    stand = Duty(
        id="stand", label="点单日", what="session", window="month_day", by=frozenset({"v"}), on_day=31
    )
    assert session_window(stand, day("2027-02-03")).first == day("2027-02-26")


def test_a_month_is_frozen_at_midnight_after_the_freeze_day():
    october = window_of("month", day("2026-10-01"))
    frozen = freeze_instant(october, freeze_day=5)
    assert frozen == dt.datetime(2026, 11, 6, 0, 0, tzinfo=SHANGHAI)


PUBLISHED = dt.datetime(2026, 9, 1, tzinfo=SHANGHAI)
RECEIVED = dt.datetime(2026, 10, 20, 9, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        pytest.param("2026-10-19T23:50", ("2026-10-19", False), id="begun before midnight"),
        pytest.param("2026-10-02T08:00", ("2026-10-02", False), id="long offline"),
        pytest.param("2026-10-21T08:59", ("2026-10-21", False), id="future by less than a day"),
        pytest.param("2026-10-21T09:01", ("2026-10-20", True), id="future by more than a day"),
        pytest.param("2026-08-31T23:59", ("2026-10-20", True), id="before the form existed"),
        pytest.param("1970-01-01T08:00", ("2026-10-20", True), id="clock never set"),
    ],
)
def test_the_day_of_a_record_is_the_devices_unless_its_time_is_impossible(started, expected):
    device_start = dt.datetime.fromisoformat(started).replace(tzinfo=SHANGHAI)
    told, suspect = day_of_record(device_start, received_at=RECEIVED, form_published_at=PUBLISHED)
    assert (told.isoformat(), suspect) == expected


def test_days_are_those_of_shanghai_whatever_zone_an_instant_is_given_in():
    device_start = dt.datetime(2026, 10, 19, 17, 30, tzinfo=dt.UTC)
    told, _ = day_of_record(device_start, received_at=RECEIVED, form_published_at=PUBLISHED)
    assert told == day("2026-10-20")
    assert end_of_day(told) == dt.datetime(2026, 10, 20, 16, tzinfo=dt.UTC)
