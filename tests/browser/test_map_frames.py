"""The three maps in their sandboxed frames, over the demo county and the faults planted in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Frame, Route

from tests.browser.conftest import Demo, Visitor, holds, said
from tests.map_values import grid_rows

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

MAPS = {"patrol": "/maps/patrols", "visits": "/maps/visits", "cases": "/cases"}
NUMBERS = ".grid-label:not([hidden])"
INK, THICK_LINE, PICKED_LINE = (26, 26, 26), (17, 17, 17), (106, 27, 154)
_PIXELS = """() => {
  const counts = {};
  for (const canvas of document.querySelectorAll("canvas.grid-tile")) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) {
      const colour = data[at + 3] === 255 ? data.slice(at, at + 3).join() : "";
      counts[colour] = (counts[colour] ?? 0) + 1;
    }
  }
  return counts;
}"""
_MIDDLE = """label => {
  const { left, top, width, height } = label.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}"""
_CLOSER = """({ x, y }) => {
  const map = window.wanggeMap;
  map.setZoomAround(L.point(x, y), map.getZoom() + 1, { animate: false });
}"""


def look_at(visitor: Visitor, demo: Demo, *, role: str, path: str) -> Frame:
    """Sign in as an account of a role, open a page with a map, and give the map's frame when it has drawn."""
    account = demo.account(role)
    visitor.sign_in(account["username"], account["password"])
    visitor.goto(path)
    said(visitor.page, "图上")
    frame = next(frame for frame in visitor.page.frames if "/maps/frame/" in frame.url)
    frame.wait_for_selector("canvas.grid-tile.leaflet-tile-loaded")
    visitor.page.wait_for_load_state("networkidle")
    return frame


def pixels(frame: Frame) -> dict[tuple[int, ...], int]:
    """How many pixels of the tiles have each colour; half transparent ones are left out."""
    counts = frame.evaluate(_PIXELS)
    return {tuple(map(int, colour.split(","))): count for colour, count in counts.items() if colour}


def rows(visitor: Visitor, values: str) -> list[dict[str, Any]]:
    """The grids a map is told of."""
    return grid_rows(visitor.page.request.get(f"{visitor.base_url}{values}").json())


def click_a_grid(visitor: Visitor, frame: Frame) -> None:
    """Click on the first number of a map: it lies on its grid and lets clicks through."""
    box = frame.locator(NUMBERS).first.bounding_box()
    assert box
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.mark.parametrize("layer", MAPS)
def test_a_map_draws_grids_labels_and_legend(layer: str, demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url)
    frame = look_at(visitor, demo, role="township_official", path=MAPS[layer])
    assert pixels(frame)
    assert frame.locator(".degree").count() > 0
    assert visitor.page.locator(".map-legend li").count() > 0
    texts = frame.locator(NUMBERS).all_inner_texts()
    assert any(re.fullmatch(r"\d+/\d+", text) for text in texts) or layer == "cases"
    assert not visitor.faults


def test_what_a_map_shows_is_asked_for_once_while_the_page_is_being_read(
    demo: Demo, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(demo.url)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url.removeprefix(demo.url)))
    look_at(visitor, demo, role="township_official", path=MAPS["visits"])
    assert asked.count("/maps/visits/values") == 1
    [frame] = [position for position, url in enumerate(asked) if "/maps/frame/" in url]
    assert asked.index("/maps/visits/values") < frame


@pytest.mark.parametrize("layer", MAPS)
def test_a_frame_runs_no_script_but_its_own(layer: str, demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url)
    policies: list[str] = []
    visitor.page.on(
        "response",
        lambda answer: (
            policies.append(answer.headers["content-security-policy"])
            if "/maps/frame/" in answer.url
            else None
        ),
    )
    frame = look_at(visitor, demo, role="township_official", path=MAPS[layer])
    rules = dict(rule.strip().split(" ", 1) for rule in policies[0].split(";"))
    assert "unsafe" not in rules["script-src"]
    assert rules["default-src"] == "'none'"
    assert rules["sandbox"] == "allow-scripts"
    assert visitor.page.locator("iframe.map-frame").get_attribute("sandbox") == "allow-scripts"
    assert frame.evaluate("window.origin") == "null"


def test_a_click_on_a_grid_marks_its_row(demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url)
    frame = look_at(visitor, demo, role="village_cadre", path=MAPS["visits"])
    assert PICKED_LINE not in pixels(frame)
    click_a_grid(visitor, frame)
    visitor.page.wait_for_selector("tr.picked")
    codes = visitor.page.eval_on_selector_all("tr.picked", "rows => rows.map(row => row.dataset.code)")
    assert len(set(codes)) == 1
    assert PICKED_LINE in pixels(frame)
    [title] = frame.locator(".leaflet-tooltip").all_inner_texts()
    picked = next(row for row in rows(visitor, "/maps/visits/values") if row["code"] == codes[0])
    assert title.startswith(picked["name"])
    assert not visitor.faults


def test_a_click_right_after_a_zoom_is_answered_when_its_tile_is_there(
    demo: Demo, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(demo.url)
    frame = look_at(visitor, demo, role="township_official", path=MAPS["visits"])
    number = frame.locator(NUMBERS).first.evaluate(_MIDDLE)
    late: list[Route] = []
    released = Event()
    visitor.page.route(
        "**/t/**", lambda route: route.continue_() if released.is_set() else late.append(route)
    )
    frame.evaluate(_CLOSER, number)
    box = visitor.page.locator("iframe.map-frame").bounding_box()
    assert box
    visitor.page.mouse.click(box["x"] + number["x"], box["y"] + number["y"])
    assert frame.locator(".leaflet-tooltip").count() == 0
    released.set()
    for route in late:
        route.continue_()
    frame.wait_for_selector(".leaflet-tooltip")
    assert PICKED_LINE in pixels(frame)
    assert not visitor.faults


def test_the_row_under_the_mouse_is_marked_on_the_map(demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url)
    frame = look_at(visitor, demo, role="village_cadre", path=MAPS["visits"])
    visitor.page.locator("tr[data-code]").first.hover()
    holds(frame, f"({_PIXELS})()['{','.join(map(str, PICKED_LINE))}'] > 0")


def test_the_vacant_grid_is_hatched_and_the_neglected_one_thickly_outlined(
    demo: Demo, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(demo.url)
    look_at(visitor, demo, role="admin", path=MAPS["patrol"])
    told = rows(visitor, "/maps/patrols/values")
    [vacant] = [row for row in told if row["vacant"]]
    neglected = next(row for row in told if row["thick"] and not row["vacant"])
    plain = next(row for row in told if row["level"] == "at_95" and not row["thick"])
    hatched = pixels(look_at(visitor, demo, role="admin", path=f"{MAPS['patrol']}?area={vacant['code']}"))
    assert hatched[INK] > 1_000
    outlined = pixels(look_at(visitor, demo, role="admin", path=f"{MAPS['patrol']}?area={neglected['code']}"))
    assert outlined[THICK_LINE] > 1_000
    calm = pixels(look_at(visitor, demo, role="admin", path=f"{MAPS['patrol']}?area={plain['code']}"))
    assert not {INK, THICK_LINE} & calm.keys()


def test_where_the_map_stands_is_in_the_address(demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url)
    frame = look_at(visitor, demo, role="township_official", path=MAPS["visits"])
    frame.locator(".leaflet-control-zoom-in").click()
    visitor.page.wait_for_url(re.compile("[?&]at="))
    address = visitor.page.url.removeprefix(demo.url)
    zoom = float(address.rpartition(",")[2])
    again = look_at(visitor, demo, role="township_official", path=address)
    holds(again, f"Math.abs(window.wanggeMap.getZoom() - {zoom}) < 0.05")
    assert not visitor.faults


def test_what_is_seen_is_printed(demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url)
    frame = look_at(visitor, demo, role="township_official", path=MAPS["visits"])
    before = frame.evaluate("window.wanggeMap.getZoom()")
    visitor.page.emulate_media(media="print")
    frame.wait_for_selector(NUMBERS)
    assert pixels(frame)
    visitor.page.emulate_media(media="screen")
    holds(frame, f"Math.abs(window.wanggeMap.getZoom() - {before}) < 0.01")
    assert not visitor.faults


def test_tiles_that_do_not_come_are_said_to_be_missing(demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url)
    account = demo.account("township_official")
    visitor.sign_in(account["username"], account["password"])
    visitor.page.route("**/t/**", lambda route: route.fulfill(status=403))
    visitor.goto(MAPS["visits"])
    said(visitor.page, "地图没有读到")
    assert visitor.page.locator("tr[data-code]").count() > 0


def test_the_dark_street_stands_in_the_list_of_what_many_reported(
    demo: Demo, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(demo.url)
    look_at(visitor, demo, role="admin", path=MAPS["cases"])
    row = visitor.page.locator("#hot tbody tr").first
    assert "6 次" in row.inner_text()
