"""A meeting as its secretary carries it on: called, posted, held, and what was voted about each matter (JJ-20 to JJ-22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.scenarios.browsing import Refused, Value
from tests.scenarios.diary import Matter
from tests.scenarios.people import Person


@dataclass
class Meeting:
    """A meeting that has been called; `path` is its page."""

    secretary: Person
    path: str

    def posts(self, rule: str) -> None:
        """公示议题."""
        self._send("/post")
        self.secretary.diary.notes(self.secretary.name, "post_agenda", rule)

    def holds(self, rule: str, *, attendance: Sequence[str], minutes: str) -> None:
        """开会."""
        self._send("/hold", attendance="\n".join(attendance), minutes=minutes)
        self.secretary.diary.notes(self.secretary.name, "hold", rule)

    def is_not_held_yet(self) -> str:
        """What is said to somebody who writes down a meeting before its day."""
        try:
            self._send("/hold", attendance="某人", minutes="还没开")
        except Refused as refusal:
            return str(refusal)
        raise AssertionError("it was held before its day")

    def resolves(self, matter: Matter, rule: str, /, **entered: Value) -> None:
        """表决 about one matter of its agenda."""
        page = self.secretary.opens(self.path)
        (topic,) = page.xpath(f"//li[.//a[contains(@href, '{matter.path}')]]")
        self.secretary.browser.sends(topic, "", **entered)
        self.secretary.diary.writes(matter, self.secretary.name, "resolve", rule, **entered)
        if entered.get("to"):
            self.secretary.diary.writes(matter, self.secretary.name, "assign", rule, **entered)

    def _send(self, to: str, **entered: Value) -> None:
        self.secretary.browser.sends(self.secretary.opens(self.path), to, **entered)


def call(secretary: Person, kind: str, rule: str, *matters: Matter, **entered: Value) -> Meeting:
    """召集 a meeting of a kind by its name, about some matters and no others."""
    page = secretary.opens("/meetings")
    (section,) = page.xpath(f"//section[.//h2[normalize-space()='召集{kind}']]")
    chosen = [matter.path.rpartition("/")[2] for matter in matters]
    secretary.browser.sends(section, "/meetings", demands=chosen, **entered)
    secretary.diary.notes(secretary.name, "call", rule)
    return Meeting(secretary, secretary.browser.landed)
