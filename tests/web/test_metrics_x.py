"""The worked example of METRICS X: sent by phones, read from the pages."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.patrols import Exemption
from tests.conftest import Clock
from tests.factories import GRID, NOW, SHANGHAI, VACANT_GRID, VILLAGE, County
from tests.instances import body, instance, patrol
from tests.pages import cells, read, sign_in, words


def october(day: int, hour: int = 16, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 10, day, hour, minute, tzinfo=SHANGHAI)


def arrive(
    client: FlaskClient, county: County, clock: Clock, grid: str, *, on: int, received: int | None = None
) -> None:
    clock.now = october(received or on, 18)
    sent = body(instance("patrol", patrol(grid, october(on))))
    assert client.post(f"{county.phone()}/submission", data=sent).status_code == 201


@pytest.fixture
def patrolled(client: FlaskClient, county: County, clock: Clock, database: Database) -> FlaskClient:
    for on in (1, 2, 3, 5, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19):
        arrive(client, county, clock, GRID, on=on, received=18 if on == 16 else on)
    for on in (8, 15):
        arrive(client, county, clock, VACANT_GRID, on=on)
    with database.transaction(SYSTEM) as work:
        for grid in (GRID, VACANT_GRID):
            work.session.add(
                Exemption(
                    grid_code=grid, day=dt.date(2026, 10, 12), reason="red_warning", declared_at=october(11)
                )
            )
    clock.now = NOW
    sign_in(client, "cadre")
    return client


def test_the_patrol_page_says_what_metrics_x_says(patrolled: FlaskClient) -> None:
    page = read(patrolled, "/maps/patrols?period=custom&first=2026-10-01&last=2026-10-31")
    g1, g2 = (cells(row) for row in page.xpath("//section[@id='table']//tbody/tr"))
    assert g1["巡查到位"].startswith("15/18 83.3 %")
    assert (g1["今天"], g1["连续未巡"]) == ("待巡", "0 天")
    assert "免巡 1 天，其中巡了 1 天" in g1["巡查到位"]
    assert g2["巡查到位"].startswith("2/18 11.1 %")
    assert "无人在岗" in g2["巡查到位"]
    assert g2["连续未巡"] == "4 天"
    sums = words(page.xpath("//div[@class='sum-lines']/p[1]")[0])
    assert sums == "巡查到位 17/36 47.2 % 还差 19 其中无人在岗 1 格"


def test_the_map_is_coloured_by_the_same_figures(patrolled: FlaskClient) -> None:
    shown = patrolled.get("/maps/patrols/values?period=custom&first=2026-10-01&last=2026-10-31").get_json()
    g1, g2 = shown["rows"]
    assert (g1["code"], g1["text"], g1["level"], g1["vacant"], g1["thick"]) == (
        GRID,
        "15/18",
        "at_80",
        False,
        False,
    )
    assert (g2["code"], g2["text"], g2["level"], g2["vacant"], g2["thick"]) == (
        VACANT_GRID,
        "2/18",
        "below_50",
        True,
        True,
    )


def test_the_days_left_are_listed_one_click_away(patrolled: FlaskClient) -> None:
    page = read(patrolled, f"/maps/patrols/rows?figure=P1&part=left&grid={GRID}&period=month")
    days = [cells(row)["日期"] for row in page.xpath("//tbody/tr")]
    assert days == ["2026年10月4日 星期日", "2026年10月7日 星期三", "2026年10月15日 星期四"]


def test_a_village_is_the_sum_of_its_grids_for_the_township(patrolled: FlaskClient) -> None:
    sign_in(patrolled, "official")
    page = read(patrolled, f"/maps/patrols?area={VILLAGE}")
    assert "17/36 47.2 %" in words(page.xpath("//div[@class='sum-lines']/p[1]")[0])
