"""Every page a role can reach, in a real browser with every other host out of reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import DESK, HAND, Demo, Visitor
from tests.browser.crawl import walk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

ROLES = ("grid_worker", "village_cadre", "township_official", "county_assessor", "admin")


def too_wide(visitor: Visitor) -> Iterator[int]:
    """How wide the present page is, at a desk and in a hand, where it is wider than the window."""
    for window in (HAND, DESK):
        visitor.page.set_viewport_size(window)  # type: ignore[arg-type]
        width: int = visitor.page.evaluate("document.documentElement.scrollWidth")
        if width > window["width"]:
            yield width


@pytest.mark.parametrize("role", ROLES)
def test_no_page_fails_asks_another_host_or_is_wider_than_the_screen(
    role: str, demo: Demo, visit: Callable[..., Visitor]
) -> None:
    account = demo.account(role)
    visitor = visit(demo.url, DESK)
    visitor.sign_in(account["username"], account["password"])
    seen = 0
    for address in walk(visitor):
        seen += 1
        visitor.faults += [f"{address} is {width} wide" for width in too_wide(visitor)]
    assert not visitor.faults, "\n".join(visitor.faults)
    assert seen >= 5
