"""The worked example of METRICS X: sent by phones, read from the pages."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.households import AwaySpell, CareTag, Person
from server.storage.patrols import Exemption
from tests.conftest import Clock
from tests.factories import GRID, NOW, SHANGHAI, VACANT_GRID, VILLAGE, County, household, person
from tests.instances import body, instance, patrol, visit
from tests.map_values import grid_rows
from tests.pages import cells, read, sign_in, words


def october(day: int, hour: int = 16, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 10, day, hour, minute, tzinfo=SHANGHAI)


def arrive(
    client: FlaskClient, county: County, clock: Clock, grid: str, *, on: int, received: int | None = None
) -> None:
    clock.now = october(received or on, 18)
    sent = body(instance("patrol", patrol(grid, october(on))))
    assert client.post(f"{county.phone()}/submission", data=sent).status_code == 201


@pytest.fixture
def patrolled(client: FlaskClient, county: County, clock: Clock, database: Database) -> FlaskClient:
    for on in (1, 2, 3, 5, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19):
        arrive(client, county, clock, GRID, on=on, received=18 if on == 16 else on)
    for on in (8, 15):
        arrive(client, county, clock, VACANT_GRID, on=on)
    with database.transaction(SYSTEM) as work:
        for grid in (GRID, VACANT_GRID):
            work.session.add(
                Exemption(
                    grid_code=grid, day=dt.date(2026, 10, 12), reason="red_warning", declared_at=october(11)
                )
            )
    clock.now = NOW
    sign_in(client, "cadre")
    return client


def test_the_patrol_page_says_what_metrics_x_says(patrolled: FlaskClient) -> None:
    page = read(patrolled, "/maps/patrols?period=custom&first=2026-10-01&last=2026-10-31")
    g1, g2 = (cells(row) for row in page.xpath("//section[@id='table']//tbody/tr"))
    assert g1["巡查到位"].startswith("15/18 83.3 %")
    assert (g1["今天"], g1["连续未巡"]) == ("待巡", "0 天")
    assert "免巡 1 天，其中巡了 1 天" in g1["巡查到位"]
    assert g2["巡查到位"].startswith("2/18 11.1 %")
    assert "无人在岗" in g2["巡查到位"]
    assert g2["连续未巡"] == "4 天"
    sums = words(page.xpath("//div[@class='sum-lines']/p[1]")[0])
    assert sums == "巡查到位 17/36 47.2 % 还差 19 其中无人在岗 1 格"


def test_the_map_is_coloured_by_the_same_figures(patrolled: FlaskClient) -> None:
    shown = patrolled.get("/maps/patrols/values?period=custom&first=2026-10-01&last=2026-10-31").get_json()
    g1, g2 = grid_rows(shown)
    assert (g1["code"], g1["text"], g1["level"], g1["vacant"], g1["thick"]) == (
        GRID,
        "15/18",
        "at_80",
        False,
        False,
    )
    assert (g2["code"], g2["text"], g2["level"], g2["vacant"], g2["thick"]) == (
        VACANT_GRID,
        "2/18",
        "below_50",
        True,
        True,
    )


def test_the_days_left_are_listed_one_click_away(patrolled: FlaskClient) -> None:
    page = read(patrolled, f"/maps/patrols/rows?figure=P1&part=left&grid={GRID}&period=month")
    days = [cells(row)["日期"] for row in page.xpath("//tbody/tr")]
    assert days == ["2026年10月4日 星期日", "2026年10月7日 星期三", "2026年10月15日 星期四"]


def test_a_village_is_the_sum_of_its_grids_for_the_township(patrolled: FlaskClient) -> None:
    sign_in(patrolled, "official")
    page = read(patrolled, f"/maps/patrols?area={VILLAGE}")
    assert "17/36 47.2 %" in words(page.xpath("//div[@class='sum-lines']/p[1]")[0])


def met(
    client: FlaskClient,
    county: County,
    clock: Clock,
    who: Person,
    outcome: str,
    when: dt.datetime,
    *,
    by: str = "worker",
) -> None:
    clock.now = when + dt.timedelta(minutes=20)
    seen = (who.id,) if outcome in ("met", "phone") else ()
    sent = body(instance("household_visit", visit(who.household_id, when, outcome, seen=seen)))
    assert client.post(f"{county.phone(by)}/submission", data=sent).status_code == 201


@pytest.fixture
def visited(client: FlaskClient, county: County, clock: Clock, database: Database) -> FlaskClient:
    people: dict[str, Person] = {}
    with database.transaction(SYSTEM) as work:
        for number, name in enumerate("ABCDEF"):
            home = household(work, address=f"石桥村1组{number + 1}号", head=f"{name}家")
            people[name] = person(work, home, name=name, tag=None if name == "E" else "alone_elder")
        begun = dt.date(2026, 10, 25)
        work.session.add(CareTag(person_id=people["E"].id, tag="alone_elder", begun_on=begun))
        away = AwaySpell(household_id=people["B"].household_id, since=dt.date(2026, 8, 10))
        work.session.add(away)
    met(client, county, clock, people["A"], "met", october(8, 10), by="cadre")
    met(client, county, clock, people["D"], "not_home", october(9, 10))
    met(client, county, clock, people["B"], "phone", october(9, 11))
    met(client, county, clock, people["C"], "phone", october(9, 12))
    with database.transaction(SYSTEM) as work:
        dead = work.session.get_one(Person, people["F"].id)
        dead.exited_at, dead.exit_reason = october(16, 15), "death"
    met(client, county, clock, people["D"], "not_home", october(17, 19, 30))
    clock.now = NOW
    sign_in(client, "cadre")
    return client


def test_the_visit_page_says_what_metrics_x_says(visited: FlaskClient) -> None:
    page = read(visited, "/maps/visits?duty=special_month")
    row = cells(page.xpath("//section[@id='table']//tbody/tr")[0])
    assert row["走访到位"].startswith("2/4")
    assert row["进度"] == "进度正常"
    assert row["只打电话"] == "1"
    assert row["村（社区）干部亲访"] == "1"
    assert row["屡访未遇"] == "1"
    assert row["移出/新增"].startswith("1/0")
    numbers = [words(card) for card in page.xpath("//li[contains(@class, 'leader-card')]/a")]
    assert numbers[0].startswith("本月还没见到 2 人")
    assert numbers[3].startswith("本期移出 1 人")


def test_those_not_seen_are_c_and_d(visited: FlaskClient) -> None:
    page = read(visited, "/visits/list?duty=special_month")
    rows = [cells(row) for row in page.xpath("//tbody/tr")]
    assert [row["见谁"] for row in rows] == ["C", "D"]
    assert rows[1]["上次走访"] == "2026年10月17日 无人在家 王秀英 屡访未遇"
    left = read(visited, "/visits/list?duty=special_month&figure=moved_out&part=n")
    assert [cells(row)["说明"] for row in left.xpath("//tbody/tr")] == ["去世，2026年10月16日核定"]


def test_a_visit_that_met_the_family_only_is_said_alike_wherever_the_person_still_waits(
    visited: FlaskClient, county: County, clock: Clock, database: Database
) -> None:
    with database.read(SYSTEM) as reading:
        c = reading.session.scalars(sa.select(Person).where(Person.name == "C")).one()
    sent = body(instance("household_visit", visit(c.household_id, october(20, 10), "met")))
    clock.now = october(20, 11)
    assert visited.post(f"{county.phone()}/submission", data=sent).status_code == 201
    said = "2026年10月20日 上门，见到家属，没见到本人"
    for path, column in (
        ("/", "上次走访"),
        ("/maps/visits?duty=special_month", "上次"),
        ("/visits/list?duty=special_month", "上次走访"),
        (f"/visits/round?duty=special_month&grid={GRID}", "上次"),
    ):
        rows = {
            row["见谁"]: row for row in map(cells, read(visited, path).xpath("//tbody/tr")) if "见谁" in row
        }
        assert rows["C"][column].removesuffix(" 王秀英") == said, path
    listed = {row["见谁"]: row for row in map(cells, read(visited, "/visits/list").xpath("//tbody/tr"))}
    assert {name: row["上门没见到"] for name, row in listed.items()} == {"C": "0 次", "D": "2 次"}
    assert "上门，见到家属，没见到本人" in visited.get("/visits/list.csv?duty=special_month").text


def test_e_waits_for_november(visited: FlaskClient, clock: Clock) -> None:
    clock.now = october(28)
    page = read(visited, "/maps/visits?duty=special_month")
    row = cells(page.xpath("//section[@id='table']//tbody/tr")[0])
    assert row["走访到位"].startswith("2/4")
    assert row["移出/新增"].startswith("1/1")


def test_the_sheet_of_october_stays_what_it_was_when_it_was_frozen(
    visited: FlaskClient, county: County, clock: Clock, database: Database
) -> None:
    with database.read(SYSTEM) as reading:
        c = reading.session.scalars(sa.select(Person).where(Person.name == "C")).one()
    clock.now = dt.datetime(2026, 11, 7, 10, tzinfo=SHANGHAI)
    sent = body(instance("household_visit", visit(c.household_id, october(30, 10), "met", seen=(c.id,))))
    assert visited.post(f"{county.phone()}/submission", data=sent).status_code == 201
    page = read(visited, "/maps/visits?duty=special_month&window=2026-10-01")
    assert cells(page.xpath("//section[@id='table']//tbody/tr")[0])["走访到位"].startswith("2/4")
    assert "封账后补录 1 次走访" in words(page)
