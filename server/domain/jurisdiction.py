"""行政区划: what a division code says by itself.

Codes have 4 (city), 6 (county), 9 (township), 12 (village) or 15 (grid) digits and nest by prefix
(STANDARDS 2.1, 2.2). Which codes exist, and since when, is data; what a code means is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise

from server.domain.problems import Invalid


class Level(StrEnum):
    """A level of the division code, from the widest to the narrowest."""

    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    GRID = "grid"

    @property
    def digits(self) -> int:
        """How many digits a code of this level has."""
        return _DIGITS[self]

    @property
    def label(self) -> str:
        """The level as users read it."""
        return _LABELS[self]


_DIGITS = {Level.CITY: 4, Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12, Level.GRID: 15}
_LABELS = {
    Level.CITY: "市",
    Level.COUNTY: "县（区）",
    Level.TOWNSHIP: "乡镇（街道）",
    Level.VILLAGE: "村（社区）",
    Level.GRID: "网格",
}
_LEVEL_BY_DIGITS = {digits: level for level, digits in _DIGITS.items()}
_DIGITS_ONLY = re.compile(r"[0-9]+")
_HIGHEST_TOWNSHIP = 599  # 001–099 街道, 100–199 镇, 200–399 乡, 400–599 类乡级单位


def validate(code: str, level: Level | None = None) -> str:
    """Return `code` if it is a well-formed division code (of `level`, where one is named).

    A code padded with zeros ("500233000000") is refused: it would name a village where a county is meant.
    Raises Invalid("jurisdiction.malformed") or Invalid("jurisdiction.wrong_level").
    """
    if not _DIGITS_ONLY.fullmatch(code) or not code.isascii() or len(code) not in _LEVEL_BY_DIGITS:
        raise Invalid("jurisdiction.malformed", division=code)
    if any(set(part) == {"0"} for part in _parts(code)):
        raise Invalid("jurisdiction.malformed", division=code)
    if len(code) >= Level.TOWNSHIP.digits and int(code[6:9]) > _HIGHEST_TOWNSHIP:
        raise Invalid("jurisdiction.malformed", division=code)
    if level is not None and level_of(code) is not level:
        raise Invalid("jurisdiction.wrong_level", division=code, expected=level.value)
    return code


def level_of(code: str) -> Level:
    """Say which level `code` belongs to; raises Invalid("jurisdiction.malformed") for any other length."""
    try:
        return _LEVEL_BY_DIGITS[len(code)]
    except KeyError:
        raise Invalid("jurisdiction.malformed", division=code) from None


def parent_of(code: str) -> str | None:
    """Return the code one level up, None for a city."""
    level = level_of(code)
    if level is Level.CITY:
        return None
    levels = list(Level)
    return code[: levels[levels.index(level) - 1].digits]


def ancestor_at(code: str, level: Level) -> str:
    """Return the division of `level` that `code` lies in, itself included.

    Raises Invalid("jurisdiction.wrong_level") when `code` is wider than `level`.
    """
    if level_of(code).digits < level.digits:
        raise Invalid("jurisdiction.wrong_level", division=code, expected=level.value)
    return code[: level.digits]


def around(codes: Iterable[str]) -> str | None:
    """Return the narrowest division that holds all of `codes`; None where not even a city does, or without any."""
    first, *others = [*codes] or [""]
    for level in reversed(Level):
        code = first[: level.digits]
        if len(code) == level.digits and all(contains(code, other) for other in others):
            return code
    return None


def contains(outer: str, inner: str) -> bool:
    """Say whether the division `inner` is `outer` or lies within it."""
    return inner.startswith(outer)


def _parts(code: str) -> list[str]:
    cuts = [0, 2, *(digits for digits in _LEVEL_BY_DIGITS if digits <= len(code))]
    return [code[start:end] for start, end in pairwise(cuts)]
