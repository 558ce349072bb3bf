"""轨迹: what a track reached, who may look at it, who learns of that, and what is left after ninety days."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from shapely import Point

from gis.measure import LocalPlane, length_m
from server.database import Database
from server.domain.people import SYSTEM
from server.domain.scope import Scope
from server.figures.places import places_reached
from server.jobs import schedule
from server.storage.events import EventRow
from server.storage.grids import Grid
from server.storage.patrols import Pass, Patrol
from tests.browser_phone import BrowserPhone
from tests.conftest import Clock
from tests.factories import GRID, NOW, VACANT_GRID, VILLAGE, County, household
from tests.instances import instance, patrol
from tests.pages import cells, read, sign_in, words
from tests.phones import Phone, rows

AN_HOUR_AGO = NOW - dt.timedelta(hours=1)
EAST = LocalPlane(108.002, 30.005)
WALKED = "; ".join(
    f"{30.005:.6f} {EAST.from_local([[x, 0.0]])[0][0]:.6f} 0 {accuracy}"
    for x, accuracy in ((0, 5), (20, 5), (40, 5), (40, 9999), (260, 5), (280, 5), (300, 5))
)
REASON = "有群众说这条路没人巡"


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return Phone(client, county)


def send(phone: Phone, track: str | None = WALKED) -> None:
    wrap_up = {"extent": "whole", "track": track}
    assert phone.send(instance("patrol", patrol(GRID, AN_HOUR_AGO, at=None, wrap_up=wrap_up))) == 201


def home_at(database: Database, metres: float) -> None:
    with database.transaction(SYSTEM) as work:
        household(work, address=f"{metres} 米", point=Point(EAST.from_local([[metres, 30.0]])[0]))


def signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, name)
    return client


def test_a_home_along_the_track_was_reached_and_one_in_its_gap_was_not(
    phone: Phone, database: Database
) -> None:
    for metres in (20, 150, 280):
        home_at(database, metres)
    send(phone)
    with database.read(SYSTEM) as reading:
        found = places_reached(
            reading.session, scope=Scope.of([VILLAGE]), as_of=reading.now, radius_m={GRID: 50}
        )
    assert sorted(place.words for place in found[GRID].reached.rows_n) == ["20 米", "280 米"]


def test_a_track_is_kept_as_the_parts_that_were_walked(phone: Phone, database: Database) -> None:
    send(phone)
    assert [round(length_m(each.shape)) for each in rows(database, Pass)] == [40, 40]


def test_a_hand_drawn_track_reaches_nothing(phone: Phone, database: Database) -> None:
    send(phone, WALKED.replace(" 5", " 0"))
    send(phone, "30.005 108.002; 30.005 108.003")
    assert rows(database, Pass) == []
    assert len(rows(database, Patrol)) == 2


def test_the_walker_sees_his_own_and_nothing_is_noted(phone: Phone, app: Flask, database: Database) -> None:
    send(phone)
    worker = signed_in(app, "worker")
    assert "没有别人看过" in words(read(worker, "/tracks"))
    drawing = read(worker, "/tracks/1")
    assert len(drawing.xpath("//*[@class='track-line']")) == 2
    assert [row for row in rows(database, EventRow) if row.kind == "track.opened"] == []


def test_a_cadre_opens_one_with_a_reason_and_the_walker_reads_it(
    phone: Phone, app: Flask, database: Database
) -> None:
    send(phone)
    cadre = signed_in(app, "cadre")
    listed = read(cadre, "/tracks")
    assert "王秀英" in words(listed)
    assert listed.xpath("//*[@class='track-line']") == []
    assert cadre.get("/tracks/1").status_code == 403
    refused = cadre.post("/tracks/1", data={"reason": " "})
    assert "走的人会看到" in refused.text
    opened = cadre.post("/tracks/1", data={"reason": REASON})
    assert opened.status_code == 200
    assert opened.text.count("track-line") == 2
    (noted,) = (row for row in rows(database, EventRow) if row.kind == "track.opened")
    assert (noted.actor_name, noted.jurisdiction, noted.details) == ("赵支书", GRID, {"reason": REASON})
    worker = signed_in(app, "worker")
    for path in ("/tracks", "/tracks/1"):
        assert f"赵支书 2026年10月20日 09:00 看过，理由：{REASON}" in words(read(worker, path))


@pytest.mark.parametrize(
    ("name", "seen", "opened"),
    [
        ("other_cadre", 404, 404),
        ("other_worker", 404, 403),
        ("official", 403, 403),
        ("assessor", 403, 403),
        ("admin", 403, 403),
    ],
)
def test_nobody_else_sees_it(phone: Phone, app: Flask, name: str, seen: int, opened: int) -> None:
    send(phone)
    client = signed_in(app, name)
    assert "王秀英" not in words(read(client, "/tracks").find(".//main"))
    assert client.get("/tracks/1").status_code == seen
    assert client.post("/tracks/1", data={"reason": REASON}).status_code == opened
    assert client.get("/tracks/99").status_code == 404


def test_after_ninety_days_the_page_says_that_it_is_gone(
    phone: Phone, app: Flask, database: Database, clock: Clock
) -> None:
    send(phone)
    clock.now = NOW + dt.timedelta(days=91)
    schedule.every_night(database)
    worker, cadre = signed_in(app, "worker"), signed_in(app, "cadre")
    assert "轨迹已经删除" in words(read(worker, "/tracks/1"))
    assert "轨迹已经删除" in cadre.post("/tracks/1", data={"reason": REASON}).text
    assert [row for row in rows(database, EventRow) if row.kind == "track.opened"] == []
    assert read(worker, "/tracks").xpath("//a[@href='/tracks/1']") == []


def test_a_patrol_without_a_track_says_so(phone: Phone, app: Flask) -> None:
    send(phone, None)
    assert "这次巡查没有轨迹" in words(read(signed_in(app, "worker"), "/tracks/1"))


def test_experts_see_the_share_of_area_of_special_grids_and_leaders_do_not(
    phone: Phone, app: Flask, database: Database
) -> None:
    send(phone)
    with database.transaction(SYSTEM) as work:
        work.session.execute(sa.update(Grid).where(Grid.code == GRID).values(kind="special"))
    cadre = signed_in(app, "cadre")
    assert "看过的面积" not in words(read(cadre, "/maps/patrols?period=today").find(".//thead"))
    page = read(cadre, "/maps/patrols?period=today&expert=yes")
    shares = {
        row.get("data-code"): cells(row)["看过的面积"]
        for row in page.xpath("//section[@id='table']//tbody/tr")
    }
    assert shares == {GRID: "0.7%", VACANT_GRID: "不算"}
    assert "看过的面积" not in "".join(words(card) for card in page.xpath("//*[contains(@class, 'cards')]"))


def test_the_phone_tells_its_worker_who_looked(phone: Phone, app: Flask, county: County) -> None:
    send(phone)
    mine, other = (BrowserPhone(app.test_client(), county) for _ in range(2))
    mine.sign_in()
    other.sign_in("other_worker")
    assert mine.home()["openings"] == []
    signed_in(app, "cadre").post("/tracks/1", data={"reason": REASON})
    (told,) = mine.home()["openings"]
    assert (told["who"], told["reason"], told["day"]) == ("赵支书", REASON, "2026-10-20")
    assert other.home()["openings"] == []
