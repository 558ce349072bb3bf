"""The style sheet draws every level as the domain's table of looks says."""

import re
from pathlib import Path
from typing import get_args

import pytest

from server.domain.obligation.pace import LOOKS, CoverageLevel, Pace
from server.domain.obligation.patrol_days import TodayState

TOKENS = (Path(__file__).parents[2] / "static/css/tokens.css").read_text(encoding="utf-8")
VARIABLES = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", TOKENS))
RULES = re.findall(r"([^{}]+)\{([^{}]*)\}", TOKENS)
REPEATED = {"4px 4px": "dense_dots", "8px 8px": "sparse_dots", "5px 5px": "bars"}
"""Patterns of the style sheet, by how often they come again."""


def declared(level: str, *, prefix: str, declaration: str) -> str | None:
    """The value of a declaration in the rule whose selectors name the level."""
    for selectors, body in RULES:
        named = re.search(rf"{re.escape(prefix)}\.level-{level}(?![\w-])", selectors)
        found = re.search(rf"{declaration}: ([^;]+);", body)
        if named and found:
            return found[1]
    return None


@pytest.mark.parametrize("level", [level for level, look in LOOKS.items() if look.colour != "none"])
def test_a_level_has_the_colour_of_the_table(level: str) -> None:
    colour = declared(level, prefix="", declaration="--level")
    assert colour is not None
    assert VARIABLES[colour.removeprefix("var(").removesuffix(")")] == LOOKS[level].colour


@pytest.mark.parametrize("level", LOOKS)
def test_a_level_has_the_pattern_of_the_table_and_no_other(level: str) -> None:
    spacing = declared(level, prefix=".swatch", declaration="--pattern-size")
    expected = LOOKS[level].pattern if LOOKS[level].pattern in REPEATED.values() else None
    assert (REPEATED[spacing] if spacing else None) == expected


@pytest.mark.parametrize("legend", [Pace, CoverageLevel, TodayState])
def test_no_two_levels_of_a_legend_look_the_same(legend: object) -> None:
    levels = get_args(legend)
    assert len({(LOOKS[level].colour, LOOKS[level].pattern) for level in levels}) == len(levels)
