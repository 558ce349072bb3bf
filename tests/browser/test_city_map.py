"""The map of a city, 20,000 grids and 200,000 open cases: small on the wire, and silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Frame, Request

from tests.bench import city
from tests.browser.conftest import Visitor, said
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_BYTES = 300_000


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


def test_the_first_view_of_a_city_is_small(address: str, visit: Callable[..., Visitor]) -> None:
    visitor = visit(address)
    _, fetched = look_at(visitor, "/cases")
    assert 20_000 < weight(fetched) < MOST_BYTES
    assert not visitor.faults
