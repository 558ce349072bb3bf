"""How a test signs in and reads a staff page."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from lxml import html

from tests.factories import PASSWORD


def sign_in(client: FlaskClient, name: str) -> None:
    """Sign in as one of the county's staff."""
    answer = client.post("/sign-in", data={"username": name, "password": PASSWORD})
    assert answer.status_code == 303


def read(client: FlaskClient, path: str) -> html.HtmlElement:
    """The page at a path."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def words(node: html.HtmlElement) -> str:
    """What a reader sees, blanks made one."""
    return re.sub(r"\s+", " ", node.text_content()).strip()


def cells(row: html.HtmlElement) -> dict[str, str]:
    """A table's row: the head of each column and what stands under it."""
    return {cell.get("data-label"): words(cell) for cell in row.iterfind("td[@data-label]")}
