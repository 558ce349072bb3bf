"""热点的编号和状态: when what concentrates today is what concentrated yesterday (METRICS H2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

Cases = AbstractSet[UUID]

FADED_DAYS = 28
"""How long a hot spot that is one no more is still shown as 消退."""

_NEW_DAYS = 7


def carried_on(today: Sequence[Cases], before: Mapping[int, Cases]) -> list[int | None]:
    """Return for each hot spot of today the number it keeps, None where it is a new one.

    `before` are those of the day before, by number. A number is kept where at least half of today's cases are those
    of the day before. Each is given once: where several could have it, to the one with the most of its cases, then
    the lower number, then the earlier of `today`.
    """
    candidates = sorted(
        (-shared, number, position)
        for position, cases in enumerate(today)
        for number, earlier in before.items()
        if (shared := len(cases & earlier)) * 2 >= len(cases) and shared
    )
    kept: list[int | None] = [None] * len(today)
    for _, number, position in candidates:
        if kept[position] is None and number not in kept:
            kept[position] = number
    return kept


def is_new(first_day: dt.date | None, *, today: dt.date) -> bool:
    """Say whether a hot spot is 新出现: there for less than a week; None where no night has numbered it yet."""
    return first_day is None or (today - first_day).days < _NEW_DAYS


def state_words(first_day: dt.date | None, *, today: dt.date) -> str:
    """Return 新出现, or 持续 k 周 from the first whole week on."""
    if first_day is None or is_new(first_day, today=today):
        return "新出现"
    return f"持续 {(today - first_day).days // _NEW_DAYS} 周"
