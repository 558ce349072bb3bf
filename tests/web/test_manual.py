"""The manual for whoever holds a phone."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.web.staff.manual import PICTURES
from tests.factories import County
from tests.pages import read, sign_in, words

TEMPLATE = Path(__file__).parents[2] / "server/web/templates/manual.html"


def test_everybody_reads_the_manual_without_signing_in(client: FlaskClient, county: County) -> None:
    page = read(client, "/help")
    said = words(page)
    for screen in ("今日无异常", "发现急事", "进展同昨日", "发送箱", "意见建议", "大字", "添加到主屏幕"):
        assert screen in said
    for link in page.xpath("//nav[@aria-label='目录']/a/@href"):
        assert page.get_element_by_id(link.removeprefix("#")) is not None


def test_every_picture_has_its_place_in_order() -> None:
    placed = re.findall(r"shot\('([^']+)', '", TEMPLATE.read_text(encoding="utf-8"))
    assert tuple(placed) == PICTURES


def test_pictures_are_shown_once_they_have_been_taken(app: Flask, county: County, tmp_path: Path) -> None:
    (tmp_path / "screenshots").mkdir()
    app.static_folder = str(tmp_path)
    assert read(app.test_client(), "/help").xpath("//figure") == []
    (tmp_path / "screenshots" / "phone-home.png").write_bytes(b"\x89PNG")
    (picture,) = read(app.test_client(), "/help").xpath("//figure/img")
    assert (picture.get("alt"), picture.get("src")) == ("首页", "/static/screenshots/phone-home.png")


def test_every_page_leads_to_it(client: FlaskClient, county: County) -> None:
    assert read(client, "/sign-in").xpath("//footer//a[@href='/help']")
    sign_in(client, "cadre")
    assert len(read(client, "/").xpath("//a[@href='/help']")) == 2


def test_it_is_there_before_a_county_is(settings: object) -> None:
    app = create_app(settings)  # type: ignore[arg-type]
    assert app.test_client().get("/help").status_code == 200
    app.extensions["wangge"].database.close()
