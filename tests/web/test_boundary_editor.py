"""改划网格 in the browser's own words: forms, refusals, and the last question before publishing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html
from shapely import Point, to_geojson
from shapely.geometry import LineString, box
from shapely.geometry.base import BaseGeometry

from server.database import Database
from server.domain.people import SYSTEM
from server.settings import Settings
from server.storage.households import Household
from tests.factories import GRID, VACANT_GRID, VILLAGE, County, household
from tests.pages import read, sign_in, words

PAGE = f"/boundaries/edit/{VILLAGE}"
DOWN_THE_MIDDLE = LineString([(108.005, 29.999), (108.005, 30.011)])
THIRD = f"{VILLAGE}003"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A deployment with somebody else's base map: its images, and nothing else of it, may be loaded."""
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        secret_key="t" * 40,
        basemap="xyz",
        basemap_url="https://tiles.example/{z}/{x}/{y}.png",
        basemap_datum="gcj02",
        basemap_source="某图商",
        basemap_approval="GS（2025）1号",
    )


def geojson(shape: BaseGeometry) -> str:
    return to_geojson(shape)


def post(client: FlaskClient, act: str, **fields: object) -> str:
    """Do something to the draft; the page that follows, in words."""
    answer = client.post(f"{PAGE}/{act}", data=fields, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_an_officer_draws_looks_and_publishes(
    client: FlaskClient, database: Database, county: County
) -> None:
    with database.transaction(SYSTEM) as work:
        household(work, point=Point(108.002, 30.005))
        household(work)
    sign_in(client, "admin")
    page = read(client, PAGE)
    assert "还没有改动" in words(page)
    assert "拆成「第1网格（西）」（003）、「第1网格（东）」（004）" in post(
        client, "split", version=0, code=GRID, line=geojson(DOWN_THE_MIDDLE)
    )
    post(client, "rename", version=1, code=THIRD, name="河西网格")
    page = read(client, PAGE)
    assert [words(step) for step in page.findall(".//ol[@class='editor-steps']/li")] == [
        "「第1网格」（001）拆成「第1网格（西）」（003）、「第1网格（东）」（004）",
        "「第1网格（西）」（003）改名「河西网格」",
    ]
    assert "没有重叠、空隙和碎片" in words(page)
    asked = words(read(client, f"{PAGE}/publication?effective_on=2026-12-01"))
    for told in (
        "1 格到 2026年11月30日为止：「第1网格」（001）",
        "2 格从 2026年12月1日起：「河西网格」（003）、「第1网格（东）」（004）",
        "2 户那天起换到新的网格",
        "其中 1 户没有门口位置",
        "取消的网格还有人在岗（1 个岗位），请把岗位定到 2026年11月30日为止：王秀英（001）",
    ):
        assert told in asked
    assert "2026年12月1日起生效" in post(client, "publication", version=2, effective_on="2026-12-01")
    left_to_do = words(read(client, PAGE))
    assert "这里已发布新的边界，2026年12月1日起生效" in left_to_do
    assert (
        "还没有网格员（2026年12月1日起）：「第2网格」（002）、「河西网格」（003）、「第1网格（东）」（004）"
        in left_to_do
    )


def test_households_of_a_cut_grid_without_a_door_are_listed_until_somebody_stood_there(
    client: FlaskClient, database: Database, county: County
) -> None:
    with database.transaction(SYSTEM) as work:
        household(work, point=Point(108.002, 30.005))
        unplaced = household(work, address="石桥村3组7号").id
    sign_in(client, "admin")
    post(client, "split", version=0, code=GRID, line=geojson(DOWN_THE_MIDDLE))
    asked = words(read(client, f"{PAGE}/publication?effective_on=2026-10-20"))
    assert "0 次巡查、0 次走访、0 件诉求仍记在当时的网格" in asked
    assert "没有要核对的户" in words(read(client, "/households/unplaced"))
    post(client, "publication", version=1, effective_on="2026-10-20")
    sign_in(client, "cadre")
    (row,) = read(client, "/households/unplaced").findall(".//tbody/tr")
    assert "第1网格（西）" in words(row)
    assert "石桥村3组7号" in words(row)
    assert "没有要核对的户" in words(read(client, f"/households/unplaced?area={VACANT_GRID}"))
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Household, unplaced).point = Point(108.008, 30.005)
    assert "没有要核对的户" in words(read(client, "/households/unplaced"))


def test_households_of_joined_grids_are_in_no_doubt(
    client: FlaskClient, database: Database, county: County
) -> None:
    with database.transaction(SYSTEM) as work:
        household(work)
    sign_in(client, "admin")
    post(client, "merge", version=0, codes=[GRID, VACANT_GRID])
    post(client, "publication", version=1, effective_on="2026-10-20")
    assert "没有要核对的户" in words(read(client, "/households/unplaced"))


def test_a_refused_step_is_said_above_the_map_and_leaves_the_draft(
    client: FlaskClient, county: County
) -> None:
    sign_in(client, "admin")
    post(client, "split", version=0, code=GRID, line=geojson(DOWN_THE_MIDDLE))
    tries = (
        ("merge", {"codes": [THIRD]}, "合并要选两个以上的网格"),
        ("merge", {"codes": [GRID, VACANT_GRID]}, "没有网格 509901101001001"),
        ("split", {"code": THIRD, "line": geojson(DOWN_THE_MIDDLE)}, "没有把网格分成两块"),
        ("reshape", {"code": VACANT_GRID, "outline": "nonsense"}, "没有收到画好的图形"),
        ("draw", {"name": "园区", "kind": "wild", "outline": geojson(box(0, 0, 1, 1))}, "填"),
    )
    for act, fields, said in tries:
        assert said in post(client, act, version=1, **fields)
    assert "在别的窗口里改过了" in post(client, "rename", version=0, code=THIRD, name="河西网格")
    assert "1 步" in words(read(client, "/boundaries/edit"))


def test_faults_are_listed_and_published_only_when_meant(client: FlaskClient, county: County) -> None:
    sign_in(client, "admin")
    over = geojson(box(108.0, 30.0, 108.012, 30.01))
    assert "重叠" in post(client, "reshape", version=0, code=GRID, outline=over)
    assert "有意这样画" in words(read(client, f"{PAGE}/publication"))
    assert "还有 1 处错误" in post(client, "publication", version=1, effective_on="2026-12-01")
    assert "已发布" in post(client, "publication", version=1, effective_on="2026-12-01", knowingly="yes")


def test_a_step_is_taken_back_and_a_draft_given_up(client: FlaskClient, county: County) -> None:
    sign_in(client, "admin")
    post(client, "rename", version=0, code=GRID, name="河东网格")
    post(client, "rename", version=1, code=GRID, name="河西网格")
    assert "河西网格" not in post(client, "take-back", version=2)
    assert "草稿已放弃" in post(client, "give-up")
    assert "草稿里还没有改动" in post(client, "take-back", version=0)
    nothing_to_publish = client.get(f"{PAGE}/publication")
    assert (nothing_to_publish.status_code, nothing_to_publish.location) == (303, PAGE)


def test_the_map_gets_every_vertex_as_it_is_kept(client: FlaskClient, county: County) -> None:
    sign_in(client, "admin")
    post(
        client, "split", version=0, code=GRID, line=geojson(LineString([(107.99, 30.003), (108.02, 30.0061)]))
    )
    ground = json.loads(client.get(f"{PAGE}/ground").text)
    assert [(grid["code"][-3:], grid["fate"]) for grid in ground["grids"]] == [
        ("002", "same"),
        ("003", "new"),
        ("004", "new"),
    ]
    assert len(ground["ended"]) == len(ground["around"]) == 1
    upper, lower = (
        {tuple(corner) for corner in grid["shape"]["coordinates"][0]} for grid in ground["grids"][1:]
    )
    assert len(upper & lower) == 2


def test_who_keeps_no_boundaries_sees_no_editor(client: FlaskClient, county: County) -> None:
    for name in ("assessor", "official", "cadre"):
        sign_in(client, name)
        for path in ("/boundaries/edit", PAGE, f"{PAGE}/ground", f"{PAGE}/publication"):
            assert client.get(path).status_code == 403
        assert client.post(f"{PAGE}/give-up").status_code == 403


def test_another_countys_village_is_refused(client: FlaskClient, county: County) -> None:
    sign_in(client, "admin")
    foreign = "/boundaries/edit/110101001001"
    assert client.get(foreign).status_code == 403
    assert client.post(f"{foreign}/give-up").status_code == 403
    assert client.get("/boundaries/edit/nonsense").status_code == 403


def test_a_drawing_of_a_hundred_thousand_points_is_refused(client: FlaskClient, county: County) -> None:
    sign_in(client, "admin")
    endless = json.dumps(
        {"type": "LineString", "coordinates": [[108 + at / 1e6, 30.0] for at in range(100_000)]}
    )
    answer = client.post(f"{PAGE}/split", data={"version": 0, "code": GRID, "line": endless})
    assert answer.status_code in (303, 413)
    assert "还没有改动" in words(read(client, PAGE))


def test_the_map_lies_on_the_base_map_of_the_deployment(client: FlaskClient, county: County) -> None:
    sign_in(client, "admin")
    answer = client.get(PAGE)
    (told,) = html.fromstring(answer.text).xpath("//*[@id='wangge-map-basemap']")
    assert json.loads(told.text)["datum"] == "gcj02"
    policy = answer.headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https://tiles.example;" in policy
    assert policy.count("https:") == 1
