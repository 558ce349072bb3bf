"""The client's own files: what a browser may do with them, what it keeps, and whom it asks."""

from __future__ import annotations

import dataclasses
import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PAGE = '<!doctype html><html lang="zh-Hans"><script type="module" src="/w/assets/a-1.js"></script></html>'
SCRIPT = "export const words = '网格';\n" * 200


@pytest.fixture
def built(app: Flask, tmp_path: Path) -> Path:
    """A small build in the place of the real one."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "sw.js").write_text("self.skipWaiting;", encoding="utf-8")
    (folder / "manifest.webmanifest").write_text('{"name": "网格"}', encoding="utf-8")
    (folder / "assets" / "a-1.js").write_text(SCRIPT, encoding="utf-8")
    (folder / "assets" / "i-1.png").write_bytes(b"\x89PNG" + bytes(2000))
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    app.extensions["wangge"] = dataclasses.replace(app.extensions["wangge"], form_client=folder)
    return folder


def rules(answer: TestResponse) -> dict[str, set[str]]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {part.split()[0]: set(part.split()[1:]) for part in parts}


def test_the_page_is_there_for_everybody_and_asked_for_anew(client: FlaskClient, built: Path) -> None:
    page = client.get("/w/")
    assert (page.status_code, page.text) == (200, PAGE)
    assert page.content_type == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-cache"
    again = client.get("/w/", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_address_without_its_slash_leads_there(client: FlaskClient, built: Path) -> None:
    answer = client.get("/w")
    assert answer.status_code == 308
    assert answer.location.endswith("/w/")


def test_nothing_but_this_server_is_allowed(client: FlaskClient, built: Path) -> None:
    found = rules(client.get("/w/"))
    assert found["default-src"] == {"'self'"}
    assert found["script-src"] == {"'self'", "'wasm-unsafe-eval'"}
    assert found["connect-src"] == {"'self'", "blob:"}
    assert found["img-src"] == {"'self'", "data:", "blob:"}
    assert found["object-src"] == found["base-uri"] == found["frame-ancestors"] == {"'none'"}
    named = {source for sources in found.values() for source in sources}
    assert not [source for source in named if re.search(r"[/*.]|unsafe-eval'$(?<!wasm-unsafe-eval')", source)]
    assert "'unsafe-inline'" not in found["script-src"]


def test_every_file_has_the_same_rules(client: FlaskClient, built: Path) -> None:
    policy = client.get("/w/").headers["Content-Security-Policy"]
    for path in ("assets/a-1.js", "sw.js", "api/home", "nothing.js"):
        assert client.get(f"/w/{path}").headers["Content-Security-Policy"] == policy


def test_what_is_named_by_its_content_is_kept_for_good(client: FlaskClient, built: Path) -> None:
    kept = client.get("/w/assets/a-1.js")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.content_type == "text/javascript; charset=utf-8"
    for name, kind in (
        ("sw.js", "text/javascript; charset=utf-8"),
        ("manifest.webmanifest", "application/manifest+json"),
    ):
        answer = client.get(f"/w/{name}")
        assert (answer.headers["Cache-Control"], answer.content_type) == ("no-cache", kind)


def test_texts_come_compressed_and_pictures_as_they_are(client: FlaskClient, built: Path) -> None:
    takes = {"Accept-Encoding": "gzip"}
    packed = client.get("/w/assets/a-1.js", headers=takes)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data).decode() == SCRIPT
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert client.get("/w/assets/a-1.js").text == SCRIPT
    assert "Content-Encoding" not in client.get("/w/assets/i-1.png", headers=takes).headers


def test_a_new_build_is_served_without_a_restart(client: FlaskClient, built: Path) -> None:
    first = client.get("/w/")
    (built / "index.html").write_text(PAGE + " ", encoding="utf-8")
    second = client.get("/w/")
    assert second.text == PAGE + " "
    assert second.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    "path", ["../secret.txt", "%2e%2e/secret.txt", "assets/../../secret.txt", "assets", "no.js"]
)
def test_nothing_else_is_served(client: FlaskClient, built: Path, path: str) -> None:
    answer = client.get(f"/w/{path}")
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_a_client_that_has_not_been_built_says_so(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    app.extensions["wangge"] = dataclasses.replace(app.extensions["wangge"], form_client=tmp_path / "no")
    answer = client.get("/w/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "手机网页还没有装好" in answer.text
