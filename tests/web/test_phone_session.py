"""Who a phone's browser speaks for, for how long, and what ends it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer

from server.app import create_app
from server.database import Database
from server.domain.people import SYSTEM
from server.services import accounts
from server.settings import Settings
from server.storage.events import EventRow
from server.storage.posts import Account
from tests.browser_phone import CLIENT, BrowserPhone, refusal
from tests.conftest import Clock
from tests.factories import GRID, NOW, PASSWORD, County
from tests.instances import instance, patrol
from tests.pages import sign_in as sign_in_to_the_staff_pages
from tests.phones import rows

AN_HOUR_AGO = NOW - dt.timedelta(hours=1)


@pytest.fixture
def phone(client: FlaskClient, county: County) -> BrowserPhone:
    return BrowserPhone(client, county)


def revoke_key(database: Database, county: County, name: str = "worker") -> None:
    with database.transaction(SYSTEM) as work:
        accounts.revoke_keys_of(work, county.accounts[name])


def test_a_key_opens_thirty_days(phone: BrowserPhone) -> None:
    answer = phone.sign_in()
    assert answer.status_code == 200
    until = dt.datetime.fromisoformat(answer.get_json()["expires_at"])
    assert until == NOW + dt.timedelta(days=30)
    assert phone.home()["worker"]["name"] == "王秀英"


def test_the_cookie_is_for_the_client_alone(phone: BrowserPhone) -> None:
    answer = phone.sign_in()
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("wangge_phone=")]
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "SameSite=Strict", "Path=/w", "Max-Age=2592000"} <= parts
    assert "Secure" not in parts
    assert phone.county.keys["worker"] not in cookie
    assert phone.client.get("/").status_code == 303


def test_the_cookie_travels_encrypted_only_where_the_server_is_reached_so(
    phone: BrowserPhone, settings: Settings, clock: Clock
) -> None:
    answer = phone.client.post(
        "/w/api/sign-in", json={"key": phone.county.keys["worker"]}, headers=CLIENT, base_url="https://host"
    )
    assert all("; Secure" in each for each in answer.headers.getlist("Set-Cookie"))
    behind = create_app(settings.model_copy(update={"base_url": "https://host"}), clock=clock)
    answer = BrowserPhone(behind.test_client(), phone.county).sign_in()
    behind.extensions["wangge"].database.close()
    assert all("; Secure" in each for each in answer.headers.getlist("Set-Cookie"))


def test_a_name_with_its_password_opens_it_too(phone: BrowserPhone) -> None:
    assert phone.sign_in_by_password("cadre").status_code == 200
    assert phone.home()["worker"] == {
        "id": str(phone.county.accounts["cadre"]),
        "name": "赵支书",
        "role": "村（社区）干部",
    }


def test_whoever_is_signed_in_to_the_staff_pages_needs_nothing_more(phone: BrowserPhone) -> None:
    assert refusal(phone.post("sign-in", {})) == (401, "actor.not_signed_in")
    sign_in_to_the_staff_pages(phone.client, "cadre")
    assert phone.post("sign-in", {}).status_code == 200
    assert phone.home()["worker"]["name"] == "赵支书"


def test_a_phone_that_has_not_signed_in_is_told_so(phone: BrowserPhone) -> None:
    for path in ("home", "files/grids.csv", "forms/patrol/2026112101.xml", "collect-qr.png"):
        assert refusal(phone.get(path)) == (401, "actor.not_signed_in")
    assert refusal(phone.post("suggestions", {"words": "x"})) == (401, "actor.not_signed_in")
    assert refusal(phone.send(b"<data/>")) == (401, "actor.not_signed_in")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"key": "x" * 64}, (403, "app_user.key_refused")),
        ({"key": "x" * 500}, (400, "form.invalid")),
        ({"username": "cadre", "password": "wrong"}, (401, "account.refused")),
        ({"username": "nobody", "password": PASSWORD}, (401, "account.refused")),
        ({"username": "cadre"}, (401, "account.refused")),
        ({"username": ["cadre"]}, (400, "form.invalid")),
        ([], (400, "request.malformed")),
        ("key", (400, "request.malformed")),
    ],
)
def test_a_wrong_credential_is_refused(phone: BrowserPhone, given: object, expected: tuple[int, str]) -> None:
    answer = phone.post("sign-in", given)
    assert refusal(answer) == expected
    assert answer.headers.getlist("Set-Cookie") == []


def test_what_is_no_json_is_refused(phone: BrowserPhone) -> None:
    broken = phone.client.post("/w/api/sign-in", data=b"{", content_type="application/json", headers=CLIENT)
    assert refusal(broken) == (400, "request.malformed")
    form = phone.client.post("/w/api/sign-in", data={"key": "x"}, headers=CLIENT)
    assert refusal(form) == (400, "request.malformed")
    endless = phone.client.post(
        "/w/api/sign-in", data=b" " * 200_000, content_type="application/json", headers=CLIENT
    )
    assert refusal(endless) == (413, "request.text_too_long")


def test_the_sixth_try_of_a_name_or_a_key_must_wait(phone: BrowserPhone, clock: Clock) -> None:
    for _ in range(5):
        assert phone.sign_in_by_password("cadre", "wrong").status_code == 401
        assert phone.post("sign-in", {"key": "x" * 64}).status_code == 403
    assert refusal(phone.sign_in_by_password("cadre")) == (429, "account.too_many_tries")
    assert refusal(phone.post("sign-in", {"key": "x" * 64})) == (429, "account.too_many_tries")
    assert phone.sign_in().status_code == 200
    clock.now += dt.timedelta(minutes=16)
    assert phone.sign_in_by_password("cadre").status_code == 200


@pytest.mark.parametrize("name", ["admin", "assessor"])
def test_who_has_no_work_on_a_phone_is_told_where_to_go(phone: BrowserPhone, name: str) -> None:
    assert refusal(phone.sign_in_by_password(name)) == (403, "phone.no_work_here")
    assert refusal(phone.sign_in(name)) == (403, "phone.no_work_here")
    assert refusal(phone.get("home")) == (401, "actor.not_signed_in")


def test_somebody_elses_choice_of_a_password_opens_nothing(phone: BrowserPhone, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Account, phone.county.accounts["cadre"]).must_change_password = True
    assert refusal(phone.sign_in_by_password("cadre")) == (403, "account.temporary_password")
    sign_in_to_the_staff_pages(phone.client, "cadre")
    assert refusal(phone.post("sign-in", {})) == (403, "account.temporary_password")


def test_a_revoked_key_ends_the_session_in_the_middle_of_the_day(
    phone: BrowserPhone, database: Database
) -> None:
    phone.sign_in()
    assert phone.home()
    revoke_key(database, phone.county)
    assert refusal(phone.get("home")) == (403, "app_user.key_refused")
    xml = instance("patrol", patrol(GRID, AN_HOUR_AGO))
    assert refusal(phone.send(xml)) == (403, "app_user.key_refused")
    assert refusal(phone.sign_in()) == (403, "app_user.key_refused")


def test_a_new_password_ends_the_session_that_the_old_one_opened(
    phone: BrowserPhone, database: Database
) -> None:
    phone.sign_in_by_password("cadre")
    with database.transaction(SYSTEM) as work:
        accounts.reset_password(work, phone.county.accounts["cadre"], password_hash="x")
    assert refusal(phone.get("home")) == (401, "actor.session_ended")


@pytest.mark.parametrize(
    ("by_key", "expected"), [(True, (403, "app_user.key_refused")), (False, (401, "actor.session_ended"))]
)
def test_a_closed_account_ends_the_session(
    phone: BrowserPhone, database: Database, by_key: bool, expected: tuple[int, str]
) -> None:
    answer = phone.sign_in("cadre") if by_key else phone.sign_in_by_password("cadre")
    assert answer.status_code == 200
    with database.transaction(SYSTEM) as work:
        accounts.close_account(work, phone.county.accounts["cadre"])
    assert refusal(phone.get("home")) == expected


def test_a_session_nobody_uses_ends_after_thirty_days(phone: BrowserPhone, clock: Clock) -> None:
    phone.sign_in()
    clock.now += dt.timedelta(days=30)
    assert refusal(phone.get("home")) == (401, "actor.session_ended")
    assert refusal(phone.send(b"")) == (401, "actor.session_ended")
    assert phone.sign_in().status_code == 200


def test_whoever_opens_the_page_daily_never_signs_in_again(phone: BrowserPhone, clock: Clock) -> None:
    phone.sign_in()
    assert "Set-Cookie" not in phone.get("home").headers
    for _ in range(3):
        clock.now += dt.timedelta(days=20)
        page = phone.home()
        assert dt.datetime.fromisoformat(page["expires_at"]) == clock.now + dt.timedelta(days=30)


@pytest.mark.parametrize("forged", ["", "x", "W10.x", "eyJhIjoxfQ.AAAA"])
def test_a_forged_cookie_opens_nothing(phone: BrowserPhone, forged: str) -> None:
    phone.client.set_cookie("wangge_phone", forged, path="/w")
    assert refusal(phone.get("home")) == (401, "actor.session_ended")


def test_a_cookie_sealed_for_another_purpose_opens_nothing(phone: BrowserPhone, settings: Settings) -> None:
    account = [str(phone.county.accounts["worker"]), "", 0, 2_000_000_000]
    sealed = URLSafeSerializer(settings.secret_key, salt="another").dumps(account)
    phone.client.set_cookie("wangge_phone", str(sealed), path="/w")
    assert refusal(phone.get("home")) == (401, "actor.session_ended")


def test_signing_out_ends_it_and_needs_no_session(phone: BrowserPhone) -> None:
    phone.sign_in()
    assert phone.post("sign-out", {}).status_code == 204
    assert refusal(phone.get("home")) == (401, "actor.not_signed_in")
    assert phone.post("sign-out", {}).status_code == 204


@pytest.mark.parametrize("path", ["sign-in", "sign-out", "submission", "suggestions"])
def test_a_page_of_another_site_is_not_listened_to(phone: BrowserPhone, path: str) -> None:
    phone.sign_in()
    answer = phone.client.post(f"/w/api/{path}", data=b"{}", content_type="text/plain")
    assert refusal(answer) == (403, "phone.other_site")
    assert phone.home()


def test_the_page_of_the_client_speaks_without_a_token(app: Flask, county: County) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert BrowserPhone(app.test_client(), county).sign_in().status_code == 200


def test_an_address_nobody_knows_is_answered_in_json(phone: BrowserPhone) -> None:
    assert refusal(phone.get("nowhere")) == (404, "page.unknown")
    assert refusal(phone.client.post("/w/api/home", headers=CLIENT)) == (405, "page.unknown")


def test_opening_a_phone_leaves_a_trace(phone: BrowserPhone, database: Database) -> None:
    phone.sign_in()
    phone.sign_in_by_password("cadre")
    kinds = [row.kind for row in rows(database, EventRow)]
    assert kinds[-2:] == ["app_user.key_shown", "account.signed_in"]


def test_the_collect_picture_is_for_whoever_brought_the_key(phone: BrowserPhone) -> None:
    answer = phone.sign_in()
    kept = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("wangge_phone_key=")]
    assert "Path=/w/api/collect-qr.png" in kept[0]
    assert "HttpOnly" in kept[0]
    picture = phone.get("collect-qr.png")
    assert (picture.content_type, picture.headers["Cache-Control"]) == ("image/png", "no-store")
    assert picture.data.startswith(b"\x89PNG")
    phone.sign_in_by_password("cadre")
    assert refusal(phone.get("collect-qr.png")) == (404, "phone.no_key")


def test_no_log_holds_the_key(
    app: Flask, phone: BrowserPhone, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    key = phone.county.keys["worker"]
    phone.sign_in()
    phone.home()
    phone.get("collect-qr.png")
    phone.send(instance("patrol", patrol(GRID, AN_HOUR_AGO)))
    phone.send(b"no xml")
    phone.post("sign-in", {"key": key, "username": [key]})
    with database.transaction(SYSTEM) as work:
        work.session.execute(sa.update(Account).values(role="no such role"))
    broken = phone.sign_in_by_password("worker")
    assert (broken.status_code, broken.get_json()["code"]) == (500, "server.bug")
    said = capsys.readouterr()
    assert '"event": "bug"' in said.out
    assert key not in said.out + said.err
    events = json.dumps([row.details for row in rows(database, EventRow)])
    assert key not in events
