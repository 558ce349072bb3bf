"""The engine of ODK Collect lists, fills and sends the four forms to a live server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM
from server.settings import Settings
from server.storage.demands import Demand
from server.storage.patrols import Patrol
from server.storage.visits import Visit
from tests.factories import GRID, County, household, person
from tests.live import serving

pytestmark = pytest.mark.shared

HERE = "30.005 108.005 0 8"


class Phone:
    """A headless phone on JavaRosa."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._program = Path(os.environ["WANGGE_TEST_SHARED"]) / "tools" / "collectsim" / "run.sh"

    def run(self, *words: str) -> dict[str, Any]:
        """Run one command of the phone and give its report."""
        build = self._folder.parent / "build"
        done = subprocess.run(
            ["sh", str(self._program), *words, "--url", self._url, "--dir", str(self._folder)],
            env={
                **os.environ,
                "PYTHON": sys.executable,
                "TZ": "Asia/Shanghai",
                "COLLECTSIM_BUILD": str(build),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def send(self, form: str, answers: dict[str, Any]) -> dict[str, Any]:
        """Fill a form and send it."""
        self._folder.mkdir(exist_ok=True)
        file = self._folder.parent / f"{form}.json"
        file.write_text(json.dumps(answers), encoding="utf-8")
        self.run("get", "--form", form)
        return self.run("fill", "--form", form, "--answers", str(file), "--location", HERE, "--send")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_phone_fills_and_sends_all_four_forms(
    database: Database, county: County, settings: Settings, tmp_path: Path
) -> None:
    with database.transaction(SYSTEM) as work:
        home = household(work)
        grandmother = person(work, home)
        key, who = str(home.id), str(grandmother.id)
    with serving(data_dir=settings.data_dir, database_url=settings.url) as server:
        phone = Phone(server.url + county.phone(), tmp_path / "phone")
        listed = phone.run("list")
        assert [form["formID"] for form in listed["forms"]] == [
            "patrol",
            "household_visit",
            "demand_intake",
            "case_followup",
        ]
        patrol = phone.send(
            "patrol",
            {
                "result": "found",
                "finding": [
                    {
                        "what": {
                            "kind": "facility",
                            "photo": {"gen": "640x480"},
                            "words": "路灯不亮",
                            "handled": "report",
                        }
                    }
                ],
                "wrap_up": {"track": "30.001 108.001 0 5; 30.002 108.002 0 5; 30.003 108.003 0 5"},
            },
        )
        visit = phone.send(
            "household_visit",
            {
                "door": {"household": key, "outcome": "met"},
                "people": {"seen": who, "condition": "ok", "raised": "no"},
            },
        )
        intake = phone.send(
            "demand_intake",
            {
                "session": {"channel": "walkin"},
                "matter": {"kind": "road", "words": "路面坑洼"},
                "location": {"place_how": "map", "place": HERE},
                "reporter": {
                    "reporter_kind": "named",
                    "reporter_name": "李强",
                    "reporter_phone": "19900001234",
                },
                "reply": {"answer": "promised", "promised_on": "2027-01-05"},
            },
        )
        with database.read(SYSTEM) as reading:
            promised = reading.session.scalars(sa.select(Demand).where(Demand.channel == "walkin")).one()
        follow_up = phone.send(
            "case_followup",
            {"which": {"case_list": str(promised.id)}, "progress": {"step": "progress", "words": "材料已到"}},
        )
    for sent in (patrol, visit, intake, follow_up):
        assert sent["upload"]["userSees"] == "已收到"
    with database.read(SYSTEM) as reading:
        session = reading.session
        assert session.scalars(sa.select(Patrol.grid_then)).all() == [GRID]
        assert [str(each) for each in session.scalars(sa.select(Visit.household_id))] == [key]
        assert sorted(session.scalars(sa.select(Demand.kind))) == ["facility", "road"]
        assert session.get_one(Demand, promised.id).key == "in_progress"
