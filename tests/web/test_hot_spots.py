"""The page of hot spots: what it says, to whom, as a file, and the one click."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from server.database import Database
from server.jobs.watching import watch
from tests.conftest import Clock
from tests.factories import County
from tests.hot_spots import EAST, EAST_TOWNSHIP, WEST, Ground, widen
from tests.offices import Office
from tests.pages import cells, read, sign_in, words


@pytest.fixture
def ground(county: County, database: Database, clock: Clock) -> Ground:
    office = Office(county, database, clock)
    widen(office)
    ground = Ground(office)
    ground.scatter(EAST, 14)
    return ground


def table(client: FlaskClient, section: str, path: str = "/hot-spots") -> list[dict[str, str]]:
    found = read(client, path).findall(f".//section[@id='{section}']//tbody/tr")
    return [cells(row) for row in found]


def test_the_list_says_what_an_official_can_repeat(client: FlaskClient, ground: Ground) -> None:
    ground.raise_in(WEST, 5, 5, 12, days=20)
    watch(ground.office.database)
    sign_in(client, "assessor")
    (line,) = table(client, "spots")
    assert line["编号"] == "1 号"
    assert line["在哪里"].startswith("西坪村第")
    assert (line["最久"], line["反映"], line["状态"], line["谁在办"]) == (
        "20 天",
        "12 人",
        "新出现",
        "还没有分派",
    )
    assert line["主要是什么"] == "公共设施 12 件"
    said = words(read(client, "/hot-spots").find(".//ul[@class='spot-words']"))
    assert "实有 12 件" in said
    assert said.endswith("最久 20 天；12 人反映；还没有分派。")


def test_what_is_a_hot_spot_does_not_hang_on_who_looks(client: FlaskClient, ground: Ground) -> None:
    """On both sides of a township's border: each side sees the whole figure, and opens what is its own."""
    mine = ground.raise_around(WEST, 5, 8, 1)
    ground.raise_in(EAST, 5, 0, 12)
    sign_in(client, "assessor")
    whole = table(client, "spots")
    assert whole
    client.post("/sign-out")
    sign_in(client, "official")
    (own,) = table(client, "spots")
    assert own["应有、实有"].split("看这")[0] == whole[0]["应有、实有"].split("看这")[0]
    assert "件在您的管辖范围以外" in own["应有、实有"]
    assert mine


def test_a_township_is_not_told_of_another_s_hot_spot(client: FlaskClient, ground: Ground) -> None:
    ground.raise_in(EAST, 5, 5, 15)
    sign_in(client, "official")
    assert table(client, "spots") == []
    assert client.get(f"/hot-spots?area={EAST_TOWNSHIP}").status_code == 404


def test_a_village_and_its_workers_have_no_such_page(client: FlaskClient, ground: Ground) -> None:
    sign_in(client, "cadre")
    assert client.get("/hot-spots").status_code == 403


def test_the_list_of_four_weeks_ago_stands_beside(client: FlaskClient, ground: Ground, clock: Clock) -> None:
    sign_in(client, "assessor")
    assert "没有四周前的清单" in client.get("/hot-spots?compare=earlier").text
    ground.raise_in(WEST, 5, 5, 12)
    watch(ground.office.database)
    ground.office.pass_days(28)
    watch(ground.office.database)
    sign_in(client, "assessor")
    now, earlier = (
        [cells(row) for row in part.findall(".//tbody/tr")]
        for part in read(client, "/hot-spots?compare=earlier").findall(".//div[@class='side-by-side']/div")
    )
    assert [(line["编号"], line["状态"]) for line in now] == [("1 号", "持续 4 周")]
    assert [(line["编号"], line["状态"]) for line in earlier] == [("1 号", "新出现")]


def test_the_list_as_a_file_has_the_rows_of_the_page(client: FlaskClient, ground: Ground) -> None:
    ground.raise_in(WEST, 5, 5, 12)
    sign_in(client, "assessor")
    rows = list(csv.DictReader(io.StringIO(client.get("/hot-spots.csv").text.removeprefix("\ufeff"))))
    assert [(row["实有（件）"], row["反映人数"], row["谁在办"]) for row in rows] == [
        ("12", "12", "还没有分派")
    ]


def test_one_click_makes_one_matter_from_either_page(client: FlaskClient, ground: Ground) -> None:
    for village_row in (1, 3):
        for n in range(3):
            ground.raise_in(WEST, village_row, 1, within=(0.5 + n / 50, 0.5), days=n + 1)
    sign_in(client, "official")
    for path, back in (("/hot-spots", "/hot-spots#many"), ("/cases", "/cases#hot")):
        page = read(client, path)
        number = page.xpath("string(//td[@data-label='哪几件']/a)")
        assert len(number) == 18
        form = page.find(".//form[@action='/hot-spots/join']")
        answer = client.post("/hot-spots/join", data=MultiDict(form.form_values()))
        assert answer.headers["Location"] == back
        assert "2 件已并入" in client.get(path).text
    assert read(client, "/hot-spots").find(".//form[@action='/hot-spots/join']") is None
    again = client.post("/hot-spots/join", data=MultiDict(form.form_values()), follow_redirects=True)
    assert "没有可以并的" in again.text


def test_the_page_is_empty_and_says_so(client: FlaskClient, county: County) -> None:
    sign_in(client, "assessor")
    page = words(read(client, "/hot-spots").find(".//main"))
    assert "没有未解决集中的地方" in page
    assert "近来没有几个人说同一处的事" in page
