"""一件诉求的页面: whom it waits for, and what everybody who reported it thought of the answer."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.work_calendar import local_day
from server.services.demands import dispatch, handling, rating
from tests.conftest import Clock
from tests.factories import County
from tests.offices import Office, reporter_of
from tests.pages import read, sign_in, words


@pytest.fixture
def office(client: FlaskClient, county: County, database: Database, clock: Clock) -> Office:
    return Office(county, database, clock)


def test_a_village_is_told_that_an_arbiter_decides_what_came_back_twice(
    office: Office, client: FlaskClient
) -> None:
    key = office.assigned()
    again, deadline = office.county.accounts["worker"], local_day(office.clock.now) + dt.timedelta(days=3)
    sign_in(client, "cadre")
    for is_last in (False, True):
        with office.as_("worker") as work:
            handling.return_order(work, key, reason="not_ours", words="不归我管，见职责清单")
        assert ("等裁定人定由谁办" in words(read(client, f"/cases/{key}"))) is is_last
        if not is_last:
            with office.as_("cadre") as work:
                dispatch.assign(work, key, again, measure="还是请你看", deadline=deadline)
    assert "等裁定人定由谁办" in words(read(client, "/inbox?tab=to_assign"))


def test_stars_for_a_report_that_was_merged_stand_on_the_matter_they_judge(
    office: Office, client: FlaskClient
) -> None:
    leading, following = office.told_together()
    for key, stars, said in ((leading, 5, "很好"), (following, 4, "亮了")):
        with office.as_(reporter_of(office.demand(key))) as work:
            rating.rate(work, key, stars=stars, words=said)
    sign_in(client, "cadre")
    page = read(client, f"/cases/{leading}")
    given = [words(each) for each in page.xpath("//ul[@class='rating-list']/li")]
    assert len(given) == 2
    assert given[0].startswith("反映人 5 星")
    assert given[1].startswith(f"反映人（并进来的 {office.demand(following).number}） 4 星")
