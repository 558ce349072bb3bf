"""Records taken out by command: the same files as the page gives, and written down as well."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

from flask.testing import FlaskClient

from server.database import Database
from server.storage.events import EventRow
from tests.cli.conftest import Run
from tests.factories import GRID, NOW, OTHER_VILLAGE, VILLAGE, County
from tests.instances import instance, patrol
from tests.phones import Phone, rows


def test_the_records_of_a_form_are_written_to_a_file(
    run: Run, client: FlaskClient, county: County, database: Database, tmp_path: Path
) -> None:
    for days in (0, 3):
        sent = instance("patrol", patrol(GRID, NOW - dt.timedelta(days=days, hours=1)))
        assert Phone(client, county).send(sent) == 201
    out = tmp_path / "巡查.csv"
    done = run("submissions", "export", "--form", "patrol", "--since", "2026-10-18", "--out", out, "--names")
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [(line["record-day"], line["result"]) for line in csv.DictReader(file)] == [
            ("2026-10-20", "clear")
        ]
    assert list(tmp_path.glob("*.part")) == []
    kept = rows(database, EventRow)[-1]
    assert (kept.kind, kept.details["reason"], kept.subject_id) == (
        "personal_data.revealed",
        "命令行导出",
        "patrol",
    )


def test_every_format_is_written_and_a_division_narrows_it(
    run: Run, client: FlaskClient, county: County, tmp_path: Path
) -> None:
    assert Phone(client, county).send(instance("patrol", patrol(GRID, NOW))) == 201
    beginnings = {
        "xlsx": b"PK",
        "zip": b"PK",
        "gpkg": b"SQLite format 3",
        "geojson": b"{",
        "csv": b"\xef\xbb\xbf",
    }
    for kind, beginning in beginnings.items():
        out = tmp_path / f"out.{kind}"
        assert run("submissions", "export", "--form", "patrol", "--format", kind, "--out", out).exit_code == 0
        assert out.read_bytes().startswith(beginning)
    for area, number in ((VILLAGE, 1), (OTHER_VILLAGE, 0)):
        out = tmp_path / f"{area}.geojson"
        chosen = ("--form", "patrol", "--format", "geojson", "--area", area)
        assert run("submissions", "export", *chosen, "--out", out).exit_code == 0
        assert len(json.loads(out.read_bytes())["features"]) == number


def test_what_cannot_be_exported_is_refused_and_nothing_is_written(
    run: Run, county: County, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    nothing = run("submissions", "export", "--form", "nothing", "--out", out)
    assert (nothing.exit_code, "没有这张表" in nothing.output) == (2, True)
    place = ("--form", "patrol", "--format", "geojson", "--place", "nowhere")
    assert run("submissions", "export", *place, "--out", out).exit_code == 2
    days = ("--form", "patrol", "--since", "2026-10-20", "--until", "2026-10-01")
    assert run("submissions", "export", *days, "--out", out).exit_code == 2
    assert list(tmp_path.glob("out*")) == []
