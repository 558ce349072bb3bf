"""Whatever goes wrong between a phone and its server: a record arrives once, and the worker is told the truth."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.services import accounts
from server.settings import Settings
from server.storage.forms import Form
from server.storage.grids import Grid
from server.storage.households import Household
from server.storage.jurisdictions import Jurisdiction
from server.storage.posts import Account, AppUser
from tests.browser.conftest import Visitor
from tests.browser.fickle_line import Answer, Cut, Fault, Narrow
from tests.browser.handsets import Handset, in_hand
from tests.factories import OTHER_GRID, County, household, person

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

JSON = [("Content-Type", "application/json")]
HTML = [("Content-Type", "text/html")]


def problem(code: str, message: str = "服务器说的话。") -> bytes:
    return json.dumps({"code": code, "message": message}).encode()


@pytest.fixture
def handset(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> Iterator[Handset]:
    with in_hand(visit, database, settings) as phone:
        yield phone


LOST = {
    "nobody answers": Cut.BEFORE,
    "the server is gone in the middle of a part": Cut.MID_PART,
    "the answer is lost after the commit": Cut.AFTER_COMMIT,
    "the server fails": Answer(500, problem("server.failed"), JSON),
    "the server is busy": Answer(503, problem("server.busy"), [*JSON, ("Retry-After", "30")]),
    "something on the way is broken": Answer(502, b"<h1>Bad Gateway</h1>", HTML),
    "the network has a sign-in page": Answer(200, b"<form>Wi-Fi</form>", HTML),
    "the network sends elsewhere": Answer(302, b"", [("Location", "/elsewhere")]),
    "somebody answers in JSON": Answer(200, b'{"ok": true}', JSON),
}


def test_each_record_arrives_once_whatever_becomes_of_its_request(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    for number, (what, handset.line.fault) in enumerate(LOST.items(), start=1):
        handset.line.met.clear()
        handset.patrol()
        handset.wait_for_an_end()
        assert (handset.counts("已存"), handset.counts("已传")) == (1, number - 1), what
        handset.line.fault = None
        handset.wait_for_news(lambda expected=number: handset.counts("已传") == expected)
        assert handset.counts("已存") == 0, what
        assert handset.line.met.count(201) == 1, what
    assert [record.state for record in handset.arrived()] == ["received"] * len(LOST)
    assert len({record.instance_id for record in handset.arrived()}) == len(LOST)


def test_a_busy_server_is_left_alone_as_long_as_it_asks(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    handset.line.fault = Answer(503, problem("server.busy"), [*JSON, ("Retry-After", "600")])
    handset.report_clear()
    handset.wait_for_an_end()
    for _ in range(9):
        handset.wait(60)
        handset.page.wait_for_timeout(100)
    assert len(handset.line.met) == 1
    handset.line.fault = None
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)


def test_a_refused_record_stays_with_the_server_s_own_words(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    handset.line.fault = Answer(409, problem("submission.other_xml", "同一编号的记录已经在服务器上。"), JSON)
    handset.report_clear()
    handset.wait_for_an_end()
    handset.says("退回").wait_for()
    handset.says("同一编号的记录已经在服务器上。").wait_for()
    handset.wait(3600)
    assert len(handset.line.met) == 1, "a refusal is not asked again by itself"


def test_a_revoked_key_keeps_everything_and_a_new_card_sends_it(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    with handset.database.transaction(SYSTEM) as work:
        held = sa.select(AppUser.id).where(AppUser.account_id == county.accounts["worker"])
        accounts.revoke_key(work, work.session.scalars(held).one())
    handset.report_clear()
    handset.wait_for_an_end()
    handset.says("还没发出 1 份").wait_for()
    handset.show("首页")
    handset.says("已经收回").wait_for()
    key = accounts.new_key()
    with handset.database.transaction(SYSTEM) as work:
        accounts.issue_key(work, county.accounts["worker"], key=key)
    handset.page.goto(f"{handset.line.url}/w/#{key}")
    handset.says("已经收回").wait_for(state="detached")
    assert key not in handset.page.url
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)


def test_a_phone_whose_clock_is_a_year_off_is_told_so_and_still_counts_today(
    handset: Handset, county: County
) -> None:
    handset.page.clock.set_system_time(dt.datetime.now(dt.UTC) + dt.timedelta(days=365))
    handset.open(county.keys["worker"])
    handset.says("手机的时间").wait_for()
    handset.report_clear()
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)
    (record,) = handset.arrived()
    assert "clock" in record.flags
    assert record.day == local_day(record.received_at)


def test_when_the_storage_was_cleared_the_phone_says_what_is_lost(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    handset.line.fault = Cut.BEFORE
    handset.report_clear()
    handset.wait_for_an_end()
    session = handset.page.context.new_cdp_session(handset.page)
    session.send("Storage.clearDataForOrigin", {"origin": handset.line.url, "storageTypes": "indexeddb"})
    handset.again()
    handset.says("1 份没有发出的记录找不回来了").wait_for()
    handset.line.fault = None
    handset.open(county.keys["worker"])
    handset.wait(120)
    assert handset.arrived() == []


def found(handset: Handset) -> None:
    """有发现, mended, with a photo before and after."""
    handset.tap("开始巡查")
    handset.choose("有发现")
    handset.choose("环境卫生")
    handset.photograph()
    handset.choose("已随手办好")
    handset.photograph()
    handset.tap("填好了，发送")


@pytest.mark.parametrize("fault", [Cut.MID_PART, Cut.AFTER_COMMIT, Narrow(400_000)], ids=str)
def test_photos_arrive_whole_and_once(
    fault: Fault, handset: Handset, county: County, settings: Settings
) -> None:
    handset.open(county.keys["worker"])
    handset.line.fault = fault
    found(handset)
    if isinstance(fault, Cut):
        handset.wait_for_an_end()
        handset.line.fault = None
    handset.wait_for_news(lambda: len(handset.files(settings)) == 2)
    (record,) = handset.arrived()
    assert sorted(handset.files(settings)) == sorted(record.expected_files)
    assert all(
        jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")
        for jpeg in handset.files(settings).values()
    )


def test_an_expired_sign_in_with_a_full_outbox_loses_nothing(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    handset.visitor.page.context.clear_cookies()
    handset.patrol()
    handset.patrol()
    handset.says("登录过期了").wait_for()
    handset.show("发送箱")
    handset.says("还没发出 2 份").wait_for()
    handset.open(county.keys["worker"])
    handset.wait_for_news(lambda: len(handset.arrived()) == 2)


def test_a_draft_outlives_its_form(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    handset.tap("开始巡查")
    handset.choose("今日无异常")
    handset.tap("返回")
    with handset.database.transaction(SYSTEM) as work:
        work.session.execute(sa.update(Form).where(Form.form_id == "patrol").values(state="closed"))
    handset.again()
    handset.tap("接着巡查")
    handset.tap("填好了，发送")
    handset.wait_for_news(lambda: [record.state for record in handset.arrived()] == ["received"])


def test_a_draft_whose_household_left_the_list_says_so_and_stays(handset: Handset, county: County) -> None:
    with handset.database.transaction(SYSTEM) as work:
        home = household(work)
    handset.open(county.keys["worker"])
    handset.page.get_by_role("button", name=re.compile("12号")).first.click()
    handset.choose("见到人")
    handset.tap("返回")
    with handset.database.transaction(SYSTEM) as work:
        work.session.get_one(Household, home.id).grid_code = OTHER_GRID
    with handset.page.expect_response("**/households.csv"):
        handset.again()
    handset.page.get_by_role("region", name="该走访的").wait_for(state="detached")
    handset.page.get_by_role("button", name=re.compile("入户走访.*12号", re.DOTALL)).first.click()
    handset.says("名单里已经没有这一条了").wait_for()
    handset.tap("填好了，发送")
    handset.tap("返回")
    handset.page.get_by_role("button", name=re.compile("入户走访.*12号", re.DOTALL)).first.wait_for()
    assert handset.arrived() == []


HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{7*7}}'\"><svg onload=alert(3)>"


def test_a_hostile_name_runs_nowhere_on_the_phone(handset: Handset, county: County) -> None:
    with handset.database.transaction(SYSTEM) as work:
        for table in (Jurisdiction, Grid):
            work.session.execute(sa.update(table).values(name=HOSTILE))
        work.session.execute(sa.update(Account).values(display_name=HOSTILE))
        home = household(work, address=HOSTILE, head=HOSTILE, point=Point(108.005, 30.005))
        person(work, home, name=HOSTILE, called=HOSTILE)
    handset.open(county.keys["worker"])
    handset.line.fault = Answer(409, problem("submission.other_xml", HOSTILE), JSON)
    shown = handset.page.get_by_text(HOSTILE)
    assert shown.count() > 1, "on the home page, as it is written"
    handset.show("走访")
    handset.tap("看图")
    handset.page.locator(".outline-mark").click()
    handset.choose("见到人")
    shown.first.wait_for()
    handset.tap("填好了，发送")
    handset.wait_for_an_end()
    shown.first.wait_for()
    assert [fault for fault in handset.visitor.faults if "status of 409" not in fault] == []


def test_the_page_runs_nothing_that_was_written_into_it(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    handset.page.evaluate(
        """() => {
            const script = document.createElement('script')
            script.textContent = 'window.ran = true'
            const picture = document.createElement('div')
            picture.innerHTML = '<img src="/w/icon.svg" onload="window.ran = true"><a href="javascript:window.ran = true">x</a>'
            document.body.append(script, picture)
            picture.querySelector('a').click()
        }"""
    )
    handset.page.wait_for_timeout(500)
    assert handset.page.evaluate("window.ran") is None
    assert sum("Content Security Policy" in fault for fault in handset.visitor.faults) == 3
