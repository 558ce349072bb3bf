"""预备好的文件 as its owner sees it come about, and as nobody else sees it at all."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.roles import Role
from server.settings import Settings
from server.storage.events import EventRow
from server.storage.posts import Account
from tests.conftest import Clock
from tests.factories import GRID, NOW, County
from tests.instances import instance, patrol
from tests.ordered_files import A_MINUTE, Desk, copied, once
from tests.pages import read, sign_in, words
from tests.phones import Phone, rows

CHOOSER = "/submissions/export/patrol"
REFRESH = './/meta[@http-equiv="refresh"]'


@pytest.fixture
def desk(client: FlaskClient, county: County, database: Database, settings: Settings) -> Desk:
    assert Phone(client, county).send(instance("patrol", patrol(GRID, NOW - dt.timedelta(hours=1)))) == 201
    return Desk(database, settings, county)


@pytest.fixture
def official(app: Flask, desk: Desk) -> FlaskClient:
    client = app.test_client()
    sign_in(client, desk.name)
    return client


def ordered(client: FlaskClient, kind: str = "xlsx") -> str:
    """The page of a file just ordered."""
    answer = client.post(CHOOSER, data={"format": kind, "reason": "月末汇总"})
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_file_is_seen_waiting_in_the_making_and_ready(
    official: FlaskClient, desk: Desk, clock: Clock
) -> None:
    copied(desk.database, 4500)
    where = ordered(official, "gpkg")
    waiting = read(official, where)
    assert "马上开始做，共 4,501 份记录" in words(waiting)
    assert waiting.find(REFRESH) is not None
    assert official.get(f"{where}/content").status_code == 404
    clock.now += A_MINUTE
    assert "在排队，前面还有 1 份文件" in words(read(official, ordered(official)))
    seen = []

    def look() -> bool:
        seen.append(read(official, where))
        return False

    assert desk.make(look) == 2
    (bar,) = seen[0].findall(".//progress")
    assert (bar.get("value"), bar.get("max")) == ("4000", "4501")
    assert "已写 4,000 / 4,501 份" in words(seen[0])
    assert seen[0].find(REFRESH) is not None
    ready = read(official, where)
    assert "做好了：4,501 份记录" in words(ready)
    assert ready.find(REFRESH) is None
    taken = official.get(ready.xpath('string(//a[text()="下载"]/@href)'), buffered=True)
    assert taken.data.startswith(b"SQLite format 3")
    assert taken.headers["Cache-Control"] == "private, no-store"
    assert "%E6%AF%8F%E6%97%A5%E5%B7%A1%E6%9F%A5.gpkg" in taken.headers["Content-Disposition"]


def test_why_it_was_taken_is_kept_when_it_is_ordered(official: FlaskClient, desk: Desk) -> None:
    assert official.post(CHOOSER, data={"format": "xlsx", "reason": " "}).status_code == 400
    ordered(official)
    kept = [row for row in rows(desk.database, EventRow) if row.kind == "personal_data.revealed"]
    assert [(row.details["what"], row.details["reason"]) for row in kept] == [("export", "月末汇总")]


def test_a_file_is_its_owners_alone(app: Flask, official: FlaskClient, desk: Desk) -> None:
    where = ordered(official)
    assert desk.make() == 1
    assert "每日巡查.xlsx" in words(read(official, CHOOSER))
    cadre = app.test_client()
    sign_in(cadre, "cadre")
    assert cadre.get(where).status_code == 404
    assert cadre.get(f"{where}/content").status_code == 404
    assert "我的文件" not in words(read(cadre, CHOOSER))
    assert app.test_client().get(f"{where}/content").status_code == 303


def test_who_may_export_no_more_takes_nothing_away(official: FlaskClient, desk: Desk) -> None:
    where = ordered(official)
    assert desk.make() == 1
    with desk.database.transaction(SYSTEM) as work:
        work.session.get_one(Account, desk.county.accounts[desk.name]).role = Role.ADMIN
    assert official.get(where).status_code == 403
    assert official.get(f"{where}/content").status_code == 403


def test_who_works_elsewhere_by_now_takes_nothing_away(official: FlaskClient, desk: Desk) -> None:
    where = ordered(official)
    assert desk.make() == 1
    with desk.database.transaction(SYSTEM) as work:
        work.session.get_one(Account, desk.county.accounts[desk.name]).home = "509901102"
    assert official.get(f"{where}/content").status_code == 403


def test_a_file_has_gone_after_three_days(official: FlaskClient, desk: Desk, clock: Clock) -> None:
    where = ordered(official)
    assert desk.make() == 1
    clock.now += dt.timedelta(days=3)
    sign_in(official, desk.name)
    assert official.get(where).status_code == 404
    assert "我的文件" not in words(read(official, CHOOSER))


def test_a_file_that_was_not_made_says_why_and_is_ordered_again(official: FlaskClient, desk: Desk) -> None:
    where = ordered(official)
    assert desk.make(once(RuntimeError("a bug"))) == 0
    page = read(official, where)
    assert "没有做成：做的时候出了错，原因已经记在服务器的日志里" in words(page)
    assert page.find(REFRESH) is None
    again = page.xpath('string(//a[text()="重新导出"]/@href)')
    assert again == f"{CHOOSER}?state=received"
    assert official.get(again).status_code == 200
