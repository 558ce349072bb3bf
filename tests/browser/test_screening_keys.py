"""研判 by keys alone in a real browser: an ordinary matter takes no more than eight of them, and nobody needs a mouse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.database import Database, utc_now
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.services import actors
from server.services.demands.intake import Raised, Reporter, raise_demand
from server.storage import migrations
from server.storage.posts import Account
from tests.browser.conftest import Visitor
from tests.factories import PASSWORD, VILLAGE, found_county
from tests.live import LiveServer, serving

pytestmark = pytest.mark.browser

_MOST_KEYS = 8
_MATTERS = (
    "村口第一盏路灯不亮",
    "村口第二盏路灯不亮，只闪",
    "邻居借的锄头没有还",
    "请把县里的公路改到我家门口",
    "到法院告的案子还没有判",
    "路上有个大坑",
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LiveServer]:
    """A village to whose registrar six people have come, one after the other."""
    url = f"sqlite:///{tmp_path / 'wangge.sqlite'}"
    migrations.upgrade(url)
    database = Database(url, clock=utc_now)
    cadre = found_county(database).accounts["cadre"]
    with database.read(SYSTEM) as reading:
        account = reading.session.get_one(Account, cadre)
        registrar = actors.of_account(reading.session, account, now=reading.now)
    with database.transaction(registrar) as work:
        for number, words in enumerate(_MATTERS):
            raise_demand(work, _raised(words, at=work.now - dt.timedelta(hours=len(_MATTERS) - number)))
    database.close()
    with serving(data_dir=tmp_path, database_url=url) as server:
        yield server


def _raised(words: str, *, at: dt.datetime) -> Raised:
    return Raised(
        raised_on=local_day(at),
        received_at=at,
        channel="walkin",
        kind="facility",
        detail="lamp",
        words=words,
        division=VILLAGE,
        address=f"石桥村1组{'12' if '路灯' in words else len(words)}号",
        reporter=Reporter(kind="named", name="张三", phone="13900000000"),
    )


@dataclass
class Typist:
    """Somebody at the screening page with no mouse; `keys` are those he pressed for the matter in front of him."""

    visitor: Visitor
    keys: list[str] = field(default_factory=list)

    def presses(self, *keys: str) -> None:
        """One key after the other, as on the keyboard."""
        for key in keys:
            self.keys.append(key)
            self.visitor.page.keyboard.press(key)

    def types(self, words: str) -> None:
        """Words, which an input method enters."""
        self.visitor.page.keyboard.insert_text(words)

    def sees(self, words: str) -> None:
        """Wait until the next page says so, and count anew."""
        self.visitor.page.get_by_text(words).first.wait_for()
        self.visitor.page.wait_for_load_state("networkidle")
        self.keys.clear()


@pytest.fixture
def typist(visit: Callable[..., Visitor], site: LiveServer) -> Typist:
    """The village's registrar, who has just opened the page."""
    visitor = visit(site.url)
    visitor.sign_in("cadre", PASSWORD)
    visitor.goto("/inbox/screen")
    return Typist(visitor)


def test_six_matters_are_screened_without_a_mouse(typist: Typist) -> None:
    typist.sees(_MATTERS[0])
    typist.presses("2")
    assert len(typist.keys) <= _MOST_KEYS
    typist.sees(_MATTERS[1])

    typist.presses("m", "ArrowDown", "Tab", "Tab", "Enter")  # 并单: which; no number; the button
    assert len(typist.keys) <= _MOST_KEYS
    typist.sees(_MATTERS[2])

    typist.presses("r", "ArrowDown", "Tab")  # 不予受理: the reason; then what he is told
    typist.types("借东西是两家自己的事，请到村里来，我们帮着说和。")
    typist.presses("Tab", "Enter")
    assert len(typist.keys) <= _MOST_KEYS
    typist.sees(_MATTERS[3])

    typist.presses("i")  # 请他补充
    typist.types("请说说是哪一段路。")
    typist.presses("Escape", "n")  # thought better of it: the next one
    typist.sees(_MATTERS[4])

    typist.presses("f", "ArrowDown", "Tab")  # 告知法定渠道
    typist.types("已经在法院的，请等法院的结果，也可以找法律援助。")
    typist.presses("Tab", "Enter")
    assert len(typist.keys) <= _MOST_KEYS
    typist.sees(_MATTERS[5])

    typist.presses("1")
    typist.sees("后面没有了")
    assert typist.visitor.faults == []


def test_keys_do_nothing_while_somebody_writes(typist: Typist) -> None:
    typist.sees(_MATTERS[0])
    typist.presses("i", "1", "n")
    page = typist.visitor.page
    assert page.locator("details[open] textarea").input_value() == "1n"
    assert page.get_by_text(_MATTERS[0]).first.is_visible()
