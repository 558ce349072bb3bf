"""A mechanism as people read it, compared with another, and tried on the demands of the last days."""

from __future__ import annotations

import datetime as dt

import pytest

from server import profiles
from server.database import Database
from server.domain.mechanism import parse_profile
from server.domain.problems import NotFound
from server.figures.mechanism import Table, differences, tables, unexecuted
from server.figures.mechanism_trial import Compared, Trial, trial
from server.services.demands import dispatch
from tests.conftest import Clock
from tests.factories import COUNTY, County
from tests.offices import Office

ZHONGXIAN = profiles.source("zhongxian")


@pytest.fixture
def office(county: County, database: Database, clock: Clock) -> Office:
    return Office(county, database, clock)


def tried(office: Office, text: str, *, days: int = 30) -> Trial:
    with office.reading("admin") as reading:
        return trial(reading, parse_profile(ZHONGXIAN), parse_profile(text), days=days, area=COUNTY)


def only(found: Trial) -> Compared:
    (line,) = found.lines
    return line


@pytest.mark.parametrize("name", profiles.shipped())
def test_every_county_is_shown_whole_in_chinese(name: str) -> None:
    shown = (*tables(profiles.source(name)), *unexecuted(profiles.source(name)))
    assert len(shown) >= 11
    for table in shown:
        for line in table.lines:
            assert len(line.cells) == len(table.heads)
            assert line.source
            assert all(cell for cell in line.cells)


def test_what_a_county_has_nothing_of_is_left_out() -> None:
    assert "会议" not in {table.title for table in tables(ZHONGXIAN)}
    (left,) = unexecuted(ZHONGXIAN.split("# ==== 尚未执行")[0])
    told = {line.cells[0] for line in left.lines}
    assert "哪一级向联合体派单" in told
    assert not any("公示" in each for each in told)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("zhongxian", "哪一级向联合体派单"),
        ("zhongxian", "网格的党组织"),
        ("xian", "市一级办理"),
        ("xian", "评价方式"),
    ],
)
def test_what_has_no_part_in_an_order_s_way_is_said_to_be_not_done_yet(name: str, line: str) -> None:
    (plans,) = unexecuted(profiles.source(name))
    assert line in {each.cells[0] for each in plans.lines}


def test_a_line_names_its_rules_and_says_what_is_ours() -> None:
    (classes,) = (table for table in tables(ZHONGXIAN) if table.title.startswith("三事"))
    assert isinstance(classes, Table)
    small = next(line for line in classes.lines if line.cells[0] == "小事")
    assert small.source == "ZX-33、ZX-34、ZX-36、我们的默认"


def test_a_class_renamed_is_one_difference_not_a_new_class() -> None:
    (found,) = differences(ZHONGXIAN, ZHONGXIAN.replace('label = "小事"', 'label = "村里事"'))
    assert (found.item, found.was, found.becomes) == ("小事：叫法", "小事", "村里事")


def test_what_only_one_county_says_stands_beside_a_dash() -> None:
    found = {
        each.item: (each.was, each.becomes) for each in differences(ZHONGXIAN, profiles.source("longli"))
    }
    assert found["大党委"][1] == "—"
    assert found["网格化包保单位"][0] == "—"
    assert found["小事：可认领"] == ("否", "是")
    assert differences(ZHONGXIAN, ZHONGXIAN) == ()


def test_a_shorter_allowance_moves_the_date_and_makes_overdue(office: Office) -> None:
    key = office.classified("GOVERNMENT")
    with office.as_("cadre") as work:
        dispatch.assign(work, key, office.county.accounts["cadre"])
    office.pass_days(10)
    line = only(tried(office, ZHONGXIAN.replace('allowance = "15wd"', 'allowance = "3wd"')))
    assert (line.matters, line.earlier, line.later, line.astray) == (1, 1, 0, 0)
    assert (line.overdue_was, line.overdue_becomes) == (0, 1)
    (moved,) = tried(office, ZHONGXIAN.replace('allowance = "15wd"', 'allowance = "3wd"')).moved
    assert (moved.was, moved.becomes) == (dt.date(2026, 11, 10), dt.date(2026, 10, 23))
    longer = only(tried(office, ZHONGXIAN.replace('allowance = "15wd"', 'allowance = "30wd"')))
    assert (longer.earlier, longer.later) == (0, 1)
    assert only(tried(office, ZHONGXIAN)).earlier == 0


def test_trying_changes_nothing_and_names_no_private_matter(office: Office) -> None:
    key = office.classified("PRIVATE")
    before = office.demand(key).state
    found = tried(office, profiles.source("longli"))
    assert only(found).was.startswith("私事")
    assert only(found).becomes.startswith("自家事")
    assert found.moved == ()
    assert office.demand(key).state == before


def test_what_would_have_had_to_be_met_on_first_goes_astray(office: Office) -> None:
    office.assigned(class_="COMMUNITY")
    assert only(tried(office, profiles.source("jiangjin"))).astray == 1
    assert only(tried(office, profiles.source("nanan"))).astray == 0


def test_only_the_last_days_and_ones_own_area_are_tried(office: Office) -> None:
    office.classified("COMMUNITY")
    office.pass_days(12)
    assert tried(office, ZHONGXIAN, days=10).matters == 0
    assert tried(office, ZHONGXIAN, days=20).matters == 1
    with office.reading("cadre") as reading, pytest.raises(NotFound):
        trial(reading, parse_profile(ZHONGXIAN), parse_profile(ZHONGXIAN), days=10, area=COUNTY)


def test_a_demand_without_a_record_of_its_acts_is_counted_and_not_tried(office: Office) -> None:
    office.copies(office.classified("COMMUNITY"), 2)
    found = tried(office, ZHONGXIAN)
    assert (found.matters, found.unrecorded, only(found).matters) == (3, 2, 1)
    assert found.since == office.clock.now - dt.timedelta(days=30)
