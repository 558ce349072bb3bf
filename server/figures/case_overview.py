"""诉求总览: the numbers above and beside the list of open cases. Each is a filter, so that it opens into its rows (METRICS C)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gis.hotspots import Hotspot
from server.domain.demand_states import Group
from server.domain.permissions import Permission
from server.figures import areas, hot_places
from server.figures.open_cases import counts, moments
from server.storage import case_counts, jurisdictions
from server.storage.case_filter import UNRESOLVED_GROUPS, CaseFilter, OnMap, Timing
from server.work import Reading

OLD_DAYS_BAND = 4
"""The band of cases older than 30 days, which the township looks at first."""
FEW = 5
"""Below this a count of PRIVATE matters is 「少量」 to whoever may not read them."""

Tone = Literal["calm", "watch", "act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A number and the filter whose rows it counts; without a filter it counts places of 多人反映."""

    words: str
    number: int
    unit: str
    wanted: CaseFilter | None
    tone: Tone


@dataclass(frozen=True, slots=True)
class OffMap:
    """How many wanted demands are no point: without a place, and not classified so far (PRIVATE is in neither)."""

    no_place: int
    not_classified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The cards, how many demands are wanted in all, and how many of them the map cannot show."""

    cards: list[Card]
    total: int
    off_map: OffMap


@dataclass(frozen=True, slots=True)
class Villages:
    """What villages have not settled: (code, name, number) of the overdue, most first; (code, name, words) of PRIVATE ones."""

    overdue: list[tuple[str, str, int]]
    private: list[tuple[str, str, str]]


def overview(
    reading: Reading, wanted: CaseFilter, area: str | None = None, *, hot: Sequence[Hotspot]
) -> Overview:
    """Everything counted on the page of a list, counted at once; `hot` are the places of 多人反映 found there.

    Raises Forbidden for another's own list.
    """
    of_cards = _inside(_questions(reading), area)
    everywhere = replace(wanted, on_map=None)
    off_map = [replace(everywhere, on_map=each) for each in (OnMap.NO_PLACE, OnMap.NOT_CLASSIFIED)]
    *of_each, total, no_place, not_classified = counts(reading, [*of_cards, wanted, *off_map])
    return Overview(
        cards=_cards(reading, of_cards, of_each, hot=hot),
        total=total,
        off_map=OffMap(no_place=no_place, not_classified=not_classified),
    )


def cards(reading: Reading) -> list[Card]:
    """The cards of whoever reads: the village's own work, or what the township and county look at first."""
    asked = _inside(_questions(reading), None)
    hot = () if _works_in_village(reading) else hot_places.found(reading)
    return _cards(reading, asked, counts(reading, asked), hot=hot)


def villages(reading: Reading, area: str | None = None) -> Villages:
    """Which villages have overdue demands, and which PRIVATE ones: those are counted for everybody, but not for all exactly.

    Raises NotFound("jurisdiction.unknown") outside the reader's scope.
    """
    scope = areas.narrowed(reading.actor.scope, area)
    found = case_counts.unsettled_by_village(reading.session, area, scope=scope, moments=moments(reading))
    names = jurisdictions.names(reading.session, sorted(found))
    overdue = [(code, names.get(code, code), each.overdue) for code, each in found.items() if each.overdue]
    return Villages(
        overdue=sorted(overdue, key=lambda each: (-each[2], each[0])),
        private=[
            (code, names.get(code, code), private_words(reading, code, each.private))
            for code, each in sorted(found.items())
            if each.private
        ],
    )


def private_words(reading: Reading, code: str, number: int) -> str:
    """How many PRIVATE matters a village has: exactly only for who may read them."""
    return f"{number} 件" if reading.actor.scope.covers(code, private=True) else few(number)


def few(number: int) -> str:
    """A count of PRIVATE matters for whoever may not read them: 「少量」 below FEW."""
    return f"{number} 件" if number >= FEW else "少量"


_UNRESOLVED = CaseFilter(groups=UNRESOLVED_GROUPS)
_OVERDUE = CaseFilter(timing=Timing.OVERDUE)
_STALLED = CaseFilter(timing=Timing.STALLED)
_Question = tuple[str, CaseFilter, Tone]
_OF_A_VILLAGE: Sequence[_Question] = (
    ("待登记", CaseFilter(groups=(Group.TO_REGISTER,)), "watch"),
    ("待分派", CaseFilter(groups=(Group.TO_ASSIGN,)), "watch"),
    ("今天到期", CaseFilter(timing=Timing.DUE_TODAY), "watch"),
    ("超期", _OVERDUE, "act"),
    ("待回复", CaseFilter(groups=(Group.TO_REPORT_BACK,)), "watch"),
    ("停滞", _STALLED, "act"),
)
_FROM_ABOVE: Sequence[_Question] = (
    ("未解决", _UNRESOLVED, "calm"),
    ("超期", _OVERDUE, "act"),
    ("村里办不了、等定", replace(_UNRESOLVED, asked_upward=True), "act"),
    ("超过 30 天", replace(_UNRESOLVED, age_band=OLD_DAYS_BAND), "act"),
    ("停滞", _STALLED, "watch"),
)
"""What a card says, the rows it counts, and how it looks while there are any."""


def _questions(reading: Reading) -> Sequence[_Question]:
    return _OF_A_VILLAGE if _works_in_village(reading) else _FROM_ABOVE


def _works_in_village(reading: Reading) -> bool:
    return reading.actor.may(Permission.SEE_NAMES)


def _inside(questions: Sequence[_Question], area: str | None) -> list[CaseFilter]:
    return [replace(wanted, area=area) for _, wanted, _ in questions]


def _cards(
    reading: Reading, asked: Sequence[CaseFilter], numbers: Sequence[int], *, hot: Sequence[Hotspot]
) -> list[Card]:
    found = [
        Card(words=words, number=number, unit="件", wanted=wanted, tone=tone if number else "calm")
        for (words, _, tone), wanted, number in zip(_questions(reading), asked, numbers, strict=True)
    ]
    if _works_in_village(reading):
        return found
    tone: Tone = "watch" if hot else "calm"
    return [*found, Card(words="多人反映", number=len(hot), unit="处", wanted=None, tone=tone)]
