"""A resident scans the poster of a grid and says what is the matter: three questions, no account, no script."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM
from server.storage import case_files
from server.storage.files import FileStore
from server.web.parts import Parts
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import COUNTY, GRID, VILLAGE, County, household
from tests.pages import read, sign_in, words
from tests.residents import JPEG, WEBM, Resident

HOSTILE = "<script>alert(1)</script>{{7*7}}\"'><img src=x onerror=alert(1)>"
PAGE_BYTES = 150_000
FIELDS = {"words": HOSTILE, "address": HOSTILE, "kind": HOSTILE, "phone": HOSTILE}


@pytest.fixture
def resident(client: FlaskClient, county: County) -> Resident:
    return Resident(client)


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


def test_three_questions_are_asked_and_only_the_first_must_be_answered(resident: Resident) -> None:
    page = resident.page()
    assert [words(each) for each in page.iterfind(".//legend")] == [
        "1. 什么事",
        "2. 在哪里 可不填",
        "3. 电话 可不填",
    ]
    assert "石桥村第1网格" in words(page)
    assert "有人身危险，先打 110、119、120" in words(page)


def test_the_whole_page_is_light_and_loads_from_here_alone(client: FlaskClient, county: County) -> None:
    body = client.get(f"/r/g/{GRID}").data
    named = set(re.findall(r'(?:href|src)="/(static/[^"]+)"', body.decode()))
    assert named
    weight = len(body) + sum(len(Path(each).read_bytes()) for each in named)
    assert weight <= PAGE_BYTES


def test_nothing_is_kept_on_the_telephone(client: FlaskClient, county: County) -> None:
    assert "Set-Cookie" not in client.get(f"/r/g/{GRID}").headers


def test_letters_are_large_and_stand_out() -> None:
    style = Path("static/css/residents.css").read_text(encoding="utf-8")
    assert "html { font-size: 20px;" in style
    smallest = min(float(size) for size in re.findall(r"font-size: ([\d.]+)rem", style))
    assert smallest * 20 >= 18
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", style))
    for ink in ("ink", "soft", "brand", "alarm", "good"):
        assert contrast(colours[ink], colours["ground"]) >= 4.5, ink
    assert contrast("#ffffff", colours["brand"]) >= 4.5
    assert contrast("#ffffff", colours["good"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2 between two colours."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_what_was_written_becomes_a_demand_of_the_grid(resident: Resident, story: Story) -> None:
    shown = resident.report(words="路灯不亮", address="2栋门口", phone="139 0000-0000", kind="facility")
    demand = story.only_demand()
    assert (demand.channel, demand.jurisdiction, demand.kind) == ("online", GRID, "facility")
    assert (demand.words, demand.address, demand.reporter_phone) == ("路灯不亮", "2栋门口", "13900000000")
    assert demand.first_asked_id is None
    assert demand.point is None
    assert resident.number == demand.number
    assert len(resident.code) == 8
    assert "收到了。" in words(shown)
    assert "请截图或抄下来" in words(shown)
    assert f"查询码 {resident.code}" in words(shown)


def test_a_matter_at_a_registered_address_has_its_place(resident: Resident, story: Story) -> None:
    with story.database.transaction(SYSTEM) as work:
        home = household(work)
    resident.report(address="石桥村 1组12号")
    assert story.only_demand().household_id == home.id


def test_a_photo_or_a_voice_is_enough(resident: Resident, story: Story, app: Flask) -> None:
    resident.report(words="", photo=JPEG, voice=WEBM)
    demand = story.only_demand()
    parts: Parts = app.extensions["wangge"]
    with story.database.read(SYSTEM) as reading:
        for name, mime, sent in ((demand.photo, "image/jpeg", JPEG), (demand.voice, "audio/webm", WEBM)):
            assert name is not None
            kept = case_files.of_demand(reading.session, demand.id, name)
            assert kept is not None
            assert kept.mime == mime
            assert bytes_of(parts.files, kept.sha256) == sent


def bytes_of(files: FileStore, sha256: str) -> bytes:
    return files.path(sha256).read_bytes()


def test_somebody_without_a_telephone_number_is_still_told_on_his_page(
    resident: Resident, story: Story
) -> None:
    resident.report()
    assert story.only_demand().reporter_kind == "anonymous"
    assert resident.stands().startswith("已收到 2026年10月20日起")


def test_who_goes_back_and_writes_something_else_has_two_matters(resident: Resident, story: Story) -> None:
    page = str(uuid.uuid4())
    first, second = (resident.send(page=page, words=said) for said in ("路灯不亮", "井盖坏了"))
    assert first.location != second.location
    assert [demand.words for demand in story.demands()] == ["路灯不亮", "井盖坏了"]


def test_the_same_page_sent_twice_is_one_matter(resident: Resident, story: Story) -> None:
    page = str(uuid.uuid4())
    first, second = (resident.send(page=page, words="路灯不亮") for _ in range(2))
    assert first.location == second.location
    story.only_demand()


def test_the_same_page_sent_twice_at_one_moment_is_one_matter(
    app: Flask, county: County, story: Story
) -> None:
    page = str(uuid.uuid4())
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(Resident(app.test_client()).send, page=page, words="路灯不亮") for _ in range(4)]
        answers = {each.result().location for each in sent}
    assert len(answers) == 1
    story.only_demand()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"words": " "}, "写一句、录一段或拍一张"),
        ({"words": "长" * 2001}, "太长"),
        ({"words": "长" * 100_000}, "太长"),
        ({"words": "灯", "phone": "请打我儿子"}, "电话是 7 到 12 位数字"),
        ({"words": "灯", "kind": "ufo"}, "有几项填得不对"),
        ({"words": "灯", "homepage": "spam.example"}, "没有收下"),
        ({"words": "灯", "photo": b"<svg onload=alert(1)>"}, "这不是照片"),
        ({"words": "灯", "voice": JPEG}, "这不是录音"),
        ({"words": "灯", "photo": JPEG + bytes(8_000_001)}, "太大"),
        ({"words": "灯", "photo": JPEG + bytes(14_000_000)}, "太大"),
        ({"words": "灯", "page": "no page"}, "有几项填得不对"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_kept(
    resident: Resident, story: Story, fields: dict[str, object], says: str
) -> None:
    answer = resident.send(**fields)  # type: ignore[arg-type]
    assert answer.status_code in (400, 413)
    assert says in answer.text
    assert story.demands() == []


def test_what_was_written_stays_on_the_page_that_refused_it(resident: Resident) -> None:
    answer = resident.send(words="路灯不亮", address="2栋", phone="12")
    assert "路灯不亮</textarea>" in answer.text
    assert 'value="2栋"' in answer.text


def test_hostile_words_are_words(client: FlaskClient, resident: Resident) -> None:
    assert HOSTILE not in resident.send(**FIELDS).text
    resident.report(words=HOSTILE, address=HOSTILE)
    shown = client.get(resident.matter).text
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "49" not in re.sub(r"\d{6,}", "", shown)


def test_the_thirty_first_report_of_an_hour_from_one_address_waits(
    resident: Resident, story: Story, clock: Clock
) -> None:
    for number in range(30):
        assert resident.send(words=f"第{number}件").status_code == 303
    refused = resident.send(words="又一件")
    assert refused.status_code == 429
    assert "60 分钟" in refused.text
    assert len(story.demands()) == 30
    story.pass_days(1 / 20)
    assert resident.send(words="又一件").status_code == 303


@pytest.mark.parametrize("grid", ["509901101001009", "1", "abc", VILLAGE, COUNTY])
def test_a_code_of_nowhere_says_so(client: FlaskClient, county: County, grid: str) -> None:
    answer = client.get(f"/r/g/{grid}")
    assert answer.status_code == 404
    assert "请直接告诉网格员" in answer.text


def test_a_poster_shows_the_page_of_its_grid_on_a4_and_a3(client: FlaskClient, county: County) -> None:
    sign_in(client, "cadre")
    choices = read(client, "/posters").xpath("//input[@name='grids']/@value")
    assert GRID in choices
    assert all(code.startswith(VILLAGE) for code in choices)
    for paper in ("a4", "a3"):
        page = read(client, f"/posters/print?grids={GRID}&paper={paper}")
        (poster,) = page.find_class("poster")
        assert f"/r/g/{GRID}" in words(poster)
        assert poster.find(".//img").get("src").startswith("data:image/png;base64,")
        assert page.find_class(f"poster-{paper}")
    assert client.get("/posters/print").status_code == 400
    assert client.get("/posters/print?grids=509901101002001").status_code == 400
