"""The three maps in their sandboxed frames, over the demo county and the faults planted in it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame

from tests.browser.conftest import Demo, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

MAPS = {"patrol": "/maps/patrols", "visits": "/maps/visits", "cases": "/cases"}
GRIDS = 'path.leaflet-interactive[fill^="url(#wangge-"]'


def look_at(visitor: Visitor, demo: Demo, *, role: str, path: str) -> Frame:
    """Sign in as an account of a role, open a page with a map, and give the map's frame when it has drawn."""
    account = demo.account(role)
    visitor.sign_in(account["username"], account["password"])
    visitor.goto(path)
    visitor.page.wait_for_function(
        "document.querySelector('[data-map-status]').textContent.startsWith('图上')"
    )
    return next(frame for frame in visitor.page.frames if "/maps/frame/" in frame.url)


@pytest.mark.parametrize("layer", MAPS)
def test_a_map_draws_grids_labels_and_legend(layer: str, demo: Demo, visit: Callable[..., Visitor]) -> None:
    visitor = visit(demo.url)
    frame = look_at(visitor, demo, role="township_official", path=MAPS[layer])
    assert frame.locator(".leaflet-overlay-pane path").count() > 0
    assert frame.locator(".degree").count() > 0
    assert visitor.page.locator(".map-legend li").count() > 0
    texts = frame.locator(".grid-label:not([hidden])").all_inner_texts()
    assert any(re.fullmatch(r"\d+/\d+", text) for text in texts) or layer == "cases"
    assert not visitor.faults


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
    frame.locator(GRIDS).first.click()
    visitor.page.wait_for_selector("tr.picked")
    codes = visitor.page.eval_on_selector_all("tr.picked", "rows => rows.map(row => row.dataset.code)")
    assert len(set(codes)) == 1


def test_the_vacant_grid_is_hatched_and_the_neglected_one_thickly_outlined(
    demo: Demo, visit: Callable[..., Visitor]
) -> None:
    frame = look_at(visit(demo.url), demo, role="admin", path=MAPS["patrol"])
    assert frame.locator('path[fill$="-vacant)"]').count() == 1
    assert frame.locator('path[stroke-width="4"]').count() >= 1


def test_the_dark_street_stands_in_the_list_of_what_many_reported(
    demo: Demo, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(demo.url)
    look_at(visitor, demo, role="admin", path=MAPS["cases"])
    row = visitor.page.locator("#hot tbody tr").first
    assert "6 次" in row.inner_text()
