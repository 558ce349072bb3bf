"""层级: how high the levels that hold demands stand, and at which of them somebody works."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from server.domain.mechanism import HandlingLevel
from server.domain.roles import Role

HEIGHT: Mapping[str, int] = MappingProxyType(
    {level: height for height, level in enumerate(get_args(HandlingLevel))}
)
"""How high each level stands, the grid's being 0."""

_LEVEL_OF_ROLE: Mapping[Role, HandlingLevel] = {
    Role.GRID_WORKER: "grid",
    Role.VILLAGE_CADRE: "village",
    Role.TOWNSHIP_OFFICIAL: "township",
    Role.COUNTY_ASSESSOR: "county",
}


def handling_level(role: Role | None) -> HandlingLevel | None:
    """Return the level at which somebody of `role` handles a demand; None for who handles none."""
    return None if role is None else _LEVEL_OF_ROLE.get(role)


def reaches(level: str | None, desk: HandlingLevel) -> bool:
    """Say whether a level (None: none at all) is that of `desk` or above it."""
    return level is not None and HEIGHT[level] >= HEIGHT[desk]


def higher(one: HandlingLevel | None, other: HandlingLevel | None) -> HandlingLevel | None:
    """Return the higher of two levels, where None is lower than any."""
    if one is None or other is None:
        return one or other
    return one if HEIGHT[one] >= HEIGHT[other] else other
