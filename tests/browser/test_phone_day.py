"""A whole day without a network, the browser killed five times and the server twice: at night every record is there once."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from playwright.sync_api import Playwright

from server.database import Database, utc_now
from server.demo.acts import moment
from server.demo.county import invent_county
from server.demo.founding import carries_phone
from server.demo.seeding import DemoState
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.figures import compliance
from server.services.accounts import new_key
from server.storage.base import Base
from server.storage.demands import Demand
from server.storage.households import Household
from server.storage.patrols import Finding, Pass
from server.storage.submissions import Attachment, Submission
from server.storage.visits import Visit
from tests.browser.fickle_line import FickleLine, fickle_line
from tests.browser.working_day import WorkingDay, photographs, random_moments
from tests.instances import instance
from tests.live import LiveServer, start_demo
from tests.phones import encoded

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEED = int(os.environ.get("WANGGE_TEST_SEED", "1"))
MOMENTS = 52
"""So many moments a day has at least."""
MISSED = (
    "电话视频联系上",
    "无人在家",
    "无人在家",
    "外出（务工、住院、探亲）",
    "今天不方便",
    "已搬走",
    "空房",
)
SPACING_MS = 4_300
"""A little more than the recorder leaves between two positions."""
_PATIENCE = 120.0

Row = TypeVar("Row", bound=Base)


@dataclass
class Site:
    """The demo county with a few days told, the worker whose day it is, and the line his phone hangs on."""

    folder: Path
    server: LiveServer
    line: FickleLine
    worker: dict[str, Any]

    @property
    def database(self) -> Database:
        return Database(f"sqlite:///{self.folder / 'wangge.sqlite'}")

    @property
    def key(self) -> str:
        return str(self.worker["openrosa_url"].split("/key/")[1].split("/")[0])

    def kill_and_restart(self) -> None:
        """kill -9 the server, and start it again."""
        self.server.kill()
        self.server = start_demo(self.folder)
        self.line.server_url = self.server.url


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "demo"
    folder.mkdir()
    today = local_day(utc_now())
    keys = {member.key: new_key() for member in invent_county(today).staff if carries_phone(member)}
    DemoState(today, moment(today - dt.timedelta(days=2), 0.0), keys).save(folder / "demo_state.json")
    server = start_demo(folder)
    worker = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["app_users"][0]
    with fickle_line(server.url) as line:
        site = Site(folder, server, line, worker)
        for matter in ("代买药", "代写申请"):
            promise(site, matter)
        yield site
        if site.server.process.poll() is None:
            site.server.stop()


def promise(site: Site, words: str) -> None:
    """A case in the worker's hands since yesterday: he promised it himself."""
    now = utc_now().astimezone()
    answers = {
        "start": now.isoformat(timespec="milliseconds"),
        "today": now.date().isoformat(),
        "session": {"channel": "walkin", "tally": "one"},
        "matter": {"kind": "errand", "words": words, "urgency": "normal"},
        "location": {"place_how": "nowhere"},
        "reporter": {"reporter_kind": "anonymous"},
        "reply": {"answer": "promised", "promised_on": (now.date() + dt.timedelta(days=3)).isoformat()},
    }
    kind, body = encoded(instance("demand_intake", answers), {})
    url = f"{site.server.url}/v1/key/{site.key}/projects/1/submission"
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": kind})) as answer:
        assert answer.status == 201


Task = Callable[[WorkingDay, bool], None]


def visit(address: str, outcome: str, *, seen: list[str] | None = None) -> Task:
    """入户走访 from the row of the list."""

    def task(day: WorkingDay, resumed: bool) -> None:
        if resumed:
            day.open_draft()
        else:
            day.home()
            day.turn_to("走访")
            day.page.get_by_role("searchbox").fill(address)
            day.page.locator("li button", has_text=address).first.click()
            day.page.get_by_role("button", name="填好了，发送").wait_for()
        day.moment()
        day.tap(outcome)
        day.moment()
        for person in seen or ():
            day.tick(person)
        if seen:
            day.tap("平稳")
            day.moment()
        day.finish()
        day.moment()

    return task


def urgent(day: WorkingDay, resumed: bool) -> None:
    """发现急事."""
    if resumed:
        day.open_draft()
    else:
        day.home()
        day.press("发现急事")
        day.page.get_by_role("button", name="填好了，发送").wait_for()
    day.moment()
    body = day.page.locator("body")
    day.page.locator(".question-container", has_text="哪方面").locator(".p-select").click()
    day.page.get_by_role("option", name="消防用电").click()
    day.page.get_by_label("什么事").last.fill("变压器冒烟")
    day.tap("紧急（有危险）", within=body)
    day.tap("就在我站的地方", within=body)
    day.moment()
    day.finish()


def follow_up(label: str, step: str, words: str) -> Task:
    """办理反馈 from the case's row."""

    def task(day: WorkingDay, resumed: bool) -> None:
        if resumed:
            day.open_draft()
        else:
            day.home()
            day.press("办理", within=day.page.locator('section[aria-label="我的办理"] li', has_text=label))
        day.tap(step)
        day.moment()
        day.page.get_by_label("说两句").fill(words)
        day.finish()

    return task


def patrol(photos: list[bytes], kinds: list[str]) -> Task:
    """每日巡查 with a track and one photo to each finding; where it was killed the draft holds the findings so far."""

    def task(day: WorkingDay, resumed: bool) -> None:
        if resumed:
            day.press("接着巡查")
            day.page.get_by_role("button", name="填好了，发送").wait_for()
        else:
            day.home()
            again = day.page.get_by_role("button", name="再巡一次").count()
            day.press("再巡一次" if again else "开始巡查")
            day.tap("有发现")
        for number, (photo, kind) in enumerate(zip(photos, kinds, strict=True)):
            finding = day.page.locator(".is-repeat").nth(number)
            if finding.locator("img").count():
                continue
            if number and finding.count() == 0:
                day.press("再加发现")
            day.tap(kind, within=finding)
            day.photograph(photo, within=finding)
            day.page.wait_for_timeout(600)
            day.moment()
        day.finish()

    return task


@dataclass(frozen=True)
class Home:
    """A row of the phone's list that is due: its address, and whom the visit is to meet."""

    address: str
    people: list[str]


def due_homes(day: WorkingDay) -> list[Home]:
    """The rows of 该走访的 on the first page."""
    homes = []
    for row in day.page.locator('section[aria-label="该走访的"] li button').all():
        label, card = row.locator(".name").inner_text(), row.locator(".more").inner_text()
        address = label.removeprefix("！").split(" ")[0]
        people = card.partition("要见到")[2].partition("；")[0].partition("。")[0]
        homes.append(Home(address, people.split("、") if people else []))
    return homes


def record_a_track(day: WorkingDay) -> None:
    """Walk a hundred metres with the recorder on."""
    day.home()
    day.press("记录轨迹（自愿）")
    for _ in range(4):
        day.walk_to({**day.position, "latitude": day.position["latitude"] + 0.0003})
        day.page.wait_for_timeout(SPACING_MS)


def not_met(site: Site) -> set[tuple[str, uuid.UUID]]:
    """Who has not been met in the present window: (duty, household) of every unit that waits."""
    with site.database.read(SYSTEM) as reading:
        return {
            (duty.id, standing.unit.household)
            for duty in compliance.duties(reading)
            if duty.what in ("visit_person", "visit_household")
            for standing in compliance.compliance(reading, duty.id).waiting
        }


def send_all(day: WorkingDay, site: Site) -> None:
    """In the evening there is a network; the server is killed twice while the phone sends."""
    site.line.is_down = False
    day.go_offline(False)
    day.turn_to("发送箱")
    for received in (3, 9):
        wait_until(day, lambda least=received: site.line.met.count(201) >= least)  # type: ignore[misc]
        site.kill_and_restart()
    wait_until(day, lambda: set(day.kept().records.values()) == {"sent"})


def wait_until(day: WorkingDay, happened: Callable[[], bool]) -> None:
    """Wait, and look into the outbox now and then as an impatient person does."""
    until = time.monotonic() + _PATIENCE
    while not happened():
        assert time.monotonic() < until, day.page.locator("body").inner_text()
        button = day.page.get_by_role("button", name="现在发", exact=True)
        if button.count() and button.is_enabled():
            button.click()
        day.page.wait_for_timeout(300)


def test_a_day_without_a_network_is_on_the_server_once_at_night(
    site: Site, playwright: Playwright, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    day = WorkingDay(
        playwright,
        tmp_path / "profile",
        site.line.url,
        random_moments(SEED, number=5, among=MOMENTS),
        {"latitude": 30.005, "longitude": 108.005, "accuracy": 6},
    )
    request.addfinalizer(day.stop)
    day.start(f"#{site.key}")
    day.page.get_by_role("heading", name="该走访的").wait_for()
    homes = due_homes(day)
    day.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    photos = photographs(day.page, 3)
    day.stop()  # signed in the evening before: a browser writes its cookies down when it has time
    day.start()
    waiting = not_met(site)
    day.go_offline()
    site.line.is_down = True

    cared, plain = [home for home in homes if home.people], [home for home in homes if not home.people]
    met, missed = [*cared[:3], *plain[:2]], [*cared[3:], *plain[2:]]
    for home in met:
        day.do(visit(home.address, "见到人", seen=home.people))
    for home, outcome in zip(missed, MISSED, strict=False):
        day.do(visit(home.address, outcome))
    day.do(urgent)
    day.do(follow_up("代买药", "有进展", "药买好了"))
    day.do(follow_up("代写申请", "已办好", "写好了"))
    record_a_track(day)
    day.do(patrol(photos, ["环境卫生", "公共设施", "道路交通"]))
    assert day.kills == 5, day.passed
    sending = day.kept()
    assert len(sending.records) == 16
    assert len(sending.files) == 3

    send_all(day, site)
    day.look()
    assert day.kept().files == sending.files
    day.stop()
    assert day.faults == []

    # The demo county's other workers go on with their day whenever its server starts.
    arrived = [each for each in rows(site, Submission) if each.instance_id in sending.records]
    assert Counter(each.instance_id for each in arrived) == Counter(list(sending.records))
    assert {each.state for each in arrived} == {"received"}
    assert [each.projection_error for each in arrived if each.projection_error] == []
    assert photos_of(site, arrived) == sending.files
    keys = {each.id for each in arrived}
    outcomes = Counter(each.outcome for each in rows(site, Visit) if each.submission_id in keys)
    assert outcomes == {"met": 5, "phone": 1, "not_home": 2, "away": 1, "refused": 1, "moved": 1, "vacant": 1}
    assert any(each.of_track for each in rows(site, Pass) if each.submission_id in keys)
    findings = [each for each in rows(site, Finding) if each.submission_id in keys]
    assert sorted(each.kind for each in findings if each.photo) == ["facility", "road", "sanitation"]
    assert [each.words for each in rows(site, Demand) if each.submission_id in keys and each.urgent] == [
        "变压器冒烟"
    ]
    at = {each.address: each.id for each in rows(site, Household)}
    reached = waiting - not_met(site)
    assert {at[home.address] for home in met} <= {household for _, household in reached}


def rows(site: Site, kind: type[Row]) -> list[Row]:
    """Every row of a table, in the order of its key where that is a number."""
    with site.database.read(SYSTEM) as reading:
        return list(reading.session.scalars(sa.select(kind).order_by(*sa.inspect(kind).primary_key)))


def photos_of(site: Site, arrived: list[Submission]) -> dict[str, str]:
    """The hash of each photo by its name."""
    keys = {each.id for each in arrived}
    return {each.name: each.sha256 for each in rows(site, Attachment) if each.submission_id in keys}
