"""Households and last visits in from a list: all of it, or nothing with every problem named."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from shapely import Point

from gis.coordinates import convert
from server.database import Database
from server.storage.households import CareTag, Household, Person
from server.storage.visits import Visit, VisitPerson
from tests.cli.conftest import Run
from tests.factories import GRID, County
from tests.phones import rows

HEAD = "编号,网格,地址,户主,人数,姓名,称呼,孩子,标签,标签起始,依据,认定单位"
WANG = f"001,{GRID},石桥村1组12号,王大山,3,王桂兰,王奶奶,,独居老人,2026-01-05,独居老人台账,县民政局"
BOY = f"001,{GRID},石桥村1组12号,王大山,3,王小宝,小宝,是,left_child,2026年3月1日,,"
LI = f"002,{GRID},石桥村1组13号,李小明,2,,,,,,,"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def households(run: Run, file: Path, *lines: str, head: str = HEAD, more: tuple[str, ...] = ()) -> Result:
    file.write_text("\n".join((head, *lines)), encoding="utf-8")
    return run("register", "import", file, "--households", "--entered", "2026-07-01", *more)


def visits(run: Run, file: Path, *lines: str) -> Result:
    file.write_text("\n".join(("编号,日期,姓名", *lines)), encoding="utf-8")
    return run("register", "import", file, "--visits")


def test_households_come_with_their_people_and_tags(
    run: Run, file: Path, database: Database, county: County
) -> None:
    done = households(run, file, WANG, BOY, LI)
    assert (done.exit_code, done.output) == (0, "已导入：新增 2，名册里已有 0。\n")
    wang, li = sorted(rows(database, Household), key=lambda row: row.outer_key or "")
    assert (wang.address, wang.head_name, wang.people, wang.state) == (
        "石桥村1组12号",
        "王大山",
        3,
        "registered",
    )
    assert (wang.entered_on, wang.known_at is None, li.outer_key) == (dt.date(2026, 7, 1), False, "002")
    people = {(row.name, row.called, row.is_child) for row in rows(database, Person)}
    assert people == {("王桂兰", "王奶奶", False), ("王小宝", "小宝", True)}
    tags = {(row.tag, row.begun_on, row.said_by) for row in rows(database, CareTag)}
    assert tags == {
        ("alone_elder", dt.date(2026, 1, 5), "县民政局"),
        ("left_child", dt.date(2026, 3, 1), ""),
    }


def test_the_same_list_again_adds_nobody_and_puts_right_what_changed(
    run: Run, file: Path, database: Database, county: County
) -> None:
    households(run, file, WANG, LI)
    done = households(run, file, WANG, WANG.replace("独居老人,", "残疾人,"), LI.replace("13号", "13-1号"))
    assert done.output == "已导入：新增 0，名册里已有 2。\n"
    assert len(rows(database, Person)) == 1
    assert sorted(row.tag for row in rows(database, CareTag)) == ["alone_elder", "disability"]
    assert {row.address for row in rows(database, Household)} == {"石桥村1组12号", "石桥村1组13-1号"}


def test_one_wrong_line_and_nothing_is_changed(
    run: Run, file: Path, database: Database, county: County
) -> None:
    wrong = (
        LI,
        LI.replace("002", "003").replace(GRID, "509901101009001"),
        LI.replace("002", "").replace(",2,", ",许多,"),
        WANG.replace("独居老人", "信访人员").replace("2026-01-05", "2026-02-30"),
        LI.replace("13号", "14号"),
    )
    refused = households(run, file, *wrong)
    assert refused.exit_code == 2
    assert "文件里有 6 处不对，什么都没有导入。" in refused.output
    for line in (
        "3   网格      没有这个网格",
        "4   编号      必须填写",
        "4   人数      应是数字",
        "5   标签      机制方案里没有这种关爱标签",
        "5   标签起始  日期应写成 2026-10-01 的样子",
        "6   编号      与前面同一编号的网格或地址不一样",
    ):
        assert line in refused.output
    assert rows(database, Household) == []


def test_columns_of_other_names_are_mapped(run: Run, file: Path, database: Database, county: County) -> None:
    line = f"7,{GRID},某处"
    head = "户号,所属网格,门牌"
    assert "缺少编号、网格、地址" in households(run, file, line, head=head).output
    more = ("--map", "户号=编号", "--map", "所属网格=网格", "--map", "门牌=地址")
    assert households(run, file, line, head=head, more=more).exit_code == 0
    assert rows(database, Household)[0].address == "某处"
    unknown = households(run, file, line, head=head, more=(*more, "--map", "门牌=籍贯"))
    assert unknown.exit_code == 2
    assert "门牌=籍贯 应写成“列=字段”" in unknown.output


def test_positions_need_a_declared_datum_and_become_wgs84(
    run: Run, file: Path, database: Database, county: County
) -> None:
    shifted = convert(Point(108.004, 30.004), source="wgs84", target="bd09").centroid
    head, line = "编号,网格,地址,经度,纬度", f"1,{GRID},某处,{shifted.x},{shifted.y}"
    assert "请说明坐标系" in households(run, file, line, head=head).output
    assert households(run, file, line, head=head, more=("--datum", "bd09")).exit_code == 0
    point = rows(database, Household)[0].point
    assert point is not None
    assert point.distance(Point(108.004, 30.004)) < 1e-5


def test_a_position_far_from_its_grid_is_refused(
    run: Run, file: Path, database: Database, county: County
) -> None:
    line = f"1,{GRID},某处,109.5,30.004"
    refused = households(run, file, line, head="编号,网格,地址,经度,纬度", more=("--datum", "wgs84"))
    assert "离所在网格超过 1 公里，请检查坐标系" in refused.output
    assert rows(database, Household) == []


def test_a_list_saved_by_a_spreadsheet_is_read(
    run: Run, tmp_path: Path, database: Database, county: County
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "网格", "地址", "姓名", "标签", "标签起始"])
    sheet.append([8, GRID, "某处", "王桂兰", "独居老人", dt.date(2026, 1, 5)])
    content = io.BytesIO()
    book.save(content)
    file = tmp_path / "list.xlsx"
    file.write_bytes(content.getvalue())
    assert run("register", "import", file, "--households", "--entered", "2026-07-01").exit_code == 0
    assert rows(database, Household)[0].outer_key == "8"
    assert rows(database, CareTag)[0].begun_on == dt.date(2026, 1, 5)
    file.with_suffix(".csv").write_bytes(f"编号,网格,地址\n9,{GRID},石桥".encode("gb18030"))
    assert (
        run(
            "register", "import", file.with_suffix(".csv"), "--households", "--entered", "2026-07-01"
        ).exit_code
        == 0
    )


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff\x00", b'"never closed'])
def test_what_is_no_list_is_refused(run: Run, file: Path, county: County, content: bytes) -> None:
    file.write_bytes(content)
    refused = run("register", "import", file, "--households", "--entered", "2026-07-01")
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output


def test_last_visits_say_when_somebody_was_seen_and_come_once(
    run: Run, file: Path, database: Database, county: County
) -> None:
    households(run, file, WANG, LI)
    lines = ("001,2026-06-20,王桂兰", "001,2026-06-20,", "002,2026/6/21,")
    assert visits(run, file, *lines).output == "已导入：新增 2，名册里已有 0。\n"
    assert visits(run, file, *lines).output == "已导入：新增 0，名册里已有 2。\n"
    assert {
        (row.day.isoformat(), row.outcome, row.source, row.submission_id) for row in rows(database, Visit)
    } == {
        ("2026-06-20", "met", "import", None),
        ("2026-06-21", "met", "import", None),
    }
    assert [row.person_id for row in rows(database, VisitPerson)] == [rows(database, Person)[0].id]


def test_wrong_visits_change_nothing(run: Run, file: Path, database: Database, county: County) -> None:
    households(run, file, WANG)
    refused = visits(run, file, "001,2026-06-20,", "404,2026-06-20,", "001,昨天,", "001,2026-06-20,陌生人")
    assert refused.exit_code == 2
    for words in ("名册里没有这个编号", "日期应写成", "这一户没有这个人"):
        assert words in refused.output
    assert rows(database, Visit) == []


def test_it_is_said_what_is_missing(run: Run, file: Path, county: County) -> None:
    file.write_text(HEAD, encoding="utf-8")
    assert run("register", "import", file).exit_code == 2
    assert "--entered" in run("register", "import", file, "--households").output
