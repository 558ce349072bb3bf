"""Every page a role can reach, in a real browser with every other host out of reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import DESK, HAND, Demo, Visitor
from tests.browser.crawl import walk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

ROLES = ("grid_worker", "village_cadre", "township_official", "county_assessor", "admin")


@pytest.mark.parametrize("viewport", [DESK, HAND], ids=["desk", "hand"])
@pytest.mark.parametrize("role", ROLES)
def test_no_page_fails_or_asks_another_host(
    role: str, viewport: dict[str, int], demo: Demo, visit: Callable[..., Visitor]
) -> None:
    account = demo.account(role)
    visitor = visit(demo.server.url, viewport)
    visitor.sign_in(account["username"], account["password"])
    seen = 0
    for address in walk(visitor):
        seen += 1
        width = visitor.page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"] + 1, f"{address} is {width} wide"
    assert not visitor.faults, "\n".join(visitor.faults)
    assert seen >= 5
