"""The pages around the maps: scope, masked names, files equal to pages, the frame's policy, and the acts on them."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from flask.testing import FlaskClient
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM
from server.services.posts import name_stand_in
from server.storage.patrols import Exemption
from server.web.staff.downloads import plain
from tests.conftest import Clock
from tests.factories import (
    GRID,
    NOW,
    OTHER_GRID,
    OTHER_VILLAGE,
    VACANT_GRID,
    VILLAGE,
    County,
    household,
    person,
)
from tests.instances import body, instance, patrol
from tests.map_values import grid_rows
from tests.pages import cells, read, sign_in, words


@pytest.fixture
def peopled(client: FlaskClient, county: County, database: Database) -> FlaskClient:
    with database.transaction(SYSTEM) as work:
        for number, grid, name in (
            (1, GRID, "王桂兰"),
            (2, GRID, "=HYPERLINK(1)"),
            (3, VACANT_GRID, "李秀莲"),
            (4, OTHER_GRID, "钱多多"),
        ):
            place = Point(108.002 + number / 1000, 30.005)
            home = household(work, grid=grid, address=f"{number}组", head=f"{name}家", point=place)
            person(work, home, name=name)
    return client


def rows(answer: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.removeprefix("\ufeff"))))


PLACES = (
    "/maps/patrols",
    "/maps/visits",
    "/visits/list",
    "/maps/patrols.csv",
    "/maps/visits.csv",
    "/visits/list.csv",
)


@pytest.mark.parametrize(
    "path", [*PLACES, "/maps/patrols/values", "/maps/visits/values", "/maps/patrols/rows"]
)
def test_a_village_never_sees_another_villages_rows(peopled: FlaskClient, path: str) -> None:
    sign_in(peopled, "cadre")
    seen = peopled.get(path).get_data(as_text=True)
    assert OTHER_GRID not in seen
    assert "柳湾村" not in seen
    assert "钱多多" not in seen
    assert peopled.get(path, query_string={"area": OTHER_VILLAGE}).status_code == 404
    assert peopled.get(path, query_string={"area": OTHER_GRID}).status_code == 404


@pytest.mark.parametrize("path", ["/maps/patrols/rows", "/visits/list", "/visits/list.csv", "/visits/round"])
def test_a_grid_of_another_village_is_not_found(peopled: FlaskClient, path: str) -> None:
    sign_in(peopled, "cadre")
    assert peopled.get(path, query_string={"grid": OTHER_GRID}).status_code == 404


def test_a_frame_of_another_village_is_not_handed_out(peopled: FlaskClient) -> None:
    sign_in(peopled, "cadre")
    assert peopled.get("/maps/frame/patrol").status_code == 200
    assert peopled.get(f"/maps/frame/patrol?area={OTHER_VILLAGE}").status_code == 404


def test_names_are_those_of_a_village_of_the_readers(peopled: FlaskClient) -> None:
    sign_in(peopled, "cadre")
    named = peopled.get(f"/maps/names?village={VILLAGE}").get_json()
    assert list(named) == ["0", "1"]
    assert peopled.get(f"/maps/names?village={OTHER_VILLAGE}").status_code == 404


def test_a_worker_sees_his_own_grid_only(peopled: FlaskClient) -> None:
    sign_in(peopled, "worker")
    listed = rows(peopled.get("/maps/visits.csv").get_data(as_text=True))
    assert [row["网格代码"] for row in listed] == [GRID]


@pytest.mark.parametrize("who", ["official", "assessor"])
@pytest.mark.parametrize(
    "path", ["/", "/maps/visits", "/visits/list", "/visits/list.csv", f"/visits/round?grid={GRID}"]
)
def test_names_stop_at_the_village(peopled: FlaskClient, who: str, path: str) -> None:
    sign_in(peopled, who)
    seen = peopled.get(path).get_data(as_text=True)
    assert "1组" in seen
    assert "王桂兰" not in seen
    sign_in(peopled, "cadre")
    assert "王桂兰" in peopled.get(path).get_data(as_text=True)


def test_whoever_sees_no_names_is_told_which_of_a_household_is_meant(
    peopled: FlaskClient, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        home = household(work, address="石桥村9组1号")
        for name in ("周大山", "周小山"):
            person(work, home, name=name)
    sign_in(peopled, "official")
    for path in ("/", "/maps/visits", "/visits/list", f"/visits/round?grid={GRID}"):
        lines = [cells(row) for row in read(peopled, path).xpath("//tbody/tr")]
        told = [line["见谁"] for line in lines if line.get("地址", "").startswith("石桥村9组1号")]
        assert sorted(told) == ["户内第 1 人（姓名不显示）", "户内第 2 人（姓名不显示）"], path
        assert "户内一人（姓名不显示）" in {line.get("见谁") for line in lines}
    of_homes = read(peopled, "/visits/list?duty=resident_half_year").xpath("//tbody/tr")
    assert {cells(row)["见谁"] for row in of_homes} == {"这一户（姓名不显示）"}


def test_the_file_of_the_list_is_the_list(peopled: FlaskClient) -> None:
    sign_in(peopled, "cadre")
    page = [cells(row) for row in read(peopled, "/visits/list").xpath("//tbody/tr")]
    listed = rows(peopled.get("/visits/list.csv").get_data(as_text=True))
    assert [row["地址"].split()[0] for row in page] == [row["地址"] for row in listed]
    assert [plain(row["见谁"]) for row in page] == [row["见谁"] for row in listed]
    assert "'=HYPERLINK(1)" in {row["见谁"] for row in listed}


def test_the_file_of_the_map_is_the_table(peopled: FlaskClient) -> None:
    sign_in(peopled, "official")
    page = [cells(row) for row in read(peopled, "/maps/patrols").xpath("//section[@id='table']//tbody/tr")]
    listed = rows(peopled.get("/maps/patrols.csv").get_data(as_text=True))
    assert [row["巡查到位"].split()[0] for row in page] == [
        f"{row['已巡天数']}/{row['应巡天数']}" for row in listed
    ]
    shown = grid_rows(peopled.get("/maps/patrols/values").get_json())
    assert [row["code"] for row in shown] == [row["网格代码"] for row in listed]


def test_the_frame_runs_nothing_but_its_own_scripts(peopled: FlaskClient) -> None:
    sign_in(peopled, "official")
    answer = peopled.get("/maps/frame/visits")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert policy.endswith("sandbox allow-scripts")
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    again = peopled.get("/maps/frame/visits", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert peopled.get("/maps/frame/nothing").status_code == 404


def test_a_round_is_walked_from_west_to_east(peopled: FlaskClient) -> None:
    sign_in(peopled, "cadre")
    page = read(peopled, f"/visits/round?grid={GRID}")
    listed = [cells(row) for row in page.xpath("//tbody/tr")]
    assert [row["地址"] for row in listed] == ["1组", "2组"]
    assert listed[0]["情况"] == "见到 未遇"


def test_the_first_thing_on_the_home_page_is_who_was_not_seen(peopled: FlaskClient) -> None:
    sign_in(peopled, "cadre")
    page = read(peopled, "/")
    assert words(page.xpath("//h2")[0]) == "本月还没见到的人：3 人"
    assert [cells(row)["见谁"] for row in page.xpath("//tbody/tr")] == ["王桂兰", "=HYPERLINK(1)", "李秀莲"]


def test_the_map_of_visits_is_narrowed_by_the_state_of_people(peopled: FlaskClient) -> None:
    sign_in(peopled, "cadre")
    page = read(peopled, "/maps/visits?state=never")
    assert words(page.xpath("//div[@class='list-head']/h2")[0]) == "从未走访的人（3）"
    assert len(page.xpath("//section[@id='table']//tbody/tr")) == 2
    none = read(peopled, "/maps/visits?state=phone")
    assert words(none.xpath("//div[@class='list-head']/h2")[0]) == "只打过电话的人（0）"
    assert none.xpath("//section[@id='table']//tbody/tr") == []
    assert grid_rows(peopled.get("/maps/visits/values?state=phone").get_json()) == []
    assert rows(peopled.get("/maps/visits.csv?state=phone").get_data(as_text=True)) == []


@pytest.mark.parametrize("path", ["/", "/maps/visits", "/visits/list"])
def test_a_row_leads_to_its_household(peopled: FlaskClient, path: str) -> None:
    sign_in(peopled, "cadre")
    address = read(peopled, path).xpath("//tbody//a[contains(@href, '/households/')]/@href")[0]
    assert peopled.get(address).status_code == 200


def test_the_township_exempts_a_day_before_it_is_over(
    peopled: FlaskClient, clock: Clock, database: Database
) -> None:
    sign_in(peopled, "official")
    today = clock.now.date().isoformat()
    given = {"grids": [GRID, VACANT_GRID], "first_day": today, "last_day": today, "reason": "red_warning"}
    assert peopled.post("/exemptions", data=given).status_code == 303
    with database.read(SYSTEM) as reading:
        stored = reading.session.query(Exemption).all()
    assert {(row.grid_code, row.day) for row in stored} == {
        (GRID, clock.now.date()),
        (VACANT_GRID, clock.now.date()),
    }
    late = given | {"first_day": (clock.now.date() - dt.timedelta(days=1)).isoformat()}
    assert peopled.post("/exemptions", data=late).status_code == 400
    first = cells(read(peopled, "/maps/patrols").xpath("//section[@id='table']//tbody/tr")[0])
    assert first["今天"] == "免巡"


def test_a_village_exempts_nothing(peopled: FlaskClient, clock: Clock) -> None:
    sign_in(peopled, "cadre")
    today = clock.now.date().isoformat()
    given = {"grids": [GRID], "first_day": today, "last_day": today, "reason": "red_warning"}
    assert peopled.post("/exemptions", data=given).status_code == 403


def test_a_period_of_more_than_a_year_is_refused(peopled: FlaskClient) -> None:
    sign_in(peopled, "cadre")
    assert peopled.get("/maps/patrols?period=custom&first=2024-01-01&last=2026-01-01").status_code == 400


def test_a_stand_in_works_for_the_grid_and_leaves_it_vacant(
    peopled: FlaskClient, county: County, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        first = NOW.date()
        name_stand_in(work, county.accounts["worker"], grid=VACANT_GRID, first_day=first, last_day=first)
    sign_in(peopled, "official")
    vacant = cells(read(peopled, "/maps/patrols").xpath("//section[@id='table']//tbody/tr")[1])
    assert vacant["网格长、网格员"] == "无人在岗 替班：王秀英"
    assert "无人在岗" in vacant["巡查到位"]


def test_today_is_told_by_grids(peopled: FlaskClient, county: County) -> None:
    sent = body(instance("patrol", patrol(GRID, NOW - dt.timedelta(minutes=30))))
    assert peopled.post(f"{county.phone()}/submission", data=sent).status_code == 201
    sign_in(peopled, "cadre")
    page = read(peopled, "/maps/patrols?period=today")
    assert words(page.xpath("//div[@class='sum-lines']/p[1]")[0]).startswith("今天已巡 1/2 格")
    levels = {
        row["code"]: row["level"]
        for row in grid_rows(peopled.get("/maps/patrols/values?period=today").get_json())
    }
    assert levels == {GRID: "today_done", VACANT_GRID: "today_waiting"}


def test_cells_that_a_spreadsheet_would_compute_are_text() -> None:
    assert [plain(cell) for cell in ("=1+1", "+1", "-1", "@a", "\t=1", "王", 3, None)] == [
        "'=1+1",
        "'+1",
        "'-1",
        "'@a",
        "'\t=1",
        "王",
        3,
        "",
    ]
