"""Answers of text come compressed to whoever takes them so, and are the same answers."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient

from tests.factories import County
from tests.pages import sign_in

TAKES_GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def cadre(client: FlaskClient, county: County) -> FlaskClient:
    sign_in(client, "cadre")
    return client


@pytest.mark.parametrize(
    "path", ["/maps/patrols", "/maps/visits.csv", "/maps/frame/patrol", "/static/vendor/leaflet/leaflet.js"]
)
def test_the_compressed_answer_is_the_plain_one(cadre: FlaskClient, path: str) -> None:
    with cadre.get(path) as plain, cadre.get(path, headers=TAKES_GZIP) as small:
        assert "Content-Encoding" not in plain.headers
        unpacked = gzip.decompress(small.data) if "Content-Encoding" in small.headers else small.data
        assert without_tokens(unpacked) == without_tokens(plain.data)
        assert int(small.headers["Content-Length"]) == len(small.data)
        for answer in (plain, small):
            assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_long_page_comes_compressed(cadre: FlaskClient) -> None:
    assert cadre.get("/maps/patrols", headers=TAKES_GZIP).headers["Content-Encoding"] == "gzip"


def test_short_answers_are_left_alone(cadre: FlaskClient) -> None:
    assert "Content-Encoding" not in cadre.get("/maps/names?village=509901101001", headers=TAKES_GZIP).headers


def test_what_has_not_changed_is_still_known_by_its_tag(cadre: FlaskClient) -> None:
    tag = cadre.get("/maps/frame/patrol", headers=TAKES_GZIP).headers["ETag"]
    assert tag.startswith("W/")
    again = cadre.get("/maps/frame/patrol", headers=TAKES_GZIP | {"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def without_tokens(body: bytes) -> bytes:
    """A page without its form tokens and its minute, which no two pages share."""
    return b"\n".join(line for line in body.splitlines() if b"csrf" not in line)
