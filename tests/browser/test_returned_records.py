"""退回请改: the office sends a record back, its worker corrects it on his phone, the office sees what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from server.database import Database
from server.settings import Settings
from tests.browser.conftest import Visitor
from tests.browser.handsets import Handset, in_hand
from tests.factories import PASSWORD, County

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def handset(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> Iterator[Handset]:
    with in_hand(visit, database, settings) as phone:
        phone.open(county.keys["worker"])
        expect(phone.page.get_by_text("存到手机上")).to_have_count(0, timeout=60_000)
        yield phone


def test_a_record_sent_back_is_corrected_on_the_phone_and_seen_again_in_the_office(
    handset: Handset, visit: Callable[..., Visitor]
) -> None:
    handset.patrol()
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)

    office = visit(handset.line.url)
    office.sign_in("cadre", PASSWORD)
    office.goto("/submissions?standing=unseen")
    office.page.locator("tbody a").first.click()
    office.page.get_by_label("有问题，退回请改").check()
    office.page.get_by_label("对填表人说的话").fill("那天只巡了一半，请改一下。")
    office.page.get_by_role("button", name="记下").first.click()
    expect(office.page.get_by_text("已退回，等改")).to_be_visible()

    handset.again()
    handset.tap("办公室退回 1 份，请看一看")
    handset.says("那天只巡了一半，请改一下。").wait_for()
    handset.tap("改一改再发")
    handset.choose("只巡了一部分")
    handset.tap("填好了，发送")
    handset.wait_for_news(lambda: len(handset.arrived()) == 2)
    expect(handset.page.get_by_text("办公室退回")).to_have_count(0)
    handset.show("发送箱")
    expect(handset.page.get_by_text("那天只巡了一半，请改一下。")).to_have_count(0)

    office.goto("/submissions?standing=corrected")
    office.page.locator("tbody a").first.click()
    expect(office.page.get_by_text("已改，请再看")).to_be_visible()
    expect(office.page.get_by_text("只巡了一部分")).to_have_count(2)
