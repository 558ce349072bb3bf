"""What an administrator does with people, posts and the keys of phones."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import zlib
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.database import Database
from server.domain.people import SYSTEM
from server.settings import Settings
from server.storage.posts import Account, AppUser, PostRow
from server.web.collect_settings import picture
from server.web.parts import Parts
from tests.conftest import Clock
from tests.factories import COUNTY, GRID, OTHER_GRID, PASSWORD, TOWNSHIP, VACANT_GRID, VILLAGE, County


def signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/sign-in", data={"username": name, "password": PASSWORD}).status_code == 303
    return client


@pytest.fixture
def admin(app: Flask, county: County) -> FlaskClient:
    return signed_in(app, "admin")


@pytest.fixture
def official(app: Flask, county: County) -> FlaskClient:
    return signed_in(app, "official")


def one_account(database: Database, username: str) -> Account:
    with database.read(SYSTEM) as reading:
        return reading.session.scalars(sa.select(Account).where(Account.username == username)).one()


def test_a_new_account_gets_a_temporary_password_shown_once(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    given = {"name": "周敏", "role": "village_cadre", "home": VILLAGE, "username": "zhou"}
    told = admin.post("/people", data=given)
    assert told.status_code == 200
    assert told.headers["Cache-Control"] == "no-store"
    (password,) = re.findall(r"<code>(\w+)</code>", told.text)
    newcomer = app.test_client()
    newcomer.post("/sign-in", data={"username": "zhou", "password": password})
    assert newcomer.get("/").location == "/password"
    assert password not in (one_account(database, "zhou").password_hash or "")


def test_somebody_without_a_username_works_by_phone_only(admin: FlaskClient) -> None:
    opened = admin.post("/people", data={"name": "周敏", "role": "grid_worker", "home": VILLAGE})
    page = admin.get(opened.location)
    assert "周敏" in page.text
    assert "没有，只用手机" in page.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "cadre"}, "用户名 cadre 已经有人用了"),
        ({"home": "510000001001"}, "没有这个区划"),
        ({"role": "emperor"}, "没有这个选项"),
        ({"name": ""}, "必须填写"),
    ],
)
def test_a_wrong_new_account_is_refused_and_the_form_keeps_what_was_typed(
    admin: FlaskClient, change: dict[str, str], words: str
) -> None:
    given = {"name": "周敏", "role": "village_cadre", "home": VILLAGE, "telephone": "13800000000"}
    refused = admin.post("/people", data=given | change)
    assert refused.status_code == 400
    assert words in refused.text
    assert 'value="13800000000"' in refused.text


def test_a_reset_password_replaces_the_old_one(
    app: Flask, admin: FlaskClient, county: County, database: Database
) -> None:
    cadre = signed_in(app, "cadre")
    told = admin.post(f"/people/{county.accounts['cadre']}/password")
    assert "赵支书" in told.text
    assert cadre.get("/").status_code == 303
    assert one_account(database, "cadre").must_change_password


def test_nobody_closes_his_own_account(admin: FlaskClient, county: County) -> None:
    refused = admin.post(f"/people/{county.accounts['admin']}/close")
    assert refused.status_code == 409
    assert "请另一位管理员来做" in refused.text


def test_a_closed_account_no_longer_sends(admin: FlaskClient, client: FlaskClient, county: County) -> None:
    assert client.get(f"{county.phone()}/formList").status_code == 200
    admin.post(f"/people/{county.accounts['worker']}/close")
    assert client.get(f"{county.phone()}/formList").status_code == 403
    assert "王秀英" not in admin.get("/people").text
    assert "王秀英" in admin.get("/people?closed=yes").text


def test_an_official_manages_the_people_of_his_township_only(
    app: Flask, official: FlaskClient, county: County
) -> None:
    listed = official.get("/people").text
    assert "王秀英" in listed
    assert "系统管理员" not in listed
    assert "开通账号" not in listed
    assert official.get(f"/people/{county.accounts['admin']}").status_code == 404
    assert official.post("/people", data={"name": "x", "role": "admin", "home": COUNTY}).status_code == 403
    assert official.post(f"/people/{county.accounts['worker']}/close").status_code == 403
    assert signed_in(app, "cadre").get("/people").status_code == 403


def test_a_post_begins_and_ends(
    official: FlaskClient, client: FlaskClient, county: County, database: Database
) -> None:
    page = f"/people/{county.accounts['worker']}"
    given = {"function": "grid_lead", "place": VACANT_GRID, "first_day": "2026-10-20"}
    official.post(f"{page}/posts", data=given)
    assert "网格长：石桥村第2网格" in official.get(page).text
    with database.read(SYSTEM) as reading:
        post = reading.session.scalars(sa.select(PostRow).where(PostRow.function == "grid_lead")).one()
    assert official.post(f"{page}/posts/{post.id}/end", data={"last_day": "2026-10-19"}).status_code == 400
    official.post(f"{page}/posts/{post.id}/end", data={"last_day": "2026-10-31"})
    assert "2026年10月31日" in official.get(page).text
    ended = official.post(f"{page}/posts/{post.id}/end", data={"last_day": "2026-11-30"})
    assert ended.status_code == 409


def test_a_stand_in_gets_the_grid_until_the_last_day(
    app: Flask, client: FlaskClient, county: County, clock: Clock
) -> None:
    cadre = signed_in(app, "cadre")
    form = cadre.get(f"/stand-ins/new?grid={VACANT_GRID}").text
    assert "这个网格现在无人在岗" in form
    assert "王秀英" in form
    assert "孙大海" not in form
    given = {
        "grid": VACANT_GRID,
        "person": str(county.accounts["worker"]),
        "first_day": "2026-10-20",
        "last_day": "2026-10-22",
    }
    named = cadre.post("/stand-ins", data=given)
    assert "王秀英 正在替班，到2026年10月22日止" in cadre.get(named.location).text
    clock.now += dt.timedelta(days=3)
    fresh = signed_in(app, "cadre")
    assert "正在替班" not in fresh.get(named.location).text


@pytest.mark.parametrize(
    "change", [{"grid": OTHER_GRID}, {"last_day": "2026-10-19"}, {"absent": "person"}, {"grid": "1"}]
)
def test_a_wrong_stand_in_is_refused(
    app: Flask, county: County, database: Database, change: dict[str, str]
) -> None:
    worker = str(county.accounts["worker"])
    given = {"grid": VACANT_GRID, "person": worker, "first_day": "2026-10-20", "last_day": "2026-10-22"}
    given |= {name: worker if value == "person" else value for name, value in change.items()}
    assert signed_in(app, "cadre").post("/stand-ins", data=given).status_code in (400, 404)
    with database.read(SYSTEM) as reading:
        assert not reading.session.scalars(sa.select(PostRow).where(PostRow.is_stand_in)).all()


def test_issued_keys_are_cards_that_a_phone_can_use(
    client: FlaskClient, county: County, database: Database
) -> None:
    here = "http://10.1.2.3:8000"
    client.post("/sign-in", data={"username": "admin", "password": PASSWORD}, base_url=here)
    chosen = [str(county.accounts["worker"]), str(county.accounts["other_worker"])]
    sheet = client.post("/keys", data={"people": chosen}, base_url=here)
    assert sheet.headers["Cache-Control"] == "no-store"
    pages = re.findall(r'class="key-picture key-page" src="([^"]+)"', sheet.text)
    pictures = re.findall(r'class="key-picture" src="([^"]+)"', sheet.text)
    codes = [unescape(text) for text in re.findall(r"<code>([^<]+)</code>", sheet.text)]
    assert "石桥村第1网格" in sheet.text
    assert len(codes) == 6
    for page, drawn, address, server, text in zip(
        pages, pictures, codes[::3], codes[1::3], codes[2::3], strict=True
    ):
        settings = json.loads(zlib.decompress(base64.b64decode(text)))
        assert settings["general"]["server_url"] == server
        assert settings["admin"] == {}
        assert settings["project"]["name"] == "青岚县网格"
        assert unescape(drawn) == picture(text)
        assert server.startswith(f"{here}/v1/key/")
        assert client.get(server.removeprefix(here) + "/formList").status_code == 200
        key = server.split("/")[5]
        assert address == f"{here}/w/#{key}"
        assert unescape(page) == picture(address)
        opened = client.post("/w/api/sign-in", json={"key": key}, headers={"X-Wangge-Client": "1"})
        assert opened.status_code == 200
    key = codes[0].partition("#")[2]
    with database.read(SYSTEM) as reading:
        assert key not in {each.key_hash for each in reading.session.scalars(sa.select(AppUser))}


def test_the_cards_name_the_address_that_was_set(settings: Settings, clock: Clock, county: County) -> None:
    public = "https://wangge.qinglan.example"
    app = create_app(settings.model_copy(update={"base_url": public}), clock=clock)
    app.config.update(WTF_CSRF_ENABLED=False)
    client = app.test_client()
    inside = "https://10.1.2.3"
    client.post("/sign-in", data={"username": "admin", "password": PASSWORD}, base_url=inside)
    sheet = client.post("/keys", data={"people": [str(county.accounts["worker"])]}, base_url=inside)
    assert f"<code>{public}/v1/key/" in sheet.text
    assert f"<code>{public}/w/#" in sheet.text
    parts: Parts = app.extensions["wangge"]
    parts.database.close()


def test_new_keys_may_replace_the_old_ones(admin: FlaskClient, client: FlaskClient, county: County) -> None:
    admin.post("/keys", data={"people": [str(county.accounts["worker"])]})
    assert client.get(f"{county.phone()}/formList").status_code == 200
    admin.post("/keys", data={"people": [str(county.accounts["worker"])], "replace": "yes"})
    assert client.get(f"{county.phone()}/formList").status_code == 403


def test_a_sheet_is_issued_whole_or_not_at_all(
    official: FlaskClient, county: County, database: Database
) -> None:
    chosen = [str(county.accounts["worker"]), str(county.accounts["admin"])]
    assert official.post("/keys", data={"people": chosen}).status_code == 404
    assert official.post("/keys", data={}).status_code == 400
    with database.read(SYSTEM) as reading:
        assert len(reading.session.scalars(sa.select(AppUser)).all()) == len(county.keys)


def test_a_revoked_key_is_refused_and_the_page_promises_no_more(
    official: FlaskClient, client: FlaskClient, county: County
) -> None:
    listed = official.get("/keys?name=王秀英").text
    assert "手机里已有的表单和名单不会被清除" in listed
    (address,) = re.findall(r'action="(/keys/[^"]+/revoke)"', listed)
    revoked = official.post(address)
    assert "手机里已有的内容不会被清除" in official.get(revoked.location).text
    assert client.get(f"{county.phone()}/formList").status_code == 403
    assert "收回" in official.get("/keys?revoked=yes").text


def test_the_menu_shows_people_and_keys_to_those_who_manage_them(
    app: Flask, official: FlaskClient, county: County
) -> None:
    assert 'href="/keys"' in official.get("/").text
    assert 'href="/keys"' not in signed_in(app, "cadre").get("/").text


def test_the_forms_offer_what_is_theirs_to_give(
    admin: FlaskClient, official: FlaskClient, county: County
) -> None:
    assert f'value="{TOWNSHIP}"' in admin.get("/people/new").text
    assert f'value="{GRID}"' in official.get(f"/people/{county.accounts['worker']}").text
    assert "王秀英" in official.get("/keys/new").text
