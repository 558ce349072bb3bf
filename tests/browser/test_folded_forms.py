"""Forms that unfold on a page: open, none of them makes the page wider than a hand can hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import HAND, Demo, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

PLACES = {
    "village_cadre": [("/households", "/households/"), ("/inbox/screen", ""), ("/ledger", "/cases/")],
    "township_official": [("/ledger", "/cases/"), ("/submissions", "/submissions/"), ("/units", "")],
    "admin": [("/forms", "/forms/"), ("/people", "/people/")],
}
"""By role, lists of which the first entries are opened, or pages that are opened themselves."""
ENTRIES = 3
WIDTH = "document.documentElement.scrollWidth"
UNFOLD = "(all, which) => all.forEach((each, place) => { each.open = place === which; })"


def widths(page: Page) -> list[int]:
    """How wide the page is with each of its folded forms open alone."""
    folded = page.locator("details").count()
    found = []
    for which in range(folded):
        page.locator("details").evaluate_all(UNFOLD, which)
        found.append(page.evaluate(WIDTH))
    return found


def entries(page: Page, entry: str) -> list[str]:
    """The addresses of the first entries of a list."""
    links: list[str] = page.locator(f"main table a[href^='{entry}']").evaluate_all(
        "all => all.map(each => each.getAttribute('href'))"
    )
    assert links
    return list(dict.fromkeys(links))[:ENTRIES]


@pytest.mark.parametrize("role", PLACES)
def test_no_unfolded_form_is_wider_than_a_phone(role: str, demo: Demo, visit: Callable[..., Visitor]) -> None:
    account = demo.account(role)
    visitor = visit(demo.url, HAND)
    visitor.sign_in(account["username"], account["password"])
    unfolded = 0
    for address, entry in PLACES[role]:
        visitor.goto(address)
        for opened in entries(visitor.page, entry) if entry else [address]:
            visitor.goto(opened)
            found = widths(visitor.page)
            unfolded += len(found)
            visitor.faults += [f"{opened} is {width} wide" for width in found if width > HAND["width"]]
    assert not visitor.faults, "\n".join(visitor.faults)
    assert unfolded >= len(PLACES[role])
