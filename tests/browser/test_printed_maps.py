"""Maps on paper: on their side, A4 or A3, the whole map with legend, scale and source on the first sheet."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Demo, Visitor, said

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

A4, A3 = (842, 595), (1191, 842)
PAPERS = [("", A4), ("&paper=a3", A3)]
PAGES = ("/maps/layers?layer=ageing", "/maps/visits?state=")


def printed(page: Page) -> list[tuple[int, int]]:
    """The sheets of a page as Chromium prints it: their widths and heights in points."""
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def look_at(visitor: Visitor, demo: Demo, path: str, *, role: str = "village_cadre") -> Page:
    account = demo.account(role)
    visitor.sign_in(account["username"], account["password"])
    visitor.goto(path)
    said(visitor.page, "图上")
    visitor.page.emulate_media(media="print")
    return visitor.page


def without_lists(page: Page) -> None:
    """Take the lists away: what is left is the sheet of the map."""
    page.evaluate(
        """() => {
          for (const list of document.querySelectorAll(".list-column, #table, #table ~ *")) list.remove();
          for (const maps of document.querySelectorAll(".map-column, .maps-abreast")) maps.style.breakAfter = "auto";
        }"""
    )


@pytest.mark.parametrize(("paper", "size"), PAPERS)
@pytest.mark.parametrize("path", PAGES)
def test_a_map_lies_on_its_side_and_all_of_it_is_on_the_first_sheet(
    path: str, paper: str, size: tuple[int, int], demo: Demo, visit: Callable[..., Visitor]
) -> None:
    page = look_at(visit(demo.url), demo, path + paper)
    without_lists(page)
    assert printed(page) == [size]


@pytest.mark.parametrize(("paper", "size"), PAPERS)
def test_two_maps_beside_each_other_are_on_one_sheet(
    paper: str, size: tuple[int, int], demo: Demo, visit: Callable[..., Visitor]
) -> None:
    page = look_at(visit(demo.url), demo, "/maps/compare?layer=ageing" + paper, role="county_assessor")
    without_lists(page)
    assert printed(page) == [size]


def test_a_sheet_says_title_date_scale_legend_and_source(demo: Demo, visit: Callable[..., Visitor]) -> None:
    page = look_at(visit(demo.url), demo, "/maps/layers?layer=ageing")
    shown = page.locator("main").inner_text()
    for words in ("件龄", "截至 20", "30 天以上", "格内数字", "没有底图，细线是经纬网", "网格边界"):
        assert words in shown
    frame = next(each for each in page.frames if "/maps/frame/" in each.url)
    assert re.search(r"公里|米", frame.inner_text(".leaflet-control-scale"))
    assert not page.locator(".page-actions").is_visible()
    assert not page.locator(".map-tabs").is_visible()


def test_the_lists_follow_on_sheets_of_their_own(demo: Demo, visit: Callable[..., Visitor]) -> None:
    page = look_at(visit(demo.url), demo, "/maps/layers?layer=ageing")
    sheets = printed(page)
    assert len(sheets) >= 2
    assert set(sheets) == {A4}
