"""What a scenario did, written down as it was done: the figures of the pages are counted again from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.conftest import Clock
from tests.factories import SHANGHAI

_A_DEED_TAKES = dt.timedelta(minutes=1)
_LEVELS = ("grid", "village", "township", "county")
_LOW = 2
_TO_REGISTER = dt.timedelta(days=1)


@dataclass(frozen=True)
class Deed:
    """One act: when, by whom, what, by which rule, and what was entered."""

    at: dt.datetime
    who: str
    act: str
    rule: str
    entered: Mapping[str, Any]

    @property
    def day(self) -> dt.date:
        """The day in Shanghai."""
        return self.at.astimezone(SHANGHAI).date()


@dataclass
class Matter:
    """诉求: the address of its page, its number, what was done to it, and where that has brought it.

    `first_due` is the day first promised or allowed, as the story works it out by hand; `level` the highest that
    handled it; `put_off` says that it waits, with the level above's word. `resolved` and `told` are days, `stars` the reporter's own since he was told.
    """

    path: str
    number: str
    text: str = ""
    deeds: list[Deed] = field(default_factory=list)
    received: dt.date | None = None
    class_: str | None = None
    first_due: dt.date | None = None
    level: str | None = None
    resolved: dt.date | None = None
    outcome: str | None = None
    told: dt.date | None = None
    stars: int | None = None
    proxy_stars: int | None = None
    reachable: bool = True
    ended: bool = False
    merged_into: Matter | None = None
    put_off: bool = False

    @property
    def left_the_count(self) -> bool:
        """Whether it was not the village's to resolve after all (METRICS C7)."""
        return self.outcome in ("withdrawn", "referred") or (self.outcome == "rejected" and self.ended)

    @property
    def due(self) -> dt.date | None:
        """The day by which something has to happen while it is open: its own date, else the desk's; None while put off."""
        if self.put_off or self.received is None:
            return None
        return self.first_due or self.received + _TO_REGISTER

    def count(self, act: str) -> int:
        """How often something was done to it."""
        return sum(deed.act == act for deed in self.deeds)

    def handled_at(self, level: str) -> None:
        """Somebody of a level has it in hand."""
        self.level = max(level, self.level or level, key=_LEVELS.index)

    def stayed_within(self, level: str) -> bool:
        """Whether nobody above a level ever had it in hand."""
        return self.level is not None and _LEVELS.index(self.level) <= _LEVELS.index(level)

    def takes(self, deed: Deed) -> None:
        """Write down a deed, and what it changes."""
        self.deeds.append(deed)
        change = _CHANGES.get(deed.act)
        if change is not None:
            change(self, deed)

    def was_resolved(self, deed: Deed, outcome: str) -> None:
        """It was settled by a deed; whoever reported it has not been told yet."""
        self.resolved, self.outcome = deed.day, outcome
        self.told = self.stars = self.proxy_stars = None

    def goes_on(self) -> None:
        """It is not settled after all."""
        self.resolved = self.outcome = self.told = None
        self.ended = False


def _taken_in(matter: Matter, deed: Deed) -> None:
    matter.received = deed.day
    matter.reachable = deed.entered.get("reporter_kind") != "不留姓名"
    if deed.entered.get("answer") == "当场答复清楚":
        matter.was_resolved(deed, "answered")


def _classified(matter: Matter, deed: Deed) -> None:
    matter.class_ = str(deed.entered["category"])


def _assigned(matter: Matter, deed: Deed) -> None:
    deadline = deed.entered.get("deadline")
    if matter.first_due is None and deadline:
        matter.first_due = dt.date.fromisoformat(str(deadline))


def _approved(matter: Matter, deed: Deed) -> None:
    asked = [each.entered["request"] for each in matter.deeds if each.act == "ask"][-1]
    matter.put_off = asked == "暂缓"
    if asked == "解释说明":
        matter.was_resolved(deed, "explained")


def _told(matter: Matter, deed: Deed) -> None:
    if matter.reachable:
        matter.told, matter.stars, matter.proxy_stars = deed.day, None, None
    else:
        matter.ended = True


def _rated(matter: Matter, deed: Deed) -> None:
    stars = int(str(deed.entered["stars"]))
    if deed.who != "居民":
        matter.proxy_stars = stars
    else:
        matter.stars, matter.proxy_stars = stars, None
    matter.ended = True
    if stars <= _LOW and matter.count("rework") == 0:
        matter.goes_on()
        matter.deeds.append(Deed(deed.at, "", "rework", "", {}))


def _checked(matter: Matter, deed: Deed) -> None:
    if deed.entered["step"] != "已经办好":
        matter.goes_on()


def _appeal_decided(matter: Matter, deed: Deed) -> None:
    if "应当受理" in str(deed.entered["upheld"]):
        matter.goes_on()
    else:
        matter.ended = matter.told is not None


def _reopened(matter: Matter, deed: Deed) -> None:
    matter.goes_on()


def _ends(outcome: str | None = None) -> Callable[[Matter, Deed], None]:
    def change(matter: Matter, deed: Deed) -> None:
        if outcome is not None:
            matter.was_resolved(deed, outcome)
        matter.ended = True

    return change


_CHANGES: Mapping[str, Callable[[Matter, Deed], None]] = {
    "take_in": _taken_in,
    "classify": _classified,
    "assign": _assigned,
    "approve": _approved,
    "finish": lambda matter, deed: matter.was_resolved(deed, "done"),
    "mend": _ends("fixed"),
    "explain": lambda matter, deed: matter.was_resolved(deed, "explained"),
    "reject": lambda matter, deed: matter.was_resolved(deed, "rejected"),
    "refer": _ends("referred"),
    "withdraw": _ends("withdrawn"),
    "feed_back": _told,
    "rate": _rated,
    "check": _checked,
    "decide_appeal": _appeal_decided,
    "reopen": _reopened,
    "end": _ends(),
}


@dataclass
class Diary:
    """Every deed of a scenario, and the matters they were about."""

    clock: Clock
    deeds: list[Deed] = field(default_factory=list)
    matters: dict[str, Matter] = field(default_factory=dict)

    @property
    def rules(self) -> set[str]:
        """The rules by which something was done."""
        return {rule for deed in self.deeds for rule in deed.rule.split()}

    def telephone(self, text: str) -> str:
        """The telephone of whoever reports a text: each has his own."""
        return f"139{sum(map(ord, text)) * 31 % 100_000_000:08d}"

    def matter(self, path: str, *, number: str, text: str) -> Matter:
        """The matter of a page."""
        return self.matters.setdefault(path, Matter(path, number, text))

    def notes(self, who: str, act: str, rule: str, /, **entered: Any) -> Deed:
        """Write down a deed, which took its time."""
        deed = Deed(self.clock.now, who, act, rule, entered)
        self.deeds.append(deed)
        self.clock.now += _A_DEED_TAKES
        return deed

    def writes(self, matter: Matter, who: str, act: str, rule: str, /, **entered: Any) -> None:
        """Write down a deed about a matter."""
        matter.takes(self.notes(who, act, rule, **entered))
