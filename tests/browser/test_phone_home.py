"""The phone's own screens: one page in the morning, one tap for the ordinary day, everything also without a network."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree
from playwright.sync_api import Page, expect
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM
from server.services.demands import dispatch, triage
from server.settings import Settings
from server.storage.submissions import Submission
from tests.browser.conftest import Visitor
from tests.browser.handsets import Handset, in_hand
from tests.conftest import Clock
from tests.demands import Story, intake
from tests.factories import County, found_households, household, person

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

DIST = Path(__file__).parents[2] / "static" / "form-client" / "dist"
SMALLEST_TARGET = 48
SHELL_LIMIT = 150_000
SCREENS = ("首页", "走访", "办理", "发送箱")
"""Those of the bar below."""


@pytest.fixture
def handset(
    database: Database,
    county: County,
    settings: Settings,
    client: FlaskClient,
    clock: Clock,
    visit: Callable[..., Visitor],
) -> Iterator[Handset]:
    with database.transaction(SYSTEM) as work:
        home = household(work, point=Point(108.005, 30.005))
        person(work, home)
        household(work, address="石桥村1组13号", head="李家", point=Point(108.006, 30.006))
    give_a_case(Story(client, county, database, clock))
    with in_hand(visit, database, settings) as phone:
        phone.page.context.grant_permissions(["geolocation"])
        phone.page.context.set_geolocation({"latitude": 30.005, "longitude": 108.005, "accuracy": 8})
        phone.open(county.keys["worker"])
        phone.says("该走访的 2 户").wait_for()
        yield phone


def give_a_case(story: Story) -> None:
    """A demand of last month, in the worker's hands."""
    story.send("demand_intake", intake())
    with story.office() as work:
        demand = story.only_demand().id
        triage.register(work, demand)
        triage.classify(work, demand, "COMMUNITY")
        deadline = dt.date(2026, 10, 23)
        dispatch.assign(work, demand, story.county.accounts["worker"], measure="换灯", deadline=deadline)


def sent(handset: Handset) -> list[Submission]:
    """What the phone has sent, after the demand above."""
    return handset.arrived()[1:]


def test_the_key_leaves_the_address_at_once(handset: Handset, county: County) -> None:
    assert county.keys["worker"] not in handset.page.url
    assert handset.page.evaluate("document.cookie") == ""


def test_one_page_shows_the_day(handset: Handset) -> None:
    main = handset.page.get_by_role("main")
    for words in ("今日巡查", "该走访的 2 户", "我的办理 1 件", "王家"):
        expect(main.get_by_text(words).first).to_be_visible()
    expect(handset.page.get_by_role("button", name="发现急事")).to_be_in_viewport()
    assert handset.visitor.faults == []


@pytest.mark.parametrize(("width", "height", "large"), [(390, 844, False), (360, 640, True)])
def test_every_target_is_large_and_nothing_is_cut_off(
    width: int, height: int, large: bool, handset: Handset
) -> None:
    handset.page.set_viewport_size({"width": width, "height": height})
    if large:
        handset.tap("设置")
        handset.tap("大字")
        assert handset.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 22
        assert cramped(handset.page) == []
        handset.tap("返回")
    for screen in SCREENS:
        handset.show(screen)
        handset.page.wait_for_timeout(200)
        assert cramped(handset.page) == [], screen


def cramped(page: Page) -> list[str]:
    """Targets that are too small, words that stick out of theirs, and a page that is wider than the phone."""
    found: list[str] = page.evaluate(
        """smallest => {
            const wrong = []
            for (const target of document.querySelectorAll('button, a[href], input, textarea')) {
                const { width, height } = target.getBoundingClientRect()
                const name = target.innerText || target.name || target.type
                if (width + 0.5 < smallest || height + 0.5 < smallest) wrong.push(`${name}: ${width}×${height}`)
                if (target.scrollWidth > target.clientWidth + 1) wrong.push(`${name} sticks out`)
            }
            const page = document.documentElement
            if (page.scrollWidth > page.clientWidth) wrong.push('the page scrolls sideways')
            return wrong
        }""",
        SMALLEST_TARGET,
    )
    return found


def test_nothing_unusual_is_one_tap_and_reads_as_the_form_writes_it(handset: Handset) -> None:
    handset.tap("今日无异常")
    handset.page.wait_for_timeout(500)
    handset.wait(11)
    handset.wait_for_news(lambda: len(sent(handset)) == 1, each=0)
    handset.patrol()
    handset.wait_for_news(lambda: len(sent(handset)) == 2, each=0)
    tapped, filled = sent(handset)
    assert tapped.state == filled.state == "received"
    assert answers(tapped) == answers(filled)
    assert tapped.flags == filled.flags


def test_same_as_yesterday_is_one_tap_and_reads_as_the_form_writes_it(handset: Handset) -> None:
    handset.tap("进展同昨日")
    handset.says("撤销").wait_for()
    handset.page.wait_for_timeout(500)
    handset.wait(11)
    handset.wait_for_news(lambda: len(sent(handset)) == 1, each=0)
    expect(handset.says("今天已报：进展同昨日")).to_be_visible()
    handset.tap("办理")
    handset.choose("进展同昨日")
    handset.tap("填好了，发送")
    handset.wait_for_news(lambda: len(sent(handset)) == 2, each=0)
    tapped, filled = sent(handset)
    assert answers(tapped) == answers(filled)
    (one,), (other,) = tapped.entities, filled.entities
    assert one | {"baseVersion": None} == other | {"baseVersion": None}


def answers(submission: Submission) -> list[tuple[str, str]]:
    """Every node of a record with its text; instants and ids, which differ by nature, by their shape."""
    root = etree.fromstring(submission.xml)
    return [
        (etree.QName(node).localname, _shape(node.text or ""), *_attributes(node))
        for node in root.iter(etree.Element)
    ]


def _attributes(node: etree._Element) -> list[str]:
    return sorted(
        f"{etree.QName(name).localname}={_VERSION.sub('v', value)}" for name, value in node.attrib.items()
    )


_VERSION = re.compile(r"^\d{1,3}$")


def _shape(text: str) -> str:
    text = re.sub(r"^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$", "<instant>", text.strip())
    return re.sub(r"^uuid:[0-9a-f-]{36}$", "<id>", text)


def test_a_mis_tap_can_be_taken_back(handset: Handset) -> None:
    handset.tap("今日无异常")
    handset.tap("撤销")
    handset.says("已撤销").wait_for()
    handset.wait(120)
    handset.page.wait_for_timeout(300)
    assert sent(handset) == []
    expect(handset.page.get_by_text("今天已巡")).to_have_count(0)


def test_a_second_report_of_a_day_is_asked_about_first_and_the_first_of_the_next_day_is_not(
    handset: Handset,
) -> None:
    handset.tap("今日无异常")
    handset.says("秒后发出").wait_for()
    expect(handset.page.get_by_text("还没发出")).to_have_count(0)
    handset.tap("再报无异常")
    handset.says("今天已经报过一次，再报一次？").wait_for()
    assert cramped(handset.page) == []
    handset.tap("不用了")
    handset.wait(11)
    handset.wait_for_news(lambda: len(sent(handset)) == 1, each=0)
    handset.tap("再报无异常")
    handset.tap("再报一次")
    handset.says("秒后发出").wait_for()
    handset.wait(11)
    handset.wait_for_news(lambda: len(sent(handset)) == 2, each=0)
    handset.line.is_down = True
    handset.wait(86_400)
    expect(handset.page.get_by_role("button", name="今日无异常")).to_be_visible()
    expect(handset.page.get_by_text("今天已巡")).to_have_count(0)


def test_without_a_network_everything_opens_and_the_row_moves_at_once(handset: Handset) -> None:
    handset.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    handset.line.is_down = True
    handset.again()
    handset.says("该走访的 2 户").wait_for()
    handset.page.get_by_role("button", name=re.compile("13号")).first.click()
    handset.choose("见到人")
    handset.tap("填好了，发送")
    handset.says("该走访的 1 户").wait_for()
    handset.show("走访")
    handset.page.get_by_role("button", name=re.compile("全部")).click()
    handset.says("今天已去，见到人").wait_for()
    handset.line.is_down = False
    handset.wait_for_news(lambda: len(sent(handset)) == 1)


def test_a_pin_keeps_passers_by_out_and_nothing_is_lost_behind_it(handset: Handset) -> None:
    handset.tap("设置")
    handset.page.get_by_label("4到6位数字").fill("2580")
    handset.tap("设好")
    handset.says("取消本机密码").wait_for()
    handset.again()
    pin = handset.page.get_by_label("本机密码")
    pin.fill("1111")
    handset.tap("打开")
    handset.says("密码不对").wait_for()
    expect(handset.page.get_by_text("该走访的")).to_have_count(0)
    pin.fill("2580")
    handset.tap("打开")
    handset.says("该走访的 2 户").wait_for()


def test_a_suggestion_reaches_the_office(handset: Handset) -> None:
    handset.tap("意见建议")
    handset.page.get_by_role("textbox").fill("名单太长，按院子分一下。")
    handset.tap("发出")
    handset.says("已发给办公室").wait_for()


def test_the_page_without_the_form_engine_is_small(database_url: str) -> None:
    page = (DIST / "index.html").read_text(encoding="utf-8")
    files = re.findall(r'(?:src|href)="/w/(assets/[^"]+)"', page)
    assert files
    size = sum(len(gzip.compress((DIST / name).read_bytes())) for name in ["index.html", *files])
    assert size <= SHELL_LIMIT


def test_a_village_of_two_thousand_households_is_searched_without_a_network(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> None:
    with database.transaction(SYSTEM) as work:
        found_households(work, 2000)
    with in_hand(visit, database, settings) as phone:
        phone.open(county.keys["worker"])
        phone.page.get_by_role("heading", name="该走访的 2000 户").wait_for(timeout=60_000)
        phone.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        phone.line.is_down = True
        phone.again()
        phone.says("该走访的 2000 户").wait_for()
        phone.show("走访")
        phone.page.get_by_role("searchbox").fill("1999号")
        phone.says("石桥村40组1999号").wait_for()
        expect(phone.page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
