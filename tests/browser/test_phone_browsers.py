"""What browsers do to the phone's page: a new version, no service worker, an icon on offer, storage that fills up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from server.database import Database
from server.settings import Settings
from tests.browser.conftest import Visitor
from tests.browser.fickle_line import Cut
from tests.browser.handsets import Handset, in_hand
from tests.factories import County

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

_NEW_VERSION = "新版本已经备好。"
_NO_WORKER = "Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined })"
_WECHAT = (
    "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0"
)
_HIDDEN = """() => {
  Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
  delete document.visibilityState
}"""
_WAITS = "navigator.serviceWorker.getRegistration().then((found) => found.waiting !== null)"
_OFFER = """() => {
  const offer = new Event('beforeinstallprompt')
  offer.prompt = () => Promise.resolve((window.asked = true))
  dispatchEvent(offer)
}"""
_ALMOST_FULL = "navigator.storage.estimate = () => Promise.resolve({ usage: 995e6, quota: 1e9 })"
_CAN_BE_FULL = """(() => {
  const put = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = function (...given) {
    if (window.full) throw new DOMException('full', 'QuotaExceededError')
    return put.apply(this, given)
  }
})()"""


@pytest.fixture
def handset(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> Iterator[Handset]:
    with in_hand(visit, database, settings) as phone:
        yield phone


def bring_a_new_version(handset: Handset) -> None:
    """The server has another client; the phone looks and keeps it ready."""
    handset.line.appended["/w/sw.js"] = b"\n// newer"
    page = handset.page
    page.evaluate(
        "navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => null)"
    )
    while not page.evaluate(_WAITS):
        page.wait_for_timeout(100)


def test_a_new_version_waits_for_the_outbox_and_for_an_open_form(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    handset.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    handset.line.fault = Cut.BEFORE
    handset.report_clear()
    bring_a_new_version(handset)
    handset.show("首页")
    expect(handset.page.get_by_text(_NEW_VERSION)).to_have_count(0)
    handset.page.evaluate(_HIDDEN)
    assert handset.page.evaluate(_WAITS)

    handset.line.fault = None
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)
    handset.says(_NEW_VERSION).wait_for()
    handset.tap("再巡一次")
    handset.choose("今日无异常")
    handset.page.evaluate(_HIDDEN)
    handset.page.wait_for_timeout(500)
    assert handset.page.evaluate(_WAITS)

    handset.tap("返回")
    handset.tap("换上")
    handset.says(_NEW_VERSION).wait_for(state="hidden")
    handset.page.get_by_role("heading", name="今日巡查").wait_for()
    assert not handset.page.evaluate(_WAITS)


@pytest.mark.parametrize("agent", [None, _WECHAT])
def test_without_a_service_worker_a_hint_is_given_and_records_leave_all_the_same(
    handset: Handset, county: County, agent: str | None
) -> None:
    context = handset.page.context
    context.add_init_script(_NO_WORKER)
    if agent is not None:
        context.add_init_script(f"Object.defineProperty(navigator, 'userAgent', {{ get: () => '{agent}' }})")
    handset.open(county.keys["worker"])
    hint = "请在浏览器中打开并添加到主屏幕" if agent is None else "请点右上角，选「在浏览器中打开」"
    handset.says(hint).wait_for()
    handset.report_clear()
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)


def test_the_icon_is_offered_once_and_put_on_the_screen(handset: Handset, county: County) -> None:
    handset.open(county.keys["worker"])
    handset.page.evaluate(_OFFER)
    handset.tap("添加")
    handset.says("添加到主屏幕，像应用一样打开").wait_for(state="hidden")
    assert handset.page.evaluate("window.asked")


def test_storage_that_fills_up_is_told_early(handset: Handset, county: County) -> None:
    handset.page.context.add_init_script(_ALMOST_FULL)
    handset.open(county.keys["worker"])
    handset.says("手机快存不下了").wait_for()


def test_a_record_the_phone_cannot_store_stays_on_the_screen(handset: Handset, county: County) -> None:
    handset.page.context.add_init_script(_CAN_BE_FULL)
    handset.open(county.keys["worker"])
    handset.tap("开始巡查")
    handset.choose("今日无异常")
    handset.page.wait_for_timeout(500)
    handset.page.evaluate("() => { window.full = true }")
    handset.tap("填好了，发送")
    handset.says("手机存不下了").wait_for()
    handset.page.evaluate("() => { window.full = false }")
    handset.tap("填好了，发送")
    handset.page.get_by_role("heading", name="今日巡查").wait_for()
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)
