"""How a test is a resident: it opens the page of a grid, writes, sends, and keeps the address of its matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from lxml import html
from urllib3.filepost import encode_multipart_formdata
from werkzeug.test import TestResponse

from tests.factories import GRID
from tests.pages import read, words

JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 100
WEBM = b"\x1aE\xdf\xa3" + b"voice" * 100


@dataclass
class Resident:
    """Somebody with a telephone and no account; `matter` is the path of the matter he raised last."""

    client: FlaskClient
    matter: str = ""

    def page(self, grid: str = GRID) -> html.HtmlElement:
        """The page behind a poster."""
        return read(self.client, f"/r/g/{grid}")

    def send(self, grid: str = GRID, *, page: str | None = None, **fields: Any) -> TestResponse:
        """Fill in the page and send it; files are given as bytes."""
        drawn = page or self.page(grid).xpath("string(//input[@name='page']/@value)")
        body, kind = encode_multipart_formdata(
            {"page": drawn} | {name: _field(name, value) for name, value in fields.items()}
        )
        return self.client.post(f"/r/g/{grid}", data=body, content_type=kind)

    def report(self, grid: str = GRID, **fields: Any) -> html.HtmlElement:
        """Report something, and the page that follows."""
        answer = self.send(grid, **({"words": "路灯不亮"} | fields))
        assert answer.status_code == 303, answer.text
        self.matter = urlsplit(answer.location).path
        return read(self.client, answer.location)

    def look(self) -> html.HtmlElement:
        """The page of the matter."""
        return read(self.client, self.matter)

    def stands(self) -> str:
        """Where it stands, in the words of the page."""
        return words(self.look().find(".//section[@class='stands']"))

    def do(self, act: str, **fields: Any) -> TestResponse:
        """Send one of the forms of the page, with what the page holds hidden."""
        (form,) = self.look().xpath(f"//form[contains(@action, '/{act}')]")
        hidden = {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}
        return self.client.post(form.get("action"), data=hidden | fields)

    def acts(self) -> set[str]:
        """The acts the page offers."""
        return {form.get("action").rpartition("/")[2] for form in self.look().iterfind(".//form")}

    @property
    def number(self) -> str:
        """The number of the matter."""
        return self.matter.split("/")[3]

    @property
    def code(self) -> str:
        """The code of the matter."""
        return self.matter.split("/")[4]


def _field(name: str, value: Any) -> Any:
    return (f"{name}.bin", value) if isinstance(value, bytes) else value
