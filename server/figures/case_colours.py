"""诉求的颜色: what the points of the map are coloured by; their shapes stay those of the classes (METRICS C, "Switch")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from server.domain.demand_clock import AGE_BANDS, age_band
from server.domain.demand_states import Group
from server.figures.case_words import kinds
from server.figures.open_cases import Case

ColouredBy = Literal["age", "group", "kind", "level"]
MIXED = "#ffffff"
"""A cluster of several colours; by age it takes the colour of its oldest instead."""

_GROUP_COLOURS = {
    Group.TO_REGISTER: "#e69f00",
    Group.TO_ASSIGN: "#f0e442",
    Group.IN_HAND: "#0072b2",
    Group.TO_REPORT_BACK: "#009e73",
    Group.ENDED: "#bdbdbd",
}
_LEVELS = {
    "": ("还没派人", "#ffffff"),
    "grid": ("网格", "#56b4e9"),
    "village": ("村（社区）", "#009e73"),
    "township": ("乡镇（街道）", "#f0e442"),
    "county": ("县", "#d55e00"),
}
# Kelly's colours of greatest contrast, one for each kind of the form in its order.
_KIND_COLOURS = (
    "#f3c300", "#875692", "#f38400", "#be0032", "#654522", "#a1caf1", "#e68fac",
    "#0067a5", "#008856", "#b3446c", "#604e97", "#8db600", "#c2b280", "#848482",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Colouring:
    """A way to colour: `legend` is {key: (words, colour "#rrggbb")} in the order shown, `key_of` a case's key."""

    words: str
    legend: Mapping[str, tuple[str, str]]
    key_of: Callable[[Case], str]

    def colour_of(self, case: Case) -> str:
        """The colour of a case's symbol."""
        return self.legend[self.key_of(case)][1]


@cache
def colourings() -> Mapping[ColouredBy, Colouring]:
    """The ways to colour, the first being the one nobody has to ask for."""
    return {
        "age": Colouring(
            words="件龄",
            legend={band.label: (band.label, band.colour) for band in AGE_BANDS},
            key_of=lambda case: age_band(case.age).label,
        ),
        "group": Colouring(
            words="状态",
            legend={group.value: (group.label, colour) for group, colour in _GROUP_COLOURS.items()},
            key_of=lambda case: case.group or "",
        ),
        "kind": Colouring(
            words="哪方面",
            legend={
                code: (words, colour)
                for (code, words), colour in zip(kinds().items(), _KIND_COLOURS, strict=True)
            },
            key_of=lambda case: case.demand.kind,
        ),
        "level": Colouring(words="哪一级在办", legend=_LEVELS, key_of=lambda case: case.demand.level or ""),
    }
