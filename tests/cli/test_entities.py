"""Lists go out to a file and come back from it."""

from __future__ import annotations

from pathlib import Path

from server.database import Database
from server.storage.entities import Entity, EntityList
from tests.cli.conftest import Run
from tests.factories import GRID, County
from tests.phones import rows

TREES = f"名称,网格,height\n老槐树,{GRID},12\n=1+1,{GRID},3\n"


def test_a_list_comes_in_is_listed_and_goes_out(
    run: Run, tmp_path: Path, database: Database, county: County
) -> None:
    file = tmp_path / "trees.csv"
    file.write_text(TREES, encoding="utf-8")
    done = run("entities", "import", "trees", file)
    assert (done.exit_code, done.output) == (0, "已导入：新增 2 条，改动 0 条。\n")
    listed = run("entities", "list").output
    assert all(word in listed for word in ("trees", "各网格只看到自己网格的"))
    out = tmp_path / "out.csv"
    assert run("entities", "export", "trees", "--out", out).exit_code == 0
    text = out.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "编号,名称,网格,height"
    assert "'=1+1" in text, "a spreadsheet computes nothing of it"
    assert run("entities", "import", "trees", out).output == "已导入：新增 0 条，改动 0 条。\n"
    assert {row.label for row in rows(database, Entity)} == {"老槐树", "=1+1"}


def test_a_wrong_row_is_named_and_nothing_is_changed(
    run: Run, tmp_path: Path, database: Database, county: County
) -> None:
    file = tmp_path / "trees.csv"
    file.write_text(TREES + "小树,509901999,1\n", encoding="utf-8")
    done = run("entities", "import", "trees", file)
    assert done.exit_code == 2
    assert all(word in done.output for word in ("4", "网格", "没有这个网格"))
    assert rows(database, EntityList) == []


def test_the_register_is_no_such_list(run: Run, tmp_path: Path, database: Database, county: County) -> None:
    file = tmp_path / "households.csv"
    file.write_text(TREES, encoding="utf-8")
    assert run("entities", "import", "households", file).exit_code == 2
    assert run("entities", "export", "nothing", "--out", tmp_path / "x.csv").exit_code == 2
