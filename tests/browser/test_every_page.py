"""Every page a role can reach, in a real browser with every other host out of reach."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import DESK, HAND, Demo, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

ROLES = ("grid_worker", "village_cadre", "township_official", "county_assessor", "admin")
MOST_PER_KIND = 2
"""How many pages of one shape (/cases/<id>) are opened: the first of each shows what all look like."""


def shape(url: str) -> str:
    """A page's address without what names one thing among many."""
    parts = urlsplit(url)
    steps = ["…" if any(letter.isdigit() for letter in step) else step for step in parts.path.split("/")]
    return "/".join(steps) + "?" + "&".join(sorted(word.split("=")[0] for word in parts.query.split("&")))


def reachable(visitor: Visitor) -> list[str]:
    """Addresses of our own that the present page links to, downloads left out."""
    links = visitor.page.eval_on_selector_all(
        "a[href]", "all => all.filter(a => !a.hasAttribute('download')).map(a => a.href)"
    )
    own = [link.split("#")[0] for link in links if link.startswith(visitor.base_url)]
    return [
        link for link in own if not urlsplit(link).path.endswith((".csv", ".xlsx", ".png", ".xml", ".jpg"))
    ]


@pytest.mark.parametrize("viewport", [DESK, HAND], ids=["desk", "hand"])
@pytest.mark.parametrize("role", ROLES)
def test_no_page_fails_or_asks_another_host(
    role: str, viewport: dict[str, int], demo: Demo, visit: Callable[..., Visitor]
) -> None:
    account = demo.account(role)
    visitor = visit(demo.server.url, viewport)
    visitor.sign_in(account["username"], account["password"])
    opened: dict[str, int] = {}
    waiting = [demo.server.url + "/"]
    while waiting:
        address = waiting.pop(0)
        kind = shape(address)
        if opened.get(kind, 0) >= MOST_PER_KIND:
            continue
        opened[kind] = opened.get(kind, 0) + 1
        response = visitor.page.goto(address)
        visitor.page.wait_for_load_state("networkidle")
        assert response is not None
        assert response.status == 200, f"{address} answered {response.status}"
        width = visitor.page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"] + 1, f"{address} is {width} wide"
        waiting += reachable(visitor)
    assert not visitor.faults, "\n".join(visitor.faults)
    assert len(opened) >= 5
