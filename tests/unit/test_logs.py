"""The log is one line of JSON per event; a phone's key is in none of them, nor the value of a variable."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from server import logs

KEY = "a" * 64
ADDRESS = f"https://host/v1/key/{KEY}/projects/1"


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    logs.configure("INFO")
    yield
    structlog.reset_defaults()


def test_a_key_in_a_path_is_masked_wherever_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    hidden = KEY
    try:
        raise ValueError(f"no such thing: {ADDRESS}/formList")
    except ValueError:
        structlog.get_logger().exception("bug", path=f"{ADDRESS}/submission?deviceID=x", who="王秀英")
    said = capsys.readouterr().out
    assert hidden not in said
    line = json.loads(said)
    assert line["path"] == "https://host/v1/key/•••/projects/1/submission?deviceID=x"
    assert "ValueError: no such thing" in line["exception"]
    assert "王秀英" in said


def test_the_token_of_a_draft_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().error("bug", path=f"/v1/test/{KEY}/projects/1/submission")
    assert json.loads(capsys.readouterr().out)["path"] == "/v1/test/•••/projects/1/submission"


def test_what_is_below_the_level_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().debug("detail")
    assert capsys.readouterr().out == ""
