"""The pages of the layers: scope, numbers that open their rows, files equal to pages, and earlier beside now."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.permissions import Permission
from server.figures.grid_layers import LAYERS
from tests.conftest import Clock
from tests.factories import GRID, NOW, OTHER_GRID, VACANT_GRID, VILLAGE, County
from tests.offices import Office
from tests.pages import cells, read, sign_in, words

SEEN_BY_ALL = [name for name, kind in LAYERS.items() if kind.permission is Permission.VIEW_MAPS]
LOOK_BACK = [name for name, kind in LAYERS.items() if kind.then]


@pytest.fixture
def office(county: County, database: Database, clock: Clock) -> Office:
    """Two demands six weeks old, one of yesterday."""
    office = Office(county, database, clock)
    clock.now -= dt.timedelta(weeks=6)
    for _ in range(2):
        office.take_in()
    clock.now = NOW - dt.timedelta(days=1)
    office.take_in(grid=VACANT_GRID)
    clock.now = NOW
    return office


@pytest.mark.parametrize("name", SEEN_BY_ALL)
@pytest.mark.parametrize("path", ["/maps/layers", "/maps/layers/values", "/maps/layers.csv"])
def test_a_village_sees_its_own_grids_on_every_layer(
    client: FlaskClient, office: Office, name: str, path: str
) -> None:
    sign_in(client, "cadre")
    answer = client.get(f"{path}?layer={name}")
    assert answer.status_code == 200
    assert "柳湾村" not in answer.text
    assert OTHER_GRID not in answer.text
    assert client.get(f"{path}?layer={name}&area={OTHER_GRID}").status_code == 404


@pytest.mark.parametrize("path", ["/maps/layers", "/maps/layers/values", "/maps/layers.csv", "/maps/compare"])
def test_a_layer_there_is_not_is_not_found(client: FlaskClient, office: Office, path: str) -> None:
    sign_in(client, "official")
    assert client.get(f"{path}?layer=../etc").status_code == 404


def test_every_number_of_the_ageing_opens_as_many_rows(client: FlaskClient, office: Office) -> None:
    sign_in(client, "official")
    table = read(client, "/maps/layers?layer=ageing").get_element_by_id("table")
    links = [link for row in table.iterfind(".//tr[@data-code]") for link in row.iterfind(".//a[@href]")]
    assert links
    for link in links:
        listed = read(client, link.get("href"))
        assert len(listed.findall(".//tbody/tr")) == int(words(link))


def test_the_file_of_a_layer_has_the_rows_of_the_page(client: FlaskClient, office: Office) -> None:
    sign_in(client, "official")
    page = read(client, "/maps/layers?layer=ageing").get_element_by_id("table")
    lines = csv.DictReader(
        io.StringIO(client.get("/maps/layers.csv?layer=ageing").text.removeprefix("\ufeff"))
    )
    by_code = {row.get("data-code"): cells(row) for row in page.iterfind(".//tr[@data-code]")}
    for line in lines:
        shown = by_code.pop(line["网格代码"])
        assert shown["最久（天）"] == line["最久（天）"]
        assert shown["超过 30 天/未解决"].startswith(
            f"{line['超过 30 天']}/{line['未解决']}" if line["未解决"] != "0" else "没有"
        )
    assert by_code == {}


def test_the_tabs_lead_to_every_map_over_the_same_area(client: FlaskClient, office: Office) -> None:
    sign_in(client, "official")
    page = read(client, f"/maps/layers?layer=deadlines&area={VILLAGE}")
    links = [link.get("href") for link in page.iterfind(".//nav[@class='map-tabs d-print-none']//a")]
    assert len(links) > len(LAYERS)
    for link in links:
        assert f"area={VILLAGE}" in link
        assert client.get(link).status_code == 200


@pytest.mark.parametrize("name", LOOK_BACK)
def test_earlier_stands_beside_now(client: FlaskClient, office: Office, name: str) -> None:
    sign_in(client, "official")
    page = read(client, f"/maps/compare?layer={name}")
    urls = [each.get("data-data-url") for each in page.iterfind(".//section[@data-map-host]")]
    assert len(urls) == 2
    assert urls[0] != urls[1]
    assert all(client.get(url).status_code == 200 for url in urls)
    assert client.get(f"/maps/compare.csv?layer={name}").status_code == 200


def test_maps_side_by_side_are_printed_on_the_larger_paper_too(client: FlaskClient, office: Office) -> None:
    sign_in(client, "official")
    (larger,) = read(client, "/maps/compare?layer=deadlines").xpath("//a[text()='改用 A3 纸']/@href")
    page = read(client, larger)
    assert page.xpath("//link[@media='print' and contains(@href, 'print_map_a3.css')]")
    assert page.xpath("//a[text()='改用 A4 纸']/@href") == ["/maps/compare?layer=deadlines"]


def test_the_changes_are_told_grid_by_grid_the_worse_first(client: FlaskClient, office: Office) -> None:
    sign_in(client, "official")
    table = read(client, "/maps/compare?layer=ageing").get_element_by_id("table")
    rows = [(row.get("data-code"), cells(row)) for row in table.iterfind(".//tr[@data-code]")]
    assert [code for code, _ in rows] == [GRID, VACANT_GRID, OTHER_GRID]
    assert rows[0][1]["四周前"] == "没解决 2 件，最久 14 天"
    assert rows[0][1]["现在"] == "没解决 2 件，最久 42 天"
    assert rows[0][1]["超过 30 天的变化"] == "多 2 件"
    assert rows[1][1]["四周前"] == "没有未解决的"


def test_a_layer_that_cannot_look_back_is_not_compared(client: FlaskClient, office: Office) -> None:
    sign_in(client, "official")
    assert client.get("/maps/compare?layer=unseen").status_code == 404
    assert client.get("/maps/layers/values?layer=unseen&weeks=4").status_code == 404
    assert not read(client, "/maps/layers?layer=unseen").xpath("//a[contains(@href, '/maps/compare')]")


@pytest.mark.parametrize("path", ["/maps/layers", "/maps/layers/values", "/maps/layers.csv", "/maps/compare"])
def test_the_village_is_not_shown_the_layer_of_the_township(
    client: FlaskClient, office: Office, path: str
) -> None:
    sign_in(client, "cadre")
    assert client.get(f"{path}?layer=hot").status_code == 403
    sign_in(client, "official")
    assert client.get(f"{path}?layer=hot").status_code == 200


def test_where_no_night_was_kept_earlier_is_said_not_to_be_known(client: FlaskClient, office: Office) -> None:
    sign_in(client, "official")
    page = read(client, "/maps/compare?layer=hot")
    assert "那时还没有记录。" in words(page)
