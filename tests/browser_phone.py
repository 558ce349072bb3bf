"""The browser client as the server sees it: a cookie, a header, JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import PASSWORD, County
from tests.phones import encoded

CLIENT = {"X-Wangge-Client": "1"}


@dataclass(frozen=True)
class BrowserPhone:
    """One phone's browser at the small county's server."""

    client: FlaskClient
    county: County

    def sign_in(self, name: str = "worker") -> TestResponse:
        """With the key on somebody's card."""
        return self.post("sign-in", {"key": self.county.keys[name]})

    def sign_in_by_password(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.post("sign-in", {"username": name, "password": password})

    def post(self, path: str, body: object) -> TestResponse:
        return self.client.post(f"/w/api/{path}", json=body, headers=CLIENT)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(f"/w/api/{path}", headers=CLIENT, **more)

    def home(self) -> dict[str, Any]:
        answer = self.get("home")
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.get_json()
        return page

    def send(self, xml: bytes, files: Mapping[str, bytes] | None = None) -> TestResponse:
        kind, body = encoded(xml, files or {})
        return self.client.post("/w/api/submission", data=body, content_type=kind, headers=CLIENT)


def refusal(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a refusal, after a look at its sentence."""
    assert answer.content_type == "application/json; charset=utf-8"
    said = answer.get_json()
    assert set(said) == {"code", "message"}
    assert any("\u4e00" <= character <= "\u9fff" for character in said["message"])
    return answer.status_code, said["code"]
