"""A real partition of 605 shapes by the command an operator types."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from server.database import Database
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.services import divisions
from server.settings import Settings
from server.storage import grids

pytestmark = pytest.mark.shared


def test_the_605_real_grids_are_imported_and_what_is_doubtful_is_listed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("WANGGE_DATABASE_URL", settings.url)
    database = Database(settings.url)
    with database.transaction(SYSTEM) as work:
        divisions.add(work, "330106", "西湖区")
    file = Path(os.environ["WANGGE_TEST_SHARED"]) / "data/grids/xihu_grids_605.geojson"
    words = [
        "grid",
        "import",
        str(file),
        "--datum",
        "wgs84",
        "--code-field",
        "XZQHBM",
        "--name-field",
        "name",
    ]

    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 2
    assert "有 207 处错误，没有导入" in refused.output

    gaps = CliRunner().invoke(main, [*words, "--create-divisions"])
    assert gaps.exit_code == 2
    assert "有 4 处错误，没有导入" in gaps.output, "西湖 and three more places that belong to no grid"

    named = [
        "--allow",
        "gap",
        "--create-divisions",
        "--village-field",
        "cunshe",
        "--township-field",
        "zhenjie",
    ]
    done = CliRunner().invoke(main, words + named)
    assert done.exit_code == 0, done.output
    assert "已导入 596 个网格" in done.output
    assert done.output.count("没有网格编码，不导入") == 9
    assert done.output.count("窄条重叠") == 4
    assert done.output.count("之间有空隙") == 4
    assert done.output.count("之间有窄缝") == 2
    with database.read(SYSTEM) as reading:
        assert len(grids.outlines(reading.session, scope=SYSTEM.scope, on=local_day(reading.now))) == 596
    database.close()
