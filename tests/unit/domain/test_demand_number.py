import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.demand_number import LAST_SERIAL, format_number, parse_number
from server.domain.problems import Invalid


@given(st.dates(dt.date(2000, 1, 1), dt.date(2068, 12, 31)), st.integers(1, LAST_SERIAL))
def test_a_number_reads_back_as_what_it_was_made_of(day: dt.date, serial: int) -> None:
    number = format_number("500233", day, serial)
    assert len(number) == 18
    assert parse_number(number) == ("500233", day, serial)


def test_a_number_may_be_typed_in_parts() -> None:
    assert parse_number(" 500233-261020 000042 ") == ("500233", dt.date(2026, 10, 20), 42)


@pytest.mark.parametrize(
    "text", ["", "500233261020", "500233261320000001", "500233261020000000", "50023326102000004x"]
)
def test_a_malformed_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_number(text)
    assert refusal.value.code == "demand.number_malformed"


@pytest.mark.parametrize(("county", "serial"), [("500233", 0), ("500233", LAST_SERIAL + 1), ("5002", 1)])
def test_no_number_is_made_of_wrong_parts(county: str, serial: int) -> None:
    with pytest.raises(Invalid):
        format_number(county, dt.date(2026, 10, 20), serial)
