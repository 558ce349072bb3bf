"""A phone in somebody's hand: the browser client at 390×844, on a line that can fail."""

from __future__ import annotations

import base64
import datetime as dt
import re
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from playwright.sync_api import Locator, Page, Request

from server.database import Database
from server.domain.people import SYSTEM
from server.settings import Settings
from server.storage.files import FileStore
from server.storage.submissions import Attachment, Submission
from tests.browser.conftest import HAND, Visitor
from tests.browser.fickle_line import FickleLine, fickle_line
from tests.live import answering

PATIENCE = 120.0
_BEGUN_MS = 200
CAMERA = b"REDMI 9A\0\0\0\0"


def exif(*, orientation: int) -> bytes:
    """A segment that says how the camera was held and which one it was."""
    orientation_entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    camera_entry = struct.pack(">HHII", 0x0110, 2, len(CAMERA), 8 + 2 + 2 * 12 + 4)
    directory = struct.pack(">H", 2) + camera_entry + orientation_entry + struct.pack(">I", 0)
    content = b"Exif\0\0MM" + struct.pack(">HI", 42, 8) + directory + CAMERA
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def picture(page: Page) -> bytes:
    """4000 × 3000 as a phone held upright stores it, lying: its left becomes the top. Red above green, grained."""
    drawn = page.evaluate(
        """() => {
            const canvas = document.createElement('canvas')
            Object.assign(canvas, { width: 4000, height: 3000 })
            const brush = canvas.getContext('2d')
            for (let x = 0; x < 4000; x += 8) {
                for (let y = 0; y < 3000; y += 8) {
                    const grain = (x * 7 + y * 13) % 60
                    brush.fillStyle = x < 2000 ? `rgb(255,${grain},0)` : `rgb(0,255,${grain})`
                    brush.fillRect(x, y, 8, 8)
                }
            }
            return canvas.toDataURL('image/jpeg', 0.95)
        }"""
    )
    jpeg = base64.b64decode(drawn.split(",")[1])
    return jpeg[:2] + exif(orientation=6) + jpeg[2:]


@dataclass
class Handset:
    """A worker's phone, the line it hangs on, and the database behind the server."""

    visitor: Visitor
    line: FickleLine
    database: Database
    asking: set[Request] = field(default_factory=set)
    """Requests without an answer so far, of whichever page."""

    def __post_init__(self) -> None:
        # Every page of the phone: its clock is one, and moving it ends the patience of all of them.
        phone = self.page.context
        phone.on("request", lambda request: self.asking.add(request))
        phone.on("requestfinished", lambda request: self.asking.discard(request))
        phone.on("requestfailed", lambda request: self.asking.discard(request))

    @property
    def page(self) -> Page:
        return self.visitor.page

    def open(self, key: str) -> None:
        """Scan the card: the address with the key, in a new page. From then on the phone needs no network."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.line.url}/w/#{key}")
        self.page.get_by_role("heading", name="今日巡查").wait_for()
        self.says("正在把名单和表格存到手机上").wait_for(state="detached")

    def again(self) -> None:
        """Close the page and open it anew, without the key."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.line.url}/w/")

    def tap(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def show(self, screen: str) -> None:
        """A screen of the bar below; its button may carry a count."""
        self.page.get_by_label("主要页面").get_by_role("button").filter(has_text=screen).click()

    def report_clear(self) -> None:
        """今日无异常, and the seconds in which it can be taken back."""
        self.show("首页")
        self.tap("今日无异常")
        self.says("已存").wait_for()
        self.wait(11)

    def patrol(self) -> None:
        """巡查 by the form: nothing unusual."""
        self.show("首页")
        self.page.get_by_role("button", name=re.compile("开始巡查|再巡一次")).click()
        self.choose("今日无异常")
        self.tap("填好了，发送")
        self.page.get_by_role("heading", name="今日巡查").wait_for()

    def choose(self, answer: str) -> None:
        """Tap an answer of a form."""
        self.page.locator("label.value-option", has_text=answer).first.click()

    def photograph(self) -> None:
        """Take a picture for the first question that has none."""
        taken = {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": picture(self.page)}
        shown = self.page.get_by_alt_text("拍的照片")
        before = shown.count()
        self.page.locator("input[type=file]").first.set_input_files(taken)  # type: ignore[arg-type]
        shown.nth(before).wait_for()

    def wait(self, seconds: float) -> None:
        """Let time pass for the phone; not while it waits for an answer, or its patience would end."""
        self.wait_until_quiet()
        self.page.clock.fast_forward(int(seconds * 1000))

    def wait_until_quiet(self) -> None:
        """Until the phone has begun what it had to begin, and every answer is there."""
        self.page.wait_for_timeout(_BEGUN_MS)
        while self.asking:
            self.page.wait_for_timeout(_BEGUN_MS)

    def says(self, words: str) -> Locator:
        """What shows these words."""
        return self.page.get_by_text(words).first

    def counts(self, state: str) -> int:
        """How many records of the outbox, which is open, are in a state."""
        return self.page.get_by_label(state, exact=True).get_by_role("listitem").count()

    def wait_for_an_end(self) -> None:
        """Let the phone hear of a submission what there is to hear; its time stands still meanwhile, nearly."""
        self.wait_for_news(lambda: bool(self.line.met), each=0)
        self.show("发送箱")
        self.page.get_by_role("main").get_by_role("listitem").first.wait_for()
        self.page.locator("main button:disabled").wait_for(state="detached")

    def wait_for_news(self, happened: Callable[[], bool], *, each: float = 60) -> None:
        """Let the phone's time pass, `each` seconds at a go, until something has happened."""
        until = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < until, self.page.locator("body").inner_text()
            if each:
                self.wait(each)
            self.page.wait_for_timeout(200)

    def files(self, settings: Settings) -> dict[str, bytes]:
        """Every file of the server, by its name."""
        store = FileStore(settings.data_dir / "files")
        with self.database.read(SYSTEM) as reading:
            rows = reading.session.scalars(sa.select(Attachment)).all()
            return {row.name: store.path(row.sha256).read_bytes() for row in rows}

    def arrived(self) -> list[Submission]:
        """Every submission of the server, in the order of arrival."""
        with self.database.read(SYSTEM) as reading:
            return list(reading.session.scalars(sa.select(Submission).order_by(Submission.id)))


@contextmanager
def in_hand(
    visit: Callable[..., Visitor], database: Database, settings: Settings, **more: object
) -> Iterator[Handset]:
    """A phone whose clock can be moved, on a fickle line to a server with `more` settings."""
    with answering(settings.model_copy(update=more)) as server, fickle_line(server) as line:
        visitor = visit(line.url, viewport=HAND)
        visitor.page.clock.install(time=dt.datetime.now(dt.UTC))
        yield Handset(visitor, line, database)
