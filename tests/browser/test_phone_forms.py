"""The four forms in the hand of a grid worker: few taps, no English, nothing lost, and the server understands them."""

from __future__ import annotations

import base64
import datetime as dt
import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from lxml import etree
from playwright.sync_api import Locator, Page
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM
from server.settings import Settings
from server.storage.submissions import Submission
from tests.browser.conftest import HAND, Visitor
from tests.demands import intake
from tests.factories import SHANGHAI, County, household, person
from tests.instances import instance
from tests.live import answering
from tests.phones import encoded

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

INSIDE = {"latitude": 30.005, "longitude": 108.005, "accuracy": 8}
OUTSIDE = {"latitude": 30.05, "longitude": 108.05, "accuracy": 8}
SEND = "填好了，发送"
NAMES = re.compile(r"ODK Collect|GPS|MB")

DRAW_A_PHOTO = """() => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 3000, height: 2000})
  const brush = canvas.getContext('2d')
  for (let at = 0; at < 300; at++) {
    brush.fillStyle = `hsl(${at * 37 % 360} 70% 50%)`
    brush.fillRect(at * 97 % 3000, at * 61 % 2000, 300, 200)
  }
  return canvas.toDataURL('image/jpeg').split(',')[1]
}"""
WORDS_ON_SCREEN = """() => [
  document.body.innerText,
  ...[...document.querySelectorAll('*')].flatMap((element) =>
    ['aria-label', 'title', 'alt', 'placeholder'].map((name) => element.getAttribute(name) ?? '')),
]"""


@dataclass
class Thumb:
    """A thumb on the screen, which is counted."""

    visitor: Visitor
    database: Database
    photo: Path
    taps: int = 0

    @property
    def page(self) -> Page:
        return self.visitor.page

    def tap(self, target: Locator | str) -> None:
        """One tap, on what is named or on what stands there in these words."""
        place = self.page.get_by_text(target, exact=True).first if isinstance(target, str) else target
        place.click()
        self.taps += 1

    def choose(self, words: str) -> None:
        """One tap on an answer."""
        self.tap(self.page.locator(".value-option", has_text=words).first)

    def photograph(self) -> None:
        """Three taps: the button, the shutter, and that the picture is good."""
        with self.page.expect_file_chooser() as camera:
            self.page.locator("label", has_text="拍照").first.click()
        camera.value.set_files(self.photo)
        self.page.get_by_alt_text("拍的照片").first.wait_for()
        self.taps += 3

    def open(self, row: str) -> None:
        """The form, from the home page; taps count from here."""
        self.page.get_by_role("button", name=re.compile(row)).first.click()
        self.page.get_by_role("button", name=SEND).wait_for()
        self.taps = 0

    def send(self) -> Submission:
        """Finish, and what arrived."""
        before = len(self.arrived())
        self.page.get_by_role("button", name=SEND).click()
        self.page.get_by_role("heading", name="今日巡查").first.wait_for()
        for _ in range(75):
            if len(arrived := self.arrived()) > before:
                return arrived[-1]
            self.page.wait_for_timeout(200)
        raise AssertionError(self.page.locator("body").inner_text())

    def arrived(self) -> list[Submission]:
        """Every submission of the server, in the order of arrival."""
        with self.database.read(SYSTEM) as reading:
            return list(reading.session.scalars(sa.select(Submission).order_by(Submission.id)))


@pytest.fixture
def position() -> dict[str, float]:
    return INSIDE


@pytest.fixture
def thumb(
    database: Database,
    county: County,
    settings: Settings,
    visit: Callable[..., Visitor],
    tmp_path: Path,
    position: dict[str, float],
) -> Iterator[Thumb]:
    with database.transaction(SYSTEM) as work:
        household(work, address="石桥村1组12号", head="王家", point=Point(108.005, 30.005))
        grandmother = household(work, address="石桥村1组13号", head="李家", point=Point(108.006, 30.005))
        person(work, grandmother, name="李桂兰", called="李奶奶")
    with answering(settings) as url:
        visitor = visit(url, viewport=HAND)
        visitor.page.context.grant_permissions(["geolocation"])
        visitor.page.context.set_geolocation(position)  # type: ignore[arg-type]
        visitor.page.goto(f"{url}/w/#{county.keys['worker']}")
        visitor.page.get_by_role("heading", name="今日巡查").first.wait_for()
        visitor.page.get_by_text("正在把名单和表格存到手机上").wait_for(state="detached")
        photo = tmp_path / "camera.jpg"
        photo.write_bytes(base64.b64decode(visitor.page.evaluate(DRAW_A_PHOTO)))
        yield Thumb(visitor, database, photo)
        assert visitor.faults == []


@pytest.fixture
def case(thumb: Thumb, county: County) -> None:
    """A matter the worker promised to settle."""
    now = dt.datetime.now(SHANGHAI)
    promise = {
        "session": {"channel": "walkin"},
        "matter": {"kind": "errand", "detail": None, "words": "代买药"},
        "location": {"place_how": "nowhere", "address": None},
        "reply": {"answer": "promised", "promised_on": (now.date() + dt.timedelta(days=3)).isoformat()},
    }
    kind, body = encoded(instance("demand_intake", intake(now, **promise)), {})
    headers = {"Content-Type": kind}
    url = f"{thumb.visitor.base_url}{county.phone()}/submission"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as reply:
        assert reply.status == 201
    thumb.page.reload()
    thumb.page.get_by_role("heading", name="我的办理").wait_for()


def answer(record: Submission, name: str) -> str:
    """An answer of a record by the question's name."""
    found = etree.fromstring(record.xml).xpath(f"//*[local-name()='{name}']")
    return (found[0].text or "") if found else ""


def test_a_clear_patrol_is_one_tap_and_send(thumb: Thumb) -> None:
    thumb.open("开始巡查")
    thumb.choose("今日无异常")
    assert thumb.taps == 1
    record = thumb.send()
    assert (record.form_id, record.state, answer(record, "result")) == ("patrol", "received", "clear")
    assert record.point is not None


def test_a_finding_with_a_photo_is_five_taps(thumb: Thumb) -> None:
    thumb.open("开始巡查")
    thumb.choose("有发现")
    thumb.taps = 0
    thumb.choose("公共设施")
    thumb.photograph()
    thumb.page.get_by_text("删掉", exact=True).wait_for()
    record = thumb.send()
    assert thumb.taps + 1 == 5
    assert (record.state, answer(record, "kind"), len(record.expected_files)) == ("received", "facility", 1)
    assert answer(record, "fix").startswith("30.005 108.005")


def test_nobody_home_is_one_tap_after_the_row(thumb: Thumb) -> None:
    thumb.open("石桥村1组12号")
    thumb.choose("无人在家")
    assert thumb.taps == 1
    record = thumb.send()
    assert (record.form_id, record.state, answer(record, "outcome")) == (
        "household_visit",
        "received",
        "not_home",
    )


def test_an_ordinary_visit_is_one_tap_after_the_row(thumb: Thumb) -> None:
    thumb.open("石桥村1组12号")
    thumb.choose("见到人")
    assert thumb.taps == 1
    record = thumb.send()
    assert (record.state, answer(record, "outcome"), answer(record, "raised")) == ("received", "met", "no")


def test_a_care_visit_is_three_taps_after_the_row(thumb: Thumb) -> None:
    thumb.open("石桥村1组13号")
    for words in ("见到人", "李奶奶", "平稳"):
        thumb.choose(words)
    assert thumb.taps == 3
    record = thumb.send()
    assert (record.state, answer(record, "condition")) == ("received", "ok")
    assert answer(record, "seen") != ""


def test_what_is_urgent_goes_out_by_itself(thumb: Thumb) -> None:
    thumb.open("发现急事")
    thumb.page.get_by_label("哪方面").click()
    thumb.page.get_by_role("option", name="公共设施").click()
    thumb.page.get_by_label("什么事", exact=True).fill("桥栏杆断了")
    thumb.choose("就在我站的地方")
    record = thumb.send()
    assert (record.form_id, record.state) == ("demand_intake", "received")
    assert (answer(record, "urgency"), answer(record, "channel")) == ("urgent", "patrol")


def test_an_unanswered_question_is_shown_and_nothing_is_sent(thumb: Thumb) -> None:
    thumb.open("石桥村1组12号")
    thumb.page.get_by_role("button", name=SEND).click()
    thumb.page.get_by_text("还有1题要填或要改").wait_for()
    assert thumb.page.get_by_text("这一题要回答").first.is_visible()
    assert thumb.arrived() == []


def test_a_killed_tab_loses_nothing_that_was_answered(thumb: Thumb) -> None:
    thumb.open("开始巡查")
    thumb.choose("有发现")
    thumb.choose("公共设施")
    thumb.photograph()
    thumb.page.locator("textarea").first.fill("路灯不亮")
    thumb.page.wait_for_timeout(800)
    tab = thumb.page.context.new_page()
    tab.goto(f"{thumb.visitor.base_url}/w/")
    thumb.page.close(run_before_unload=False)
    thumb.visitor.page = tab
    thumb.open("接着巡查")
    assert thumb.page.locator("textarea").first.input_value() == "路灯不亮"
    assert thumb.page.get_by_alt_text("拍的照片").is_visible()
    record = thumb.send()
    assert (answer(record, "words"), len(record.expected_files)) == ("路灯不亮", 1)


def test_a_patrol_left_and_taken_up_asks_for_a_finding_like_a_new_one(thumb: Thumb) -> None:
    thumb.open("开始巡查")
    thumb.page.wait_for_timeout(800)
    thumb.page.get_by_role("button", name="返回").click()
    thumb.open("接着巡查")
    thumb.choose("有发现")
    thumb.choose("公共设施")
    assert thumb.page.get_by_role("button", name="收尾").get_attribute("aria-expanded") == "false"
    record = thumb.send()
    assert (record.state, answer(record, "kind")) == ("received", "facility")


def test_a_correction_names_what_it_corrects_also_after_a_break(thumb: Thumb) -> None:
    thumb.open("石桥村1组12号")
    thumb.choose("无人在家")
    first = thumb.send()
    thumb.page.get_by_role("button", name="发送箱").click()
    thumb.page.get_by_role("button", name="已传").first.click()
    thumb.page.get_by_role("button", name="更正这一份").click()
    thumb.page.get_by_role("button", name=SEND).wait_for()
    thumb.choose("见到人")
    thumb.page.wait_for_timeout(800)
    thumb.page.goto("about:blank")
    thumb.page.goto(f"{thumb.visitor.base_url}/w/")
    thumb.page.get_by_label("没填完的").get_by_role("button").first.click()
    thumb.page.get_by_role("button", name=SEND).wait_for()
    second = thumb.send()
    assert (answer(second, "deprecatedID"), answer(second, "outcome")) == (first.instance_id, "met")
    assert answer(second, "start") == answer(first, "start")


@pytest.mark.parametrize("position", [OUTSIDE])
def test_outside_the_grid_is_a_sentence_and_a_reason_but_no_wall(thumb: Thumb) -> None:
    thumb.open("开始巡查")
    thumb.page.get_by_text("开始时的定位在网格外").wait_for()
    thumb.tap(thumb.page.get_by_role("button", name="就在边界旁"))
    thumb.choose("今日无异常")
    record = thumb.send()
    assert (record.state, answer(record, "outside"), answer(record, "outside_reason")) == (
        "received",
        "1",
        "border",
    )


def test_a_word_on_a_case_is_two_taps_with_sending(thumb: Thumb, case: None) -> None:
    thumb.open("^办理$")
    thumb.choose("进展同昨日")
    record = thumb.send()
    assert thumb.taps + 1 == 2
    assert (record.form_id, record.state, answer(record, "step")) == ("case_followup", "received", "same")


@pytest.mark.parametrize("opened_by", ["开始巡查", "石桥村1组13号", "诉求登记", "^办理$"])
def test_a_form_shows_no_english(thumb: Thumb, case: None, opened_by: str) -> None:
    thumb.open(opened_by)
    for words in ("有发现", "见到人", "紧急", "替别人反映", "有进展"):
        if thumb.page.locator(".value-option", has_text=words).count():
            thumb.choose(words)
    folded = thumb.page.locator(".panel-content-hidden .panel-title")
    while folded.count():
        folded.first.click()
    seen = thumb.page.evaluate(WORDS_ON_SCREEN)
    thumb.page.locator(".p-select, .p-multiselect").first.click()
    seen += thumb.page.evaluate(WORDS_ON_SCREEN)
    thumb.page.keyboard.press("Escape")
    thumb.page.get_by_role("button", name=SEND).click()
    seen += thumb.page.evaluate(WORDS_ON_SCREEN)
    assert {text for text in seen if re.search(r"[A-Za-z]{2,}", NAMES.sub("", text))} == set()


def test_a_voice_is_a_file_of_the_record(thumb: Thumb) -> None:
    thumb.page.context.grant_permissions(["geolocation", "microphone"])
    thumb.open("发现急事")
    thumb.page.get_by_label("哪方面").click()
    thumb.page.get_by_role("option", name="公共设施").click()
    thumb.page.evaluate(A_MICROPHONE_THAT_HUMS)
    thumb.tap("开始录音")
    thumb.page.wait_for_timeout(1_200)
    thumb.tap("说完了")
    thumb.page.get_by_text("删掉重录").wait_for()
    thumb.choose("就在我站的地方")
    record = thumb.send()
    assert record.state == "received"
    assert [name.rsplit(".", 1)[1] for name in record.expected_files] == ["webm"]
    assert answer(record, "voice") == record.expected_files[0]


HOSTILE = "<img src=x onerror=alert(1)></script>{{7*7}}${7*7}'\"><svg onload=alert(3)>"


def test_a_hostile_name_is_text_in_a_form(thumb: Thumb) -> None:
    with thumb.database.transaction(SYSTEM) as work:
        home = household(work, address=f"{HOSTILE}# 3号楼", head="赵家", point=Point(108.005, 30.006))
        person(work, home, name=HOSTILE, called=HOSTILE)
    thumb.page.reload()
    thumb.open("赵家")
    thumb.choose("见到人")
    thumb.choose(HOSTILE)
    thumb.choose("平稳")
    assert f"{HOSTILE}# 3号楼" in thumb.page.locator(".p-select-label").first.inner_text()
    record = thumb.send()
    assert record.state == "received"


A_MICROPHONE_THAT_HUMS = """() => {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext()
    const hum = context.createOscillator()
    const out = context.createMediaStreamDestination()
    hum.connect(out)
    hum.start()
    return out.stream
  }
}"""
