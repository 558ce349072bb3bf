import datetime as dt
from pathlib import Path

import pytest

import server
from server.domain.problems import Invalid
from server.domain.work_calendar import WorkCalendar

HOLIDAYS = Path(server.__file__).parent / "profiles" / "holidays"
TEXTS = [path.read_text("utf-8") for path in sorted(HOLIDAYS.glob("*.toml"))]
CALENDAR = WorkCalendar.from_toml(TEXTS)


@pytest.mark.parametrize(("year", "announced"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_its_announced_number_of_working_days(year: int, announced: int) -> None:
    assert CALENDAR.working_days(dt.date(year, 1, 1), dt.date(year, 12, 31)) == announced


def test_october_2026_has_18_working_days() -> None:
    assert CALENDAR.working_days(dt.date(2026, 10, 1), dt.date(2026, 10, 31)) == 18


def test_a_makeup_saturday_is_worked_and_a_holiday_friday_is_not() -> None:
    assert CALENDAR.is_working(dt.date(2026, 2, 28))
    assert not CALENDAR.is_working(dt.date(2026, 10, 2))
    assert not CALENDAR.is_working(dt.date(2026, 3, 1))


def test_the_next_working_day_skips_the_holiday() -> None:
    assert CALENDAR.next_working_day(dt.date(2026, 9, 30)) == dt.date(2026, 10, 8)
    assert CALENDAR.next_working_day(dt.date(2026, 10, 9)) == dt.date(2026, 10, 10)


def test_a_year_not_announced_is_provisional() -> None:
    assert not CALENDAR.is_provisional(dt.date(2026, 12, 31))
    assert CALENDAR.is_provisional(dt.date(2027, 1, 4))
    assert CALENDAR.is_provisional(dt.date(2030, 1, 1))


def test_a_county_adds_days_of_its_own() -> None:
    festival, flood = dt.date(2026, 11, 20), dt.date(2026, 11, 21)
    county = WorkCalendar.from_toml(TEXTS, local_days_off=[festival], local_workdays=[flood])
    assert not county.is_working(festival)
    assert county.is_working(flood)


def test_what_the_county_says_wins_over_the_table() -> None:
    saturday, holiday = dt.date(2026, 10, 10), dt.date(2026, 10, 2)
    county = WorkCalendar.from_toml(TEXTS, local_days_off=[saturday], local_workdays=[holiday])
    assert not county.is_working(saturday)
    assert county.is_working(holiday)


def test_no_working_days_lie_between_a_day_and_an_earlier_one() -> None:
    assert CALENDAR.working_days(dt.date(2026, 11, 10), dt.date(2026, 11, 2)) == 0


@pytest.mark.parametrize(
    "text",
    [
        "year = ",
        "year = 2026",
        'year = 2026\nprovisional = false\nsource = "x"\nholidays = [{name = "元旦", first = 2026-01-03, last = 2026-01-01}]',
    ],
)
def test_a_text_that_is_no_holiday_table_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        WorkCalendar.from_toml([text])
    assert refusal.value.code == "calendar.unreadable"
