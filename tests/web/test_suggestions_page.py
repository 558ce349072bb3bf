"""意见建议 on the staff pages: read, answered, and shown as text whatever was written."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.browser_phone import BrowserPhone
from tests.factories import County
from tests.pages import cells, read, sign_in, words

HOSTILE = "<img src=x onerror=alert(1)> {{7*7}} </script>"


@pytest.fixture
def phone(app: Flask, county: County) -> BrowserPhone:
    phone = BrowserPhone(app.test_client(), county)
    phone.sign_in()
    return phone


def listed(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    return [cells(row) for row in read(client, f"/suggestions{query}").iterfind(".//tbody/tr")]


def test_the_cadre_reads_it_answers_it_and_the_phone_shows_the_answer(
    client: FlaskClient, phone: BrowserPhone
) -> None:
    phone.post("suggestions", {"words": "字太小", "about": "patrol"})
    sign_in(client, "cadre")
    home = read(client, "/")
    assert "1 条意见等着答复" in words(home)
    (row,) = listed(client)
    assert row["谁"] == "王秀英 云溪镇石桥村"
    assert row["说什么"] == "字太小 说的是：每日巡查"
    (form,) = read(client, "/suggestions").xpath("//form[contains(@action, '/answer')]")
    answered = client.post(form.get("action"), data={"words": "请打开大字。"})
    assert "已答复" in client.get(answered.location).text
    assert listed(client) == []
    (row,) = listed(client, "?all=yes")
    assert row["答复"].startswith("请打开大字。 赵支书")
    assert [each["answer"] for each in phone.home()["answers"]] == ["请打开大字。"]
    assert "条意见" not in words(read(client, "/"))


def test_an_answer_without_words_says_why_it_was_not_taken(client: FlaskClient, phone: BrowserPhone) -> None:
    phone.post("suggestions", {"words": "字太小"})
    sign_in(client, "official")
    for given in ({}, {"words": " "}, {"words": "长" * 1001}):
        refused = client.post("/suggestions/1/answer", data=given)
        assert "请写下答复，最多 1000 个字" in client.get(refused.location).text
    assert len(listed(client)) == 1


def test_another_village_neither_reads_nor_answers_it(client: FlaskClient, phone: BrowserPhone) -> None:
    phone.post("suggestions", {"words": "字太小"})
    sign_in(client, "other_cadre")
    assert listed(client, "?all=yes") == []
    refused = client.post("/suggestions/1/answer", data={"words": "x"})
    assert "没有这条意见" in client.get(refused.location).text


def test_ones_own_suggestion_is_answered_by_others(client: FlaskClient, phone: BrowserPhone) -> None:
    phone.sign_in("cadre")
    phone.post("suggestions", {"words": "名单有误"})
    sign_in(client, "cadre")
    (row,) = listed(client)
    assert row["答复"] == "等别的同事答复"


def test_what_was_written_is_shown_as_text(client: FlaskClient, phone: BrowserPhone) -> None:
    phone.post("suggestions", {"words": HOSTILE, "about": HOSTILE})
    sign_in(client, "admin")
    page = read(client, "/suggestions")
    assert page.xpath("//td//img") == []
    assert HOSTILE in words(page)


def test_the_menu_shows_it_to_the_office_only(client: FlaskClient, app: Flask, county: County) -> None:
    sign_in(client, "assessor")
    assert read(client, "/").xpath("//nav//a[@href='/suggestions']")
    worker = app.test_client()
    sign_in(worker, "worker")
    assert not read(worker, "/").xpath("//nav//a[@href='/suggestions']")
    assert worker.get("/suggestions").status_code == 403
