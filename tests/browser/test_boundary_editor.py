"""An officer at his desk redraws the grids of a village, by mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import HAND, Demo, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

BEYOND_PX = 14
"""How far outside its grid a line is begun and ended."""

WHERE = """number => {
  const { map, grids } = window.wanggeEditor;
  const grid = [...grids.values()].find((each) => each.grid.code.endsWith(number));
  const frame = map.getContainer().getBoundingClientRect();
  const pixels = (place) => { const at = map.latLngToContainerPoint(place); return [at.x + frame.left, at.y + frame.top]; };
  const bounds = grid.getBounds();
  const middle = bounds.getCenter().lng;
  return { inside: pixels(grid.getCenter()), north: pixels([bounds.getNorth(), middle]), south: pixels([bounds.getSouth(), middle]) };
}"""


def open_editor(visitor: Visitor, demo: Demo) -> None:
    """Sign in as the county's administrator and open the last village of the list."""
    account = demo.account("admin")
    visitor.sign_in(account["username"], account["password"])
    visitor.goto("/boundaries/edit")
    villages = visitor.page.locator("select[name=village] option")
    visitor.page.select_option("select[name=village]", index=villages.count() - 1)
    visitor.page.click("main form button[type=submit]")
    wait_for_map(visitor)


def wait_for_map(visitor: Visitor) -> None:
    visitor.page.wait_for_selector("[data-editor][aria-busy=false]")


def split_first(visitor: Visitor) -> None:
    """拆分: choose the grid, draw from above it to below it, end by a double click."""
    page = visitor.page
    page.click("[data-tool=split]")
    places = page.evaluate(WHERE, fates(visitor)[0].split()[0])
    page.mouse.click(*places["inside"])
    page.wait_for_selector("[data-editor-hint]:has-text('画一条线')")
    north, south = places["north"], places["south"]
    page.mouse.move(north[0], north[1] - BEYOND_PX)
    page.mouse.click(north[0], north[1] - BEYOND_PX)
    page.mouse.move(south[0], south[1] + BEYOND_PX, steps=4)
    with page.expect_navigation():
        page.mouse.dblclick(south[0], south[1] + BEYOND_PX)
    wait_for_map(visitor)


def fates(visitor: Visitor) -> list[str]:
    """What the map says becomes of each grid."""
    told: list[str] = visitor.page.evaluate(
        "[...window.wanggeEditor.grids.values()].map(({ grid }) => `${grid.code.slice(12)} ${grid.fate}`)"
    )
    return told


def test_a_grid_is_split_checked_and_published_and_the_map_shows_both_halves(
    demo: Demo, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(demo.url)
    open_editor(visitor, demo)
    before = fates(visitor)
    split_first(visitor)
    halves = [told for told in fates(visitor) if told.endswith("new")]
    assert len(halves) == 2
    assert "拆成" in visitor.page.inner_text(".editor-steps")
    visitor.page.reload()
    wait_for_map(visitor)
    assert "拆成" in visitor.page.inner_text(".editor-steps")
    visitor.page.click(".editor-publish button")
    visitor.page.wait_for_load_state("networkidle")
    assert "那天起换到新的网格" in visitor.page.inner_text("main")
    visitor.page.click("form[action$='/publication'] button")
    wait_for_map(visitor)
    after = fates(visitor)
    assert {told.split()[0] for told in halves} <= {told.split()[0] for told in after}
    assert len(after) == len(before) + 1
    assert not visitor.faults


def test_a_border_is_dragged_and_the_neighbour_follows(demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url)
    open_editor(visitor, demo)
    page = visitor.page
    number = fates(visitor)[0].split()[0]
    page.click("[data-tool=reshape]")
    page.mouse.click(*page.evaluate(WHERE, number)["inside"])
    page.wait_for_selector(".marker-icon:not(.marker-icon-middle)")
    handle = page.evaluate(SHARED_CORNER, number)
    page.mouse.move(*handle)
    page.mouse.down()
    page.mouse.move(handle[0] + 4, handle[1] + 4, steps=2)
    page.mouse.move(handle[0] + 9, handle[1] + 7, steps=2)
    page.mouse.up()
    page.wait_for_selector("[data-finish]:not([disabled])")
    with page.expect_navigation():
        page.click("[data-finish]")
    wait_for_map(visitor)
    assert sum(told.endswith("redrawn") for told in fates(visitor)) >= 2
    assert "重叠" not in page.inner_text("main").replace("没有重叠", "")
    page.click("text=放弃草稿")
    page.click("details[open] button[type=submit]")
    page.wait_for_selector("text=草稿已放弃")
    assert not visitor.faults


SHARED_CORNER = """number => {
  const { map, grids } = window.wanggeEditor;
  const corners = (polygon) => polygon.getLatLngs().flat(3);
  const chosen = [...grids.values()].find((each) => each.grid.code.endsWith(number));
  const others = [...grids.values()].filter((each) => each !== chosen).flatMap(corners);
  const shared = corners(chosen).filter((corner) => others.some((other) => other.equals(corner, 0)));
  const frame = map.getContainer().getBoundingClientRect();
  const at = map.latLngToContainerPoint(shared[Math.floor(shared.length / 2)]);
  return [at.x + frame.left, at.y + frame.top];
}"""


def test_a_phone_says_that_drawing_wants_a_desk(demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url, viewport=HAND)
    open_editor(visitor, demo)
    assert visitor.page.is_visible("text=在地图上画边界要用电脑")
    assert not visitor.page.is_visible("[data-tool=split]")
    assert not visitor.faults
