"""A draft is tried out before it is published: on a phone and on the office's screen, with lists of nobody."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from lxml import etree

from server.database import Database
from server.domain.people import SYSTEM
from server.figures import phone_lists
from server.figures.phone_lists import Lists
from server.figures.sample_lists import sample
from server.services import actors
from server.storage import form_drafts
from server.storage.submissions import Submission
from tests.factories import NOW, County
from tests.instances import body, instance
from tests.pages import read, sign_in, words

ROUND = """| survey |
| | type | name | label |
| | select_one_from_file households.csv | home | 哪一户 |
| | select_one_from_file wells.csv | well | 哪口井 |
| | image | photo | 照片 |
| settings |
| | form_title | form_id | version |
| | 看井 | round | 2026102001 |
"""


@pytest.fixture
def draft(client: FlaskClient, county: County, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a draft with a list beside it; without Java, which costs seconds a form."""
    monkeypatch.setenv("PATH", "")
    sign_in(client, "official")
    sent = {"file": (io.BytesIO(ROUND.encode()), "看井.md")}
    address = client.post("/form-drafts", data=sent).location
    put = {"file": (io.BytesIO("name,label\nw1,东井\n".encode()), "wells.csv")}
    assert client.post("/forms/round/media", data=put).status_code == 303
    return str(address)


def trial_of(database: Database) -> str:
    """The path a phone is given."""
    with database.read(SYSTEM) as reading:
        (kept,) = form_drafts.waiting(reading.session)
        return f"/v1/test/{kept.token}/projects/1"


def test_a_phone_tries_a_draft_and_what_it_sends_is_only_counted(
    client: FlaskClient, database: Database, draft: str
) -> None:
    trial = trial_of(database)
    assert trial in words(read(client, draft))
    listed = client.get(f"{trial}/formList")
    assert "【试填】看井" in listed.text
    assert client.get(f"{trial}/forms/round.xml").data.startswith(b"<?xml")
    manifest = etree.fromstring(client.get(f"{trial}/forms/round/manifest").data)
    assert manifest.xpath("//*[local-name()='filename']/text()") == ["households.csv", "wells.csv"]
    assert "东井" in client.get(f"{trial}/forms/round/attachments/wells.csv").text
    assert "甲家" in client.get(f"{trial}/forms/round/attachments/households.csv").text
    assert client.get(f"{trial}/forms/round/attachments/nothing.csv").status_code == 404
    assert client.head(f"{trial}/submission").status_code == 204
    answer = client.post(
        f"{trial}/submission", data=body(instance("round", {"well": "w1"}, version="2026102001"))
    )
    assert (answer.status_code, "试填，不计入" in answer.text) == (201, True)
    with database.read(SYSTEM) as reading:
        assert reading.session.query(Submission).count() == 0
    assert "已经试填了 1 份" in words(read(client, draft))


def test_a_trial_ends_with_its_draft(client: FlaskClient, database: Database, draft: str) -> None:
    trial = trial_of(database)
    assert client.post(f"{draft}/drop").status_code == 303
    assert client.get(f"{trial}/formList").status_code == 404
    assert client.get("/forms/round/media/wells.csv").status_code == 404
    assert client.post(f"{trial}/submission", data=body(instance("round", {}))).status_code == 404


def test_the_office_fills_a_draft_on_its_screen_with_invented_lists(client: FlaskClient, draft: str) -> None:
    page = client.get(f"{draft}/preview")
    assert page.status_code == 200
    assert "wasm-unsafe-eval" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert b"wells.csv" in client.get(f"{draft}/preview/form.xml").data
    assert "东井" in client.get(f"{draft}/preview/files/wells.csv").text
    assert "甲家" in client.get(f"{draft}/preview/files/households.csv").text
    assert client.get(f"{draft}/preview/files/other.csv").status_code == 404
    sign_in(client, "cadre")
    assert client.get(f"{draft}/preview").status_code == 403


def test_what_is_no_form_cannot_be_tried(client: FlaskClient, county: County, database: Database) -> None:
    sign_in(client, "official")
    sent = {"file": (io.BytesIO(b"\x00"), "x.xlsx")}
    draft = client.post("/form-drafts", data=sent).location
    assert client.get(f"{draft}/preview/form.xml").status_code == 404
    assert client.get(f"{trial_of(database)}/formList").status_code == 404


def test_invented_lists_have_the_columns_of_the_true_ones(county: County, database: Database) -> None:
    with database.read(SYSTEM) as reading:
        worker = actors.of_key(reading.session, county.keys["worker"], now=NOW)
    assert worker is not None
    with database.read(worker) as reading:
        for name in sorted(phone_lists.NAMES):
            invented = sample(reading, name)
            assert invented is not None
            assert invented.splitlines()[0] == Lists(reading).file(name).splitlines()[0]
        assert sample(reading, "wells.csv") is None
