"""The browser client opens whatever form a county may publish: every specimen of the form engine, one after another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from forms.findings import FormRefused
from server.database import Database
from server.domain.people import SYSTEM
from server.services import forms
from server.settings import Settings
from tests.browser.conftest import HAND, Visitor
from tests.factories import County
from tests.live import answering

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

SPECIMENS = Path(__file__).parents[1] / "unit" / "forms" / "specimens" / "accepted"
IDENTITY = "| | 样张 | specimen |"
OPEN = "填好了，发送"
ANOTHER_APP = "请用 ODK Collect 填写"
LINT_WARNS = "网页端打不开这张表"


@dataclass(frozen=True)
class Published:
    """A specimen that phones are offered; the lint may have warned that the browser client will not open it."""

    title: str
    is_warned_of: bool


def publish_specimens(database: Database) -> list[Published]:
    """Publish every specimen without a mistake, under a name of its own."""
    published = []
    for path in sorted(SPECIMENS.glob("*.md")):
        head, bar, table = path.read_text("utf-8").partition("\n|")
        source = (bar + table).strip().replace(IDENTITY, f"| | {path.stem} | {path.stem} |")
        with suppress(FormRefused), database.transaction(SYSTEM) as work:
            forms.publish(work, source)
            published.append(Published(path.stem, LINT_WARNS in head))
    return published


def outcome(page: Page, title: str) -> str:
    """What a worker meets who opens a form from the home page: its questions, a word of advice, or a failure."""
    page.get_by_role("button", name=title, exact=True).click()
    page.get_by_role("heading", name=title, exact=True).wait_for()
    seen = page.locator(".fill-finish, .fill-failure").or_(page.get_by_text(ANOTHER_APP)).first
    seen.wait_for()
    words = seen.inner_text()
    page.get_by_role("button", name="返回").click()
    page.get_by_role("heading", name="今日巡查").first.wait_for()
    return words


def test_every_specimen_opens_or_says_which_app_to_use_unless_the_lint_has_warned(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> None:
    published = publish_specimens(database)
    assert len(published) >= 60
    with answering(settings) as url:
        visitor = visit(url, viewport=HAND)
        visitor.page.goto(f"{url}/w/#{county.keys['worker']}")
        visitor.page.get_by_role("heading", name="填表").wait_for()
        met = {form.title: outcome(visitor.page, form.title) for form in published}
    closed = {title for title, words in met.items() if words != OPEN and ANOTHER_APP not in words}
    assert closed == {form.title for form in published if form.is_warned_of}
    assert len(visitor.faults) == len(closed), visitor.faults
