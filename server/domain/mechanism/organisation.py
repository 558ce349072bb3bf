"""组织: the levels' party organisations, and the alliances of units orders go to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.domain.mechanism.part import HandlingLevel, Label, Part

Rung = Literal["courtyard", "building", "compound", "grid", "village", "township", "county", "city"]
Area = Literal["urban", "rural", "all"]


class PartyOrganisation(Part):
    """党组织: what the party's organisation is called at a level, down to courtyard and building (NA-01, FD-06)."""

    level: Rung
    label: Label


class Alliance(Part):
    """联合体: units that take orders together, the level they are attached to, where, and their make-up (ZX-40)."""

    label: Label
    attached: HandlingLevel
    area: Area
    shape: Label


class GridStandard(Part):
    """网格规模: how large a grid of a kind ought to be, in the unit the county counts (FD-01, FD-03)."""

    area: Area
    kind: Label
    unit: Literal["person", "household"]
    least: Annotated[int, Field(ge=1)]
    most: Annotated[int, Field(ge=1)]
