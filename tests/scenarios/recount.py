"""METRICS C counted again, from what the diary says was done; nothing here reads a page or a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from tests.factories import VILLAGE
from tests.scenarios.diary import Deed, Matter

Share = tuple[int, int]
"""n of d."""

HOLIDAYS = {dt.date(2026, 9, day) for day in (25, 26, 27)} | {dt.date(2026, 10, day) for day in range(1, 8)}
MADE_UP = {dt.date(2026, 9, 20), dt.date(2026, 10, 10)}
LEVELS = ("grid", "village", "township")


def is_workday(day: dt.date) -> bool:
    """Whether people work on a day of this autumn (the State Council's list)."""
    return day in MADE_UP or (day.weekday() < 5 and day not in HOLIDAYS)


def workdays_after(day: dt.date, number: int) -> dt.date:
    """The `number`-th working day after a day (METRICS C, "Due date")."""
    while number:
        day += dt.timedelta(days=1)
        number -= is_workday(day)
    return day


def due_soon(matters: Iterable[Matter], *, as_of: dt.date) -> set[str]:
    """C4: the numbers of what is open and due by the end of the next working day, and not over already."""
    return {
        each.number
        for each in matters
        if each.resolved is None
        and each.merged_into is None
        and each.due is not None
        and as_of <= each.due <= workdays_after(as_of, 1)
    }


def share(rows: Iterable[Matter], rule: Callable[[Matter], bool]) -> Share:
    """How many of some matters a rule holds for."""
    found = list(rows)
    return sum(map(rule, found)), len(found)


class Month:
    """The figures of a month, by the keys of the page, of matters as they stand on the day `as_of`."""

    def __init__(self, matters: Iterable[Matter], month: int, *, as_of: dt.date) -> None:
        reports = list(matters)
        self.masters = [each for each in reports if each.merged_into is None]
        self.following = [each for each in reports if each.merged_into is not None]
        self.month, self.as_of = month, as_of
        self.received = self._in(lambda matter: matter.received)

    def figures(self) -> dict[str, Share]:
        """C6 to C12, C12 of the one village of the story."""
        return {
            "C6": share(
                self._due(), lambda each: each.resolved is not None and each.resolved <= each.first_due
            ),  # type: ignore[operator]
            "C7": share(self._cohort(), lambda each: each.outcome in ("done", "fixed", "answered")),
            "C8": share(self._owed_a_word(), lambda each: each.told is not None),
            "C9": share(self._asked(), lambda each: each.stars is not None),
            "C9-satisfied": share(self._rated(), lambda each: (each.stars or 0) >= 4),
            "C9-satisfied-asked": share(self._asked(), lambda each: (each.stars or 0) >= 4),
            "C10": self._returned(),
            **{
                f"C11-{class_ or 'NONE'}-{level}": share(
                    [each for each in self._in(lambda matter: matter.resolved) if each.class_ == class_],
                    lambda each, level=level: each.stayed_within(level),  # type: ignore[misc]
                )
                for class_ in ("PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT", None)
                for level in LEVELS
            },
            f"C12-private-{VILLAGE}": share(self.received, lambda each: each.class_ == "PRIVATE"),
            f"C12-rejected-{VILLAGE}": share(self.received, lambda each: each.outcome == "rejected"),
            f"C12-suspended-{VILLAGE}": share(self.received, lambda each: each.put_off),
        }

    def apart(self) -> dict[str, int]:
        """What stands beside them as a number of its own."""
        low, _ = share(self._rated(), lambda each: (each.stars or 9) <= 2)
        proxy, _ = share(self._asked(), lambda each: each.proxy_stars is not None)
        twice, _ = share(self._came_back(), lambda each: each.count("return_order") >= 2)
        return {"C9-low": low, "C9-proxy": proxy, "C10-twice": twice}

    def _in(self, day_of: Callable[[Matter], dt.date | None]) -> list[Matter]:
        return [
            each for each in self.masters if (day := day_of(each)) is not None and day.month == self.month
        ]

    def _due(self) -> list[Matter]:
        due = self._in(lambda matter: matter.first_due)
        return [each for each in due if each.class_ != "PRIVATE" and each.first_due < self.as_of]  # type: ignore[operator]

    def _cohort(self) -> list[Matter]:
        return [each for each in self.received if not each.left_the_count]

    def _owed_a_word(self) -> list[Matter]:
        return [each for each in self.received if each.reachable and (each.ended or self._waits_long(each))]

    def _waits_long(self, matter: Matter) -> bool:
        return matter.resolved is not None and workdays_after(matter.resolved, 1) < self.as_of

    def _asked(self) -> list[Matter]:
        told = self._in(lambda matter: matter.told)
        with_them = [each for each in self.following if any(each.merged_into is master for master in told)]
        return [each for each in (*told, *with_them) if each.reachable]

    def _rated(self) -> list[Matter]:
        return [each for each in self._asked() if each.stars is not None]

    def _of_the_month(self, *acts: str) -> Sequence[tuple[Matter, Deed]]:
        return [
            (matter, deed)
            for matter in self.masters
            for deed in matter.deeds
            if deed.act in acts and deed.day.month == self.month
        ]

    def _returned(self) -> Share:
        return len(self._of_the_month("return_order")), len(self._of_the_month("assign", "transfer", "claim"))

    def _came_back(self) -> list[Matter]:
        found = {matter.path: matter for matter, _ in self._of_the_month("return_order")}
        return list(found.values())
