"""A worker's phone through one day: a browser with a profile of its own that can be killed, and what it keeps."""

from __future__ import annotations

import hashlib
import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Locator, Page, Playwright

from tests.browser.conftest import ARGUMENTS, HAND

_NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
_LATIN = re.compile(r"[A-Za-z]{2,}")
_KEPT_FILES = """async () => {
  const db = await new Promise((done, fail) => {
    const asked = indexedDB.open('wangge-phone')
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => fail(asked.error)
  })
  const all = (name) => new Promise((done) => {
    const asked = db.transaction(name).objectStore(name).getAll()
    asked.onsuccess = () => done(asked.result)
  })
  const records = (await all('records')).map(({ id, state }) => ({ id, state }))
  const files = []
  for (const file of await all('files')) {
    const bytes = [...new Uint8Array(await file.blob.arrayBuffer())]
    files.push({ name: file.name, bytes })
  }
  const drafts = (await all('drafts')).length
  db.close()
  return { records, files, drafts }
}"""


class Killed(Exception):
    """The browser was killed at this moment."""


@dataclass
class Kept:
    """What lies on the phone: each record's state by instanceID, each file's hash by name, the number of drafts."""

    records: dict[str, str]
    files: dict[str, str]
    drafts: int


@dataclass
class WorkingDay:
    """One phone at 390×844. `moments` are the moments at which its browser is killed, counted from the morning."""

    playwright: Playwright
    profile: Path
    url: str
    moments: set[int]
    position: dict[str, float]
    faults: list[str] = field(default_factory=list)
    passed: int = 0
    kills: int = 0
    offline: bool = False
    _context: BrowserContext | None = None

    @property
    def page(self) -> Page:
        assert self._context is not None
        return self._context.pages[0]

    def start(self, fragment: str = "") -> None:
        """Open the browser and in it the client."""
        self._context = self.playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=os.environ["WANGGE_TEST_CHROMIUM"],
            args=[*ARGUMENTS, _NOWHERE_ELSE],
            viewport=HAND,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=True,
            is_mobile=True,
            geolocation=self.position,  # type: ignore[arg-type]
            permissions=["geolocation"],
        )
        self._context.set_offline(self.offline)
        self._context.on("request", lambda request: self._note_host(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.goto(f"{self.url}/w/{fragment}")
        self.page.get_by_role("heading", name="今日巡查").wait_for()

    def stop(self) -> None:
        """Close the browser as a person does."""
        if self._context is not None:
            self._context.close()
            self._context = None

    def go_offline(self, offline: bool = True) -> None:
        """Into the valley, or out of it."""
        assert self._context is not None
        self.offline = offline
        self._context.set_offline(offline)

    def walk_to(self, position: dict[str, float]) -> None:
        """Stand somewhere else."""
        assert self._context is not None
        self.position = position
        self._context.set_geolocation(position)  # type: ignore[arg-type]

    def moment(self) -> None:
        """A moment at which the browser may be killed. Raises Killed."""
        self.look()
        self.passed += 1
        if self.passed in self.moments:
            self._kill()
            raise Killed

    def look(self) -> None:
        """Read the screen: no word on it is Latin."""
        self.faults += [f"English: {word}" for word in _LATIN.findall(self.page.locator("body").inner_text())]

    def tap(self, words: str, *, within: Locator | None = None) -> None:
        """Tap the answer that bears these words."""
        option = (within or self.page.locator("body")).locator("label.value-option")
        option.filter(has_text=re.compile(f"^{re.escape(words)}$")).first.click()

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Tap a button."""
        (within or self.page.locator("body")).get_by_role("button", name=name, exact=True).first.click()

    def tick(self, words: str) -> None:
        """Tick a box; ticked already, it stays so."""
        box = self.page.get_by_role("checkbox", name=words, exact=True)
        box.check()

    def photograph(self, photo: bytes, *, within: Locator) -> None:
        """Take a photo with the camera of the phone."""
        with self.page.expect_file_chooser() as choosing:
            self.press("拍照", within=within)
        choosing.value.set_files([{"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo}])
        within.locator("img").first.wait_for()

    def turn_to(self, screen: str) -> None:
        """Tap a tab of the bar at the bottom; it may bear a number too."""
        self.page.locator("nav button", has_text=screen).click()

    def home(self) -> None:
        """Back to the first page."""
        self.turn_to("首页")
        self.page.get_by_role("heading", name="今日巡查").wait_for()

    def kept(self) -> Kept:
        """What the phone keeps."""
        said: dict[str, Any] = self.page.evaluate(_KEPT_FILES)
        return Kept(
            {each["id"]: each["state"] for each in said["records"]},
            {each["name"]: hashlib.sha256(bytes(each["bytes"])).hexdigest() for each in said["files"]},
            said["drafts"],
        )

    def finish(self) -> None:
        """填好了，发送."""
        self.press("填好了，发送")
        self.page.get_by_role("heading", name="今日巡查").wait_for()

    def do(self, task: Callable[[WorkingDay, bool], None]) -> None:
        """Do something that makes one record; killed in the midst of it, go on where the phone was."""
        before = set(self.kept().records)
        resumed = False
        while True:
            try:
                task(self, resumed)
                break
            except Killed:
                self.start()
                kept = self.kept()
                if set(kept.records) - before:
                    break  # it had been kept already
                resumed = kept.drafts > 0
        assert len(set(self.kept().records) - before) == 1

    def open_draft(self) -> None:
        """Open what was not finished."""
        self.page.locator('section[aria-label="没填完的"] li button').first.click()
        self.page.get_by_role("button", name="填好了，发送").wait_for()

    def _kill(self) -> None:
        for pid in _processes_of(self.profile):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self._context is not None
        with suppress(Error):
            self._context.close()
        until = time.monotonic() + 10
        while list(_processes_of(self.profile)) and time.monotonic() < until:
            time.sleep(0.05)
        self.kills += 1

    def _note_host(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:", "chrome")):
            self.faults.append(f"another host was asked: {url}")


def _processes_of(profile: Path) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):
            if str(profile).encode() in (folder / "cmdline").read_bytes():
                yield int(folder.name)


def random_moments(seed: int, *, number: int, among: int) -> set[int]:
    """When the browser is killed; the seed is printed by pytest with a failure."""
    return set(random.Random(seed).sample(range(3, among), number))


def photographs(page: Page, number: int) -> list[bytes]:
    """Photos of some 300 kB that differ, made by the browser itself."""
    made = page.evaluate(
        """async (number) => Promise.all([...Array(number).keys()].map(async (n) => {
          const canvas = new OffscreenCanvas(1600, 1200)
          const pen = canvas.getContext('2d')
          for (let i = 0; i < 4000; i++) {
            pen.fillStyle = `hsl(${(i * 37 + n * 101) % 360} 60% ${20 + (i * 13) % 60}%)`
            pen.fillRect((i * 97 + n * 31) % 1600, (i * 61) % 1200, 40, 30)
          }
          const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
          return [...new Uint8Array(await blob.arrayBuffer())]
        }))""",
        number,
    )
    return [bytes(each) for each in made]
