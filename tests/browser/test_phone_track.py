"""轨迹: begun by the worker, honest about what the phone did not hear, gone from the phone when the patrol has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forms import answers
from server.database import Database
from server.settings import Settings
from server.storage.patrols import Pass, Patrol
from tests.browser.conftest import Visitor
from tests.browser.handsets import Handset, in_hand
from tests.factories import County
from tests.phones import rows

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

SPACING_MS = 4_300
"""A little more than the recorder leaves between two positions."""
UNKNOWN_M = 9999


def stand(handset: Handset, latitude: float) -> None:
    """Be on a meridian of the grid."""
    place = {"latitude": latitude, "longitude": 108.005, "accuracy": 6}
    handset.page.context.set_geolocation(place)  # type: ignore[arg-type]


def walk(handset: Handset, *latitudes: float) -> None:
    """Go north along it."""
    for latitude in latitudes:
        stand(handset, latitude)
        handset.page.wait_for_timeout(SPACING_MS)


def test_a_track_survives_a_closed_page_and_becomes_the_patrol_s(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> None:
    with in_hand(visit, database, settings) as handset:
        handset.page.context.grant_permissions(["geolocation"])
        handset.open(county.keys["worker"])
        handset.tap("记录轨迹（自愿）")
        handset.says("正在记录轨迹").wait_for()
        walk(handset, 30.0020, 30.0023, 30.0026)
        handset.again()
        handset.says("轨迹已暂停").wait_for()
        stand(handset, 30.0035)
        handset.tap("继续")
        walk(handset, 30.0035, 30.0038, 30.0041)
        handset.tap("结束")
        handset.says("轨迹记好了").wait_for()
        handset.patrol()
        handset.wait_for_news(lambda: len(handset.arrived()) == 1)
        handset.page.get_by_role("button", name="记录轨迹（自愿）").wait_for()
        (record,) = handset.arrived()
    assert [each.of_track for each in rows(database, Pass)] == [True, True], (
        "one part before, one after the gap"
    )
    fixes = answers.geotrace(record.values["wrap_up"]["track"])
    assert [round(fix.lat, 4) for fix in fixes] == [
        30.002,
        30.0023,
        30.0026,
        30.0026,
        30.0035,
        30.0038,
        30.0041,
    ]
    assert [fix.accuracy for fix in fixes].index(UNKNOWN_M) == 3, (
        "nobody knows the way across the closed page"
    )


def test_no_permission_is_said_and_the_patrol_counts_without_a_track(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> None:
    with in_hand(visit, database, settings) as handset:
        handset.page.context.clear_permissions()
        handset.open(county.keys["worker"])
        handset.tap("记录轨迹（自愿）")
        handset.says("不记轨迹也一样算巡查").wait_for()
        handset.tap("结束")
        handset.patrol()
        handset.wait_for_news(lambda: [record.state for record in handset.arrived()] == ["received"])
    assert len(rows(database, Patrol)) == 1
    assert rows(database, Pass) == []
