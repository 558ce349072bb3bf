"""What leaves the phone of a photo: small, upright, silent about the camera, its strip below the picture."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from server.database import Database
from server.settings import Settings
from tests.browser.conftest import Visitor
from tests.browser.handsets import CAMERA, Handset, exif, in_hand
from tests.factories import County

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

RED, GREEN, DARK = (255, 0, 0), (0, 255, 0), (23, 32, 42)


@dataclass
class Looked:
    """A photo looked at: its size, and colours down its middle at given shares of its height."""

    width: int
    height: int
    colours: list[tuple[int, int, int]]

    def is_like(self, *colours: tuple[int, int, int]) -> bool:
        pairs = zip(self.colours, colours, strict=True)
        return all(
            abs(one - other) < 70 for seen, meant in pairs for one, other in zip(seen, meant, strict=True)
        )


def look(page: Page, jpeg: bytes, *shares: float) -> Looked:
    """Draw a photo and read its right edge, where a strip has no letters."""
    seen = page.evaluate(
        """async ({ data, shares }) => {
            const picture = new Image()
            picture.src = `data:image/jpeg;base64,${data}`
            await picture.decode()
            const { naturalWidth: width, naturalHeight: height } = picture
            const canvas = document.createElement('canvas')
            Object.assign(canvas, { width, height })
            const brush = canvas.getContext('2d')
            brush.drawImage(picture, 0, 0)
            const at = (share) => [...brush.getImageData(width - 4, Math.floor(share * (height - 1)), 1, 1).data]
            return { width, height, colours: shares.map((share) => at(share).slice(0, 3)) }
        }""",
        {"data": base64.b64encode(jpeg).decode(), "shares": shares},
    )
    return Looked(**seen)


def sent(handset: Handset, settings: Settings) -> bytes:
    """Take a photo of a finding, send the patrol, and read what the server stored."""
    handset.tap("开始巡查")
    handset.choose("有发现")
    handset.choose("环境卫生")
    handset.photograph()
    handset.tap("填好了，发送")
    handset.wait_for_news(lambda: len(handset.files(settings)) == 1)
    (stored,) = handset.files(settings).values()
    return stored


def test_a_photo_leaves_small_upright_and_silent_with_its_strip_below(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> None:
    with in_hand(visit, database, settings) as handset:
        handset.open(county.keys["worker"])
        stored = sent(handset, settings)
        seen = look(handset.page, stored, 0.02, 0.4, 0.6, 0.9, 0.995)
    assert len(stored) <= 300_000
    assert b"Exif" not in stored
    assert CAMERA[:8] not in stored
    assert (seen.height, seen.width < 1200) == (1600, True)
    assert seen.is_like(RED, RED, GREEN, GREEN, DARK), seen


def test_a_county_may_keep_what_the_camera_wrote_and_leave_out_the_strip(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> None:
    with in_hand(visit, database, settings, phone_keep_exif=True, phone_photo_strip=False) as handset:
        handset.open(county.keys["worker"])
        stored = sent(handset, settings)
        seen = look(handset.page, stored, 0.02, 0.995)
    assert stored.startswith(b"\xff\xd8" + exif(orientation=1))
    assert (seen.width, seen.height) == (1200, 1600)
    assert seen.is_like(RED, GREEN), seen
