"""A county's own forms on the phone: with a list and a picture beside them, or in the place of a shipped one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from forms import catalogue
from server.database import Database
from server.domain.people import SYSTEM
from server.services import form_media, forms
from server.settings import Settings
from server.storage.files import FileStore
from server.storage.patrols import Patrol
from tests.browser.conftest import Visitor
from tests.browser.handsets import Handset, in_hand
from tests.factories import GRID, County
from tests.phones import rows

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

PICTURE = Path(__file__).parents[2] / "static" / "form-client" / "public" / "icon-192.png"
WELLS_LIST = "name,label,depth\ne1,东井,12\nw1,西井,30\n"
WELLS_FORM = """| survey |
| | type | name | label | media::image | required | calculation |
| | select_one_from_file wells.csv | well | 哪口井 | 井.png | yes | |
| | calculate | depth | | | | instance('wells')/root/item[name = ${well}]/depth |
| settings |
| | form_title | form_id | version |
| | 看井 | wells | 2026102001 |
"""
OUR_WORDS = {"patrol": "转一圈", "household_visit": "串个门", "demand_intake": "记下来"}
"""A county's own titles, by the shipped form they stand for."""

Given = Callable[[], AbstractContextManager[Handset]]


@pytest.fixture
def given(database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]) -> Given:
    """The worker's phone, on which the forms published so far lie."""

    @contextmanager
    def handset() -> Iterator[Handset]:
        with in_hand(visit, database, settings) as phone:
            phone.page.context.grant_permissions(["geolocation"])
            phone.page.context.set_geolocation({"latitude": 30.005, "longitude": 108.005, "accuracy": 8})
            phone.open(county.keys["worker"])
            yield phone

    return handset


def test_a_list_and_a_picture_beside_a_form_are_there_without_a_network(
    given: Given, database: Database, settings: Settings
) -> None:
    with database.transaction(SYSTEM) as work:
        forms.publish(work, WELLS_FORM)
        store = FileStore(settings.data_dir / "files")
        form_media.put(work, store, "wells", name="wells.csv", content=WELLS_LIST.encode())
        form_media.put(work, store, "wells", name="井.png", content=PICTURE.read_bytes())
    with given() as handset:
        handset.line.is_down = True
        handset.again()
        handset.tap("看井")
        drawn = handset.page.get_by_alt_text("哪口井")
        drawn.wait_for()
        assert drawn.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 192
        handset.choose("西井")
        handset.tap("填好了，发送")
        handset.says("1 份已存，还没发出").wait_for()
        handset.line.is_down = False
        handset.wait_for_news(lambda: len(handset.arrived()) == 1)
        (record,) = handset.arrived()
        assert (record.form_id, record.state) == ("wells", "received")
        assert (record.values["well"], record.values["depth"]) == ("w1", "30")


def reworded(shipped: str) -> str:
    """A shipped form under another id and title."""
    table = re.sub(
        rf"\| \S+ \| {shipped} \|", f"| {OUR_WORDS[shipped]} | our_{shipped} |", catalogue.source(shipped)
    )
    assert OUR_WORDS[shipped] in table
    return table


def test_duties_are_done_with_the_forms_that_stand_for_the_shipped_ones(
    given: Given, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        for shipped in OUR_WORDS:
            forms.publish(work, reworded(shipped), stands_for=shipped)
            forms.close(work, shipped)
    with given() as handset:
        handset.tap("发现急事")
        handset.page.get_by_role("heading", name="记下来").wait_for()
        handset.tap("返回")
        handset.show("走访")
        handset.tap("名册里没有这一户")
        handset.page.get_by_role("heading", name="串个门").wait_for()
        handset.tap("返回")
        handset.report_clear()
        handset.wait_for_news(lambda: len(handset.arrived()) == 1, each=0)
        expect(handset.says("今天已巡")).to_be_visible()
        handset.page.get_by_role("button", name=re.compile("再巡一次")).click()
        handset.page.get_by_role("heading", name="转一圈").wait_for()
        expect(handset.page.get_by_role("button", name="记录轨迹（自愿）")).to_be_visible()
        handset.choose("今日无异常")
        handset.tap("填好了，发送")
        handset.wait_for_news(lambda: len(handset.arrived()) == 2, each=0)
        assert [each.form_id for each in handset.arrived()] == ["our_patrol", "our_patrol"]
        assert [each.grid_then for each in rows(database, Patrol)] == [GRID, GRID]
        assert handset.visitor.faults == []
