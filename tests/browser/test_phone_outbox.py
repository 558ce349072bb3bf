"""发送箱: each record once, whoever holds the phone and whatever has become of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.review import Verdict
from server.services import submissions
from server.settings import Settings
from tests.browser.conftest import Visitor
from tests.browser.fickle_line import Answer
from tests.browser.handsets import Handset, in_hand
from tests.browser.test_phone_faults import JSON, problem
from tests.factories import County

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def handset(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> Iterator[Handset]:
    with in_hand(visit, database, settings) as phone:
        phone.open(county.keys["worker"])
        await_stored(phone)
        yield phone


def await_stored(handset: Handset) -> None:
    """Until the phone needs no network."""
    expect(handset.page.get_by_text("存到手机上")).to_have_count(0, timeout=60_000)


def leave(handset: Handset) -> None:
    """退出."""
    handset.show("首页")
    handset.tap("设置")
    handset.tap("退出登录")
    handset.tap("退出")
    handset.page.get_by_role("heading", name="用户名和密码").wait_for()


def test_two_pages_of_one_phone_send_a_record_once(handset: Handset) -> None:
    handset.line.is_down = True
    handset.patrol()
    other = handset.page.context.new_page()
    other.goto(f"{handset.line.url}/w/")
    other.get_by_role("heading", name="今日巡查").wait_for()
    handset.line.is_down = False
    for page in (handset.page, other):
        page.evaluate("dispatchEvent(new Event('online'))")
    other.get_by_role("button", name="发送箱").click()
    expect(other.get_by_text("✓ 已传")).to_be_visible()
    handset.wait(60)
    handset.wait_until_quiet()
    assert handset.line.met.count(201) == 1
    assert len(handset.arrived()) == 1


def test_a_refused_record_is_mended_and_arrives(handset: Handset) -> None:
    handset.line.fault = Answer(409, problem("submission.other_xml"), JSON)
    handset.patrol()
    handset.wait_for_an_end()
    handset.line.fault = None
    handset.tap("改一改再发")
    handset.says("收尾（都可不填）").click()
    handset.choose("只巡了一部分")
    handset.tap("填好了，发送")
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)
    assert b"<extent>part</extent>" in handset.arrived()[0].xml
    handset.show("发送箱")
    expect(handset.page.get_by_text("退回")).to_have_count(0)


def test_a_sent_record_is_corrected_and_names_what_it_corrects(handset: Handset) -> None:
    handset.patrol()
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)
    handset.show("发送箱")
    handset.page.get_by_role("button", name=re.compile("已传")).click()
    handset.tap("更正这一份")
    handset.choose("只巡了一部分")
    handset.tap("填好了，发送")
    handset.wait_for_news(lambda: len(handset.arrived()) == 2)
    first, second = handset.arrived()
    assert second.deprecated_id == first.instance_id
    assert (first.state, second.state) == ("superseded", "received")


def test_what_the_office_rejects_comes_back_with_its_reason_and_can_be_corrected(handset: Handset) -> None:
    handset.patrol()
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)
    with handset.database.transaction(SYSTEM) as work:
        submissions.verdict(
            work, handset.arrived()[0].id, verdict=Verdict.REJECTED, comment="日期写错了，请核对。"
        )
    handset.again()
    handset.show("发送箱")
    handset.says("日期写错了，请核对。").wait_for()
    handset.tap("改一改再发")
    handset.tap("填好了，发送")
    handset.wait_for_news(lambda: len(handset.arrived()) == 2)
    handset.show("发送箱")
    expect(handset.page.get_by_text("日期写错了，请核对。")).to_have_count(0)
    assert [record.state for record in handset.arrived()] == ["superseded", "received"]


def test_another_worker_on_the_same_phone_sends_only_his_own(handset: Handset, county: County) -> None:
    handset.line.is_down = True
    handset.patrol()
    handset.line.is_down = False
    handset.line.fault = Answer(503, problem("server.busy"), JSON)
    leave(handset)
    handset.line.fault = None
    handset.open(county.keys["other_worker"])
    handset.says("孙大海").wait_for()
    await_stored(handset)
    handset.patrol()
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)
    handset.show("发送箱")
    handset.says("还有别人的 1 份没有发出").wait_for()
    leave(handset)
    handset.open(county.keys["worker"])
    handset.wait_for_news(lambda: len(handset.arrived()) == 2)
    assert {record.account_id for record in handset.arrived()} == {
        county.accounts["worker"],
        county.accounts["other_worker"],
    }
