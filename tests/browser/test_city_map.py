"""The map of a city, 20,000 grids and 200,000 open cases: small on the wire, and silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Frame, Request

from server.figures.hot_places import MOST_TOLD
from tests.bench import city
from tests.browser.conftest import Visitor, holds, said
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_BYTES = 300_000
NUMBERS = ".grid-label:not([hidden])"
QUARTERS = """() => {
  const counts = [0, 0, 0, 0];
  for (const label of document.querySelectorAll(".grid-label:not([hidden])")) {
    const { left, top } = label.getBoundingClientRect();
    const isInSight = left > 0 && left < innerWidth && top > 0 && top < innerHeight;
    if (isInSight) counts[2 * Number(top > innerHeight / 2) + Number(left > innerWidth / 2)] += 1;
  }
  return counts;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with city.serving(tmp_path_factory.mktemp("city")) as running:
        yield running


def look_at(visitor: Visitor, path: str) -> tuple[Frame, list[Request]]:
    """Open a map for the first time and wait until it stands; what it fetched."""
    visitor.page.set_default_timeout(120_000)
    visitor.page.goto(f"{visitor.base_url}/sign-in?next=/help")
    visitor.page.fill("input[name=username]", "assessor")
    visitor.page.fill("input[name=password]", PASSWORD)
    visitor.page.click("main button[type=submit]")
    visitor.page.wait_for_load_state("networkidle")
    fetched: list[Request] = []
    visitor.page.on("requestfinished", lambda request: fetched.append(request))
    visitor.goto(path)
    said(visitor.page, "图上")
    frame = next(frame for frame in visitor.page.frames if "/maps/frame/" in frame.url)
    frame.wait_for_selector("canvas.grid-tile.leaflet-tile-loaded")
    visitor.page.wait_for_load_state("networkidle")
    return frame, fetched


def weight(fetched: list[Request]) -> int:
    """Bytes over the wire beside the vendored libraries."""
    return sum(
        request.sizes()["responseBodySize"]
        for request in fetched
        if "/static/vendor/" not in request.url and not request.url.startswith("data:")
    )


def go(frame: Frame, zoom: float) -> None:
    """Look closer at the middle of the map, and wait until its tiles are there."""
    frame.evaluate(
        """zoom => new Promise(done => {
          const map = window.wanggeMap;
          map.setZoom(zoom, { animate: false });
          const wait = () => document.querySelector("canvas.grid-tile:not(.leaflet-tile-loaded)")
            ? setTimeout(wait, 50) : done();
          setTimeout(wait, 50);
        })""",
        zoom,
    )


def click_the_middle(visitor: Visitor) -> None:
    box = visitor.page.locator("iframe.map-frame").bounding_box()
    assert box
    visitor.page.mouse.click(box["x"] + box["width"] / 2 + 20, box["y"] + box["height"] / 2)


@pytest.mark.parametrize("path", ["/cases", "/maps/patrols"])
def test_the_first_view_of_a_city_is_small(path: str, address: str, visit: Callable[..., Visitor]) -> None:
    visitor = visit(address)
    _, fetched = look_at(visitor, path)
    assert 20_000 < weight(fetched) < MOST_BYTES
    assert not visitor.faults


def test_from_afar_a_click_on_a_village_goes_closer(address: str, visit: Callable[..., Visitor]) -> None:
    visitor = visit(address)
    frame, _ = look_at(visitor, "/maps/patrols")
    assert frame.evaluate("window.wanggeMap.getZoom()") < 11
    click_the_middle(visitor)
    holds(frame, "window.wanggeMap.getZoom() >= 11")
    frame.wait_for_selector(NUMBERS)
    assert not visitor.faults


def test_numbers_stand_all_over_the_view(address: str, visit: Callable[..., Visitor]) -> None:
    """Where every grid is as needy as the next, each quarter of the view has its share."""
    visitor = visit(address)
    frame, _ = look_at(visitor, "/maps/patrols")
    go(frame, 11)
    assert min(frame.evaluate(QUARTERS)) > 10
    assert not visitor.faults


def test_a_city_is_panned_and_zoomed_in_silence(address: str, visit: Callable[..., Visitor]) -> None:
    visitor = visit(address)
    frame, _ = look_at(visitor, "/cases")
    assert frame.locator(".cluster").count() > 10
    for zoom in (10, 12, 13):
        go(frame, zoom)
        frame.evaluate("window.wanggeMap.panBy([100, 60], { animate: false })")
        visitor.page.wait_for_load_state("networkidle")
        assert frame.locator(".cluster, .case").count() > 0
    assert not visitor.faults


def test_of_very_many_places_the_most_told_of_are_ringed_apart_from_each_other(
    address: str, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(address)
    frame, _ = look_at(visitor, "/cases")
    facts = " ".join(visitor.page.locator(".map-facts").all_inner_texts())
    assert f"图上只圈反映最多的 {MOST_TOLD} 处" in facts
    assert 0 < frame.locator(".hotspot").count() < MOST_TOLD
    assert not visitor.faults


def test_near_by_single_cases_are_shown(address: str, visit: Callable[..., Visitor]) -> None:
    visitor = visit(address)
    frame, _ = look_at(visitor, "/cases")
    assert frame.locator(".case").count() == 0
    with visitor.page.expect_response(lambda answer: "within=" in answer.url) as awaited:
        go(frame, 15)
    near = awaited.value.json()["points"]
    assert 0 < len(near) <= 2_000
    frame.wait_for_selector(".case")
    assert not visitor.faults
