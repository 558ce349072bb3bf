"""What people type into fields, and what no calendar reaches."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.factories import County
from tests.pages import sign_in


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "asked",
    [
        "/submissions?first={day}&last={day}",
        "/maps/patrols?period=custom&first={day}&last={day}",
        "/ledger?received_to={day}",
    ],
)
def test_a_day_at_the_end_of_the_calendar_is_refused(
    client: FlaskClient, county: County, asked: str, day: str
) -> None:
    sign_in(client, "cadre")
    answer = client.get(asked.format(day=day))
    assert answer.status_code == 400
