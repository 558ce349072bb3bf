"""One matter in a real browser: resident, registrar, township, unit, answer, two stars, done again, five stars."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from server.database import Database, utc_now
from server.storage import migrations
from tests.browser.conftest import HAND, Visitor
from tests.factories import GRID, PASSWORD, found_county
from tests.live import LiveServer, serving

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LiveServer]:
    """The small county under 忠县's four orders, on a server of its own."""
    url = f"sqlite:///{tmp_path / 'wangge.sqlite'}"
    migrations.upgrade(url)
    database = Database(url, clock=utc_now)
    found_county(database)
    database.close()
    with serving(data_dir=tmp_path, database_url=url) as server:
        yield server


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where every page is kept as it looked; WANGGE_TEST_PICTURES names a folder that stays."""
    folder = Path(os.environ.get("WANGGE_TEST_PICTURES") or tmp_path / "pictures")
    folder.mkdir(exist_ok=True)
    return folder


@dataclass
class Looker:
    """Somebody in front of a screen, of whom every page is pictured and has to fit."""

    who: str
    visitor: Visitor
    pictures: Path
    looked: int = 0

    def goes(self, path: str) -> None:
        """Open a page and look at it."""
        self.visitor.goto(path)
        self.looks()

    def looks(self) -> None:
        """Nothing is wider than the screen, nothing went wrong; the page is pictured."""
        page = self.visitor.page
        page.wait_for_load_state("networkidle")
        self.looked += 1
        page.screenshot(path=self.pictures / f"{self.who}-{self.looked:02d}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
        assert self.visitor.faults == []

    def sends(self, to: str, /, **entered: str) -> None:
        """Fill in the form whose address ends so, unfolding it where it is folded, send it, and look at what follows."""
        page = self.visitor.page
        form = page.locator(f"form[action$='{to}']").first
        folded = page.locator("details:not([open])", has=form)
        if folded.count():
            folded.first.locator("> summary").click()
        for name, value in entered.items():
            _enter(form.locator(f"[name={name}]"), value)
        form.locator("button[type=submit]").click()
        self.looks()

    def reads(self) -> str:
        """What stands on the page."""
        return self.visitor.page.inner_text("body")


def _enter(field: Locator, value: str) -> None:
    kind = field.first.evaluate("each => each.tagName === 'SELECT' ? 'select' : each.type")
    if kind == "select":
        option = field.locator("option", has_text=value).first
        field.select_option(option.get_attribute("value"))
    elif kind == "radio":
        field.and_(field.page.locator(f"[value='{value}']")).check()
    else:
        field.fill(value)


def at_desk(visit: Visit, site: LiveServer, pictures: Path, name: str) -> Looker:
    """Somebody of the office, signed in."""
    desk = Looker(name, visit(site.url), pictures)
    desk.visitor.sign_in(name, PASSWORD)
    desk.looks()
    return desk


def test_two_stars_bring_a_matter_back_until_it_is_worth_five(
    visit: Visit, site: LiveServer, pictures: Path
) -> None:
    resident = Looker("resident", visit(site.url, viewport=HAND), pictures)
    resident.goes(f"/r/g/{GRID}")
    page = resident.visitor.page
    page.fill("textarea[name=words]", "村口大路塌了一段，孩子上学绕路")
    page.fill("input[name=phone]", "13900001234")
    page.click("main button[type=submit], form button[type=submit]")
    resident.looks()
    assert "已收到" in resident.reads()
    matter = resident.visitor.page.url.partition("?")[0].removeprefix(site.url)

    cadre = at_desk(visit, site, pictures, "cadre")
    cadre.goes("/inbox")
    cadre.sends("/acts/register")
    cadre.goes("/inbox?tab=to_register&whose=all")
    cadre.visitor.page.locator("td[data-label='什么事'] a").first.click()
    cadre.looks()
    case = cadre.visitor.page.url.partition("#")[0].removeprefix(site.url)
    cadre.sends("/acts/classify", category="大事")
    cadre.sends("/acts/escalate", reason="没有经费", words="村里填过两次，又塌")

    official = at_desk(visit, site, pictures, "official")
    official.goes("/units")
    official.sends("/units", name="县交通局", division="云溪镇", alliance="乡村振兴帮扶集团")
    official.sends("/link")
    link = official.visitor.page.input_value("#address").removeprefix(site.url)
    official.goes(case)
    official.sends("/acts/assign", to="县交通局")
    assert "县交通局" in official.reads()

    unit = Looker("unit", visit(site.url, viewport=HAND), pictures)
    unit.goes(link)
    is_done(unit, "路基重做，通车了", first=True)
    cadre.goes(case)
    cadre.sends("/acts/feed_back", words="路修通了，请您看看")

    resident.goes(matter)
    resident.sends("/rate", stars="2", words="路边还是软的")
    assert "要退回重办吗" in resident.reads()
    resident.sends("/rate")
    assert "按您的意见重办" in resident.reads()
    official.goes(case)
    official.sends("/acts/call_back", words="已到现场，路肩补压，周五前好")
    unit.goes("/u/")
    is_done(unit, "路肩补压好了")
    cadre.goes(case)
    cadre.sends("/acts/feed_back", words="路肩也压实了")

    resident.goes(matter)
    resident.sends("/rate", stars="5", words="这回好了")
    assert "您的评价已经收到" in resident.reads()
    cadre.goes(case)
    cadre.goes("/ledger")
    cadre.goes("/help")
    assert "办件" in cadre.reads()


def is_done(unit: Looker, words: str, *, first: bool = False) -> None:
    """The unit's member takes the order up and says that it is done."""
    unit.visitor.page.locator("a.order").first.click()
    unit.looks()
    if first:
        unit.sends("/accept")
        unit.visitor.page.locator("a.order").first.click()
        unit.looks()
    unit.sends("/say", step="done", words=words)
