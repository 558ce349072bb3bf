"""Forms to Excel and back, profiles checked and installed, settings listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms import catalogue, workbook
from server import profiles
from server.cli.tables import table, width
from server.settings import Settings
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _without_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """ODK Validate costs seconds a form; tests/unit/forms ask it."""
    monkeypatch.setenv("PATH", "")


def test_a_form_goes_to_excel_and_comes_back(run: Run, set_up: str, tmp_path: Path) -> None:
    file = tmp_path / "patrol.xlsx"
    assert run("form", "export", "patrol", "--xlsx", file).exit_code == 0
    assert workbook.sheets(workbook.from_xlsx(file.read_bytes())) == workbook.sheets(
        catalogue.source("patrol")
    )
    again = run("form", "publish", file)
    assert again.exit_code == 2
    assert "已经发布过" in again.output


def test_a_form_is_published_listed_closed_and_given_out_as_it_came(
    run: Run, set_up: str, tmp_path: Path
) -> None:
    own = tmp_path / "own.md"
    source = catalogue.source("patrol").replace("| patrol |", "| xunluo |", 1)
    own.write_text(source, encoding="utf-8")
    published = run("form", "publish", own, "--stands-for", "patrol")
    assert published.exit_code == 0, published.output
    assert "已发布 xunluo" in published.output
    listed = next(line for line in run("form", "list").output.splitlines() if line.startswith("xunluo"))
    assert "使用中" in listed
    assert "每日巡查" in listed
    assert "已停用 xunluo" in run("form", "close", "xunluo").output
    assert run("form", "close", "xunluo").exit_code == 2
    assert "已恢复使用 xunluo" in run("form", "reopen", "xunluo").output
    given = tmp_path / "given"
    assert run("form", "export", "xunluo", "--xlsx", given).exit_code == 0
    assert given.read_text(encoding="utf-8") == source


def test_a_wrong_form_is_refused_with_its_problems(run: Run, set_up: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.md"
    wrong.write_text(catalogue.source("patrol").replace("| survey |", "| nothing |"), encoding="utf-8")
    refused = run("form", "publish", wrong)
    assert refused.exit_code == 2
    assert "表单有错，没有发布" in refused.output
    for name in ("x.xlsx", "x.md"):
        unreadable = tmp_path / name
        unreadable.write_bytes(b"\xff\xfe\x00")
        assert run("form", "publish", unreadable).exit_code == 2
    assert run("form", "export", "nothing", "--xlsx", tmp_path / "n.xlsx").exit_code == 2


def test_the_same_version_with_other_questions_is_refused(run: Run, set_up: str, tmp_path: Path) -> None:
    changed = tmp_path / "changed.md"
    changed.write_text(catalogue.source("patrol").replace("巡查", "巡逻"), encoding="utf-8")
    refused = run("form", "publish", changed)
    assert refused.exit_code == 2
    assert "请改成没有用过的" in refused.output


def test_a_profile_is_shown_checked_and_installed(run: Run, set_up: str, tmp_path: Path) -> None:
    assert "zhongxian" in run("profile", "show").output
    assert run("profile", "show", "zhongxian").output.strip() == profiles.source("zhongxian").strip()
    own = tmp_path / "own.toml"
    own.write_text(profiles.source("zhongxian") + "\n# 本县\n", encoding="utf-8")
    assert "没有发现问题" in run("profile", "check", own).output
    assert "第 2 版，2027-01-01 起生效" in run("profile", "install", own, "--effective", "2027-01-01").output


def test_two_profiles_are_compared_item_by_item(run: Run) -> None:
    compared = run("profile", "compare", "zhongxian", "jiangjin").output
    assert "小事：先上会" in compared
    assert "街道人大工委、民主监督员" in compared
    assert "两份方案说的一样" in run("profile", "compare", "xian", "xian").output


def test_a_profile_is_tried_on_the_last_days_without_changing_anything(run: Run, set_up: str) -> None:
    tried = run("profile", "simulate", "longli", "--days", "10")
    assert tried.exit_code == 0, tried.output
    assert "最近 10 天收到的诉求 0 件" in tried.output
    assert run("profile", "simulate", "longli", "--jurisdiction", "990099").exit_code == 2


def test_a_refusal_names_the_file_the_key_and_the_reason(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        profiles.source("zhongxian").replace('"village", "township"]', '"village", "city"]'), encoding="utf-8"
    )
    said = run("profile", "check", wrong).output
    for words in ("wrong.toml", "escalation.chain", "不在 levels 中"):
        assert words in said
    wrong.write_text(
        profiles.source("zhongxian").replace("[verbs]", '[verbs]\nsprout = "发芽"'), encoding="utf-8"
    )
    assert "verbs.sprout" in run("profile", "check", wrong).output


def test_a_wrong_profile_is_refused(run: Run, set_up: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(profiles.source("zhongxian") + "\nsurprise = 1\n", encoding="utf-8")
    for words in (("check", wrong), ("install", wrong), ("install", "nowhere"), ("show", "nowhere")):
        assert run("profile", *words).exit_code == 2


def test_a_profile_needs_a_county(run: Run) -> None:
    refused = run("profile", "install", "zhongxian")
    assert refused.exit_code == 2
    assert "wangge county create" in refused.output


def test_settings_are_listed_without_secrets(deployment: Settings, run: Run) -> None:
    listed = run("settings").output
    for name, field in Settings.model_fields.items():
        assert f"WANGGE_{name.upper()}" in listed
        assert (field.description or "") in listed
    assert "已设，不显示" in listed
    assert deployment.url not in listed


def test_columns_line_up_under_chinese_heads() -> None:
    lines = table(("姓名", "编码"), [("王秀英", "1"), ("Li", "2")]).splitlines()
    assert {width(line[: line.index(last)]) for line, last in zip(lines, "编12", strict=True)} == {8}
