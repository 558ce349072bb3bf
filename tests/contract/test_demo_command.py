"""`wangge demo` in a process of its own, which imports nothing but what the command itself needs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from server.database import utc_now
from server.demo.acts import moment
from server.demo.county import invent_county
from server.demo.founding import carries_phone
from server.demo.seeding import DemoState
from server.domain.work_calendar import local_day
from server.services.accounts import new_key
from tests.live import start_demo


def with_a_day_to_tell(folder: Path) -> None:
    """Three months take a minute; what the command imports shows in the first day."""
    today = local_day(utc_now())
    county = invent_county(today)
    keys = {member.key: new_key() for member in county.staff if carries_phone(member)}
    DemoState(today, moment(today - dt.timedelta(days=1), 0.0), keys).save(folder / "demo_state.json")


@pytest.mark.slow
def test_the_demo_command_seeds_serves_and_stops(tmp_path: Path) -> None:
    with_a_day_to_tell(tmp_path)
    server = start_demo(tmp_path)
    try:
        invited = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
        with urlopen(f"{invited['openrosa_url']}/formList") as answer:
            assert answer.read().count(b"<formID>") == 4
    finally:
        assert server.stop() == 0
