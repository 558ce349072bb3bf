"""A deployment's folder and the commands an operator types in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.settings import Settings

Run = Callable[..., Result]

DIVISIONS = "编码,名称,城乡\n509901101,云溪镇,\n509901101001,石桥村,农村\n509901101002,柳湾社区,城镇\n"


@pytest.fixture
def deployment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings as the environment of a command gives them."""
    monkeypatch.setenv("WANGGE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("WANGGE_DATABASE_URL", settings.url)
    return settings


@pytest.fixture
def run(deployment: Settings) -> Run:
    def typed(*words: str | Path, answers: str | None = None) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words], input=answers, catch_exceptions=False)

    return typed


@pytest.fixture
def divisions(tmp_path: Path) -> Path:
    file = tmp_path / "divisions.csv"
    file.write_text(DIVISIONS, encoding="utf-8")
    return file


@pytest.fixture
def set_up(run: Run, divisions: Path) -> str:
    """A county set up by command; what the command printed."""
    done = run(
        *("county", "create", "--code", "509901", "--name", "青岚县", "--divisions", divisions),
        *("--admin", "张三", "--username", "zhang@qinglan.example", "--phone-holder", "李四"),
    )
    assert done.exit_code == 0, done.output
    return done.output
