"""Walking through a site as somebody who follows every link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.browser.conftest import Visitor

MOST_PER_KIND, MOST_CHOICES = 2, 4
"""How many pages of one shape (/cases/<id>) are opened, and how many with choices in their address (/cases?area=…)."""

_DOWNLOADS = (".csv", ".xlsx", ".png", ".xml", ".jpg", ".txt")


def walk(visitor: Visitor) -> Iterator[str]:
    """Open every kind of page that can be reached from the home page; gives each address while it is open."""
    opened: dict[str, set[str]] = defaultdict(set)
    waiting = [f"{visitor.base_url}/"]
    while waiting:
        address = waiting.pop(0)
        alike = opened[_shape(address)]
        if address in alike or len(alike) >= (MOST_CHOICES if "?" in address else MOST_PER_KIND):
            continue
        alike.add(address)
        response = visitor.page.goto(address)
        visitor.page.wait_for_load_state("networkidle")
        if response is None or response.status != 200:
            visitor.faults.append(f"{address} answered {response and response.status}")
            continue
        yield address
        waiting += _reachable(visitor)


def _shape(url: str) -> str:
    """A page's address without what names one thing among many, and without the choices made on it."""
    parts = urlsplit(url)
    steps = ["…" if any(letter.isdigit() for letter in step) else step for step in parts.path.split("/")]
    return "/".join(steps) + ("?" if parts.query else "")


def _reachable(visitor: Visitor) -> list[str]:
    """Addresses of our own that the present page links to, downloads left out."""
    links: list[str] = visitor.page.eval_on_selector_all(
        "a[href]", "all => all.filter(a => !a.hasAttribute('download')).map(a => a.href)"
    )
    own = [link.split("#")[0] for link in links if link.startswith(visitor.base_url)]
    return [link for link in own if not urlsplit(link).path.endswith(_DOWNLOADS)]
