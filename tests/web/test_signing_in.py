"""Signing in, signing out, and whose password it is."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.database import Database
from server.domain.people import SYSTEM
from server.services import accounts
from tests.conftest import Clock
from tests.factories import PASSWORD, County

OWN = "my own long password"


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"username": name, "password": password, **more})


def test_whoever_signs_in_sees_the_home_page(client: FlaskClient, county: County) -> None:
    assert sign_in(client, "cadre").status_code == 303
    page = client.get("/")
    assert page.status_code == 200
    assert "赵支书" in page.text


def test_a_stranger_is_sent_to_sign_in_and_comes_back(client: FlaskClient, county: County) -> None:
    asked = client.get("/keys?name=王")
    assert asked.status_code == 303
    form = client.get(asked.location)
    (onward,) = re.findall(r'name="next" value="([^"]+)"', form.text)
    answered = sign_in(client, "admin", next=onward)
    assert client.get(answered.location).status_code == 200
    assert answered.location.startswith("/keys?name=")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_host(client: FlaskClient, county: County, elsewhere: str) -> None:
    assert sign_in(client, "cadre", next=elsewhere).location == "/"


def test_a_wrong_name_and_a_wrong_password_look_the_same(client: FlaskClient, county: County) -> None:
    nobody, wrong = sign_in(client, "nobody"), sign_in(client, "cadre", "not the password")
    assert nobody.status_code == wrong.status_code == 401
    alerts = [re.findall(r'role="alert">([^<]+)<', page.text) for page in (nobody, wrong)]
    assert alerts == [["用户名或密码不对。"], ["用户名或密码不对。"]]


def test_the_sixth_try_must_wait_even_with_the_right_password(
    client: FlaskClient, county: County, clock: Clock
) -> None:
    for _ in range(5):
        assert sign_in(client, "cadre", "wrong").status_code == 401
    refused = sign_in(client, "cadre")
    assert refused.status_code == 429
    assert "请过 15 分钟再试" in refused.text
    assert sign_in(client, "official").status_code == 303
    clock.now += dt.timedelta(minutes=16)
    assert sign_in(client, "cadre").status_code == 303


def test_one_address_cannot_try_many_names(client: FlaskClient, county: County) -> None:
    for number in range(20):
        assert sign_in(client, f"name{number}", "wrong").status_code == 401
    assert sign_in(client, "cadre").status_code == 429


def test_a_closed_account_does_not_sign_in(client: FlaskClient, county: County, database: Database) -> None:
    sign_in(client, "cadre")
    with database.transaction(SYSTEM) as work:
        accounts.close_account(work, county.accounts["cadre"])
    assert client.get("/").status_code == 303
    assert sign_in(client, "cadre").status_code == 401


def test_changing_the_password_ends_every_other_session(
    app: Flask, client: FlaskClient, county: County
) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, "cadre")
    sign_in(client, "cadre")
    changed = client.post("/password", data={"current": PASSWORD, "new": OWN, "repeated": OWN})
    assert changed.status_code == 303
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").location.startswith("/sign-in")
    assert sign_in(elsewhere, "cadre").status_code == 401
    assert sign_in(elsewhere, "cadre", OWN).status_code == 303


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"current": "wrong", "new": OWN, "repeated": OWN}, "现在的密码不对"),
        ({"current": PASSWORD, "new": OWN, "repeated": OWN + "x"}, "两次输入的新密码不一样"),
        ({"current": PASSWORD, "new": "short", "repeated": "short"}, "密码至少 10 个字符"),
    ],
)
def test_a_new_password_is_refused(
    client: FlaskClient, county: County, given: dict[str, str], words: str
) -> None:
    sign_in(client, "cadre")
    refused = client.post("/password", data=given)
    assert refused.status_code == 400
    assert words in refused.text


def test_a_temporary_password_opens_only_the_page_to_change_it(
    client: FlaskClient, county: County, database: Database
) -> None:
    temporary = accounts.temporary_password()
    hashed = accounts.hash_password(temporary)
    with database.transaction(SYSTEM) as work:
        accounts.reset_password(work, county.accounts["admin"], password_hash=hashed)
    sign_in(client, "admin", temporary)
    assert client.get("/").location == "/password"
    assert client.get("/people").location == "/password"
    assert client.get("/password").status_code == 200
    client.post("/password", data={"current": temporary, "new": OWN, "repeated": OWN})
    assert client.get("/people").status_code == 200


def test_signing_out_ends_the_session(client: FlaskClient, county: County) -> None:
    sign_in(client, "cadre")
    client.post("/sign-out")
    assert client.get("/").location.startswith("/sign-in")


def test_a_form_from_another_site_changes_nothing(app: Flask, client: FlaskClient, county: County) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    refused = sign_in(client, "cadre")
    assert refused.status_code == 400
    assert "请刷新后重试" in refused.text
    (token,) = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert sign_in(client, "cadre", csrf_token=token).status_code == 303


def test_the_cookie_is_hidden_from_scripts_and_other_sites(client: FlaskClient, county: County) -> None:
    cookie = sign_in(client, "cadre").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
