"""Who somebody is: account roles, functions of the mechanism, and posts, from when to when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The five kinds of account; the set is closed."""

    GRID_WORKER = "grid_worker"
    VILLAGE_CADRE = "village_cadre"
    TOWNSHIP_OFFICIAL = "township_official"
    COUNTY_ASSESSOR = "county_assessor"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role as users read it."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.GRID_WORKER: "网格员",
    Role.VILLAGE_CADRE: "村（社区）干部",
    Role.TOWNSHIP_OFFICIAL: "乡镇（街道）干部",
    Role.COUNTY_ASSESSOR: "县级考评人员",
    Role.ADMIN: "管理员",
}


class Function(StrEnum):
    """What a post is for 岗位职能; a county's profile names the people, never new functions."""

    GRID_WORKER = "grid_worker"
    GRID_LEAD = "grid_lead"
    VILLAGE_CADRE = "village_cadre"
    REGISTRAR = "registrar"
    SCREENER = "screener"
    DISPATCHER = "dispatcher"
    ARBITER = "arbiter"
    VERIFIER = "verifier"
    EVALUATOR = "evaluator"
    SECRETARY = "secretary"
    BOUNDARY_KEEPER = "boundary_keeper"

    @property
    def label(self) -> str:
        """The function as users read it."""
        return _FUNCTION_LABELS[self]


_FUNCTION_LABELS = {
    Function.GRID_WORKER: "网格员",
    Function.GRID_LEAD: "网格长",
    Function.VILLAGE_CADRE: "村（社区）干部",
    Function.REGISTRAR: "登记员",
    Function.SCREENER: "研判员",
    Function.DISPATCHER: "派单员",
    Function.ARBITER: "裁定人",
    Function.VERIFIER: "核查员",
    Function.EVALUATOR: "评价人",
    Function.SECRETARY: "会议记录人",
    Function.BOUNDARY_KEEPER: "边界管理员",
}


@dataclass(frozen=True, slots=True)
class Post:
    """岗位: a function in a division for a time; `valid_to` is its last day, None while it lasts.

    `stand_in_for` is the absent account whose work is taken over 替班; it counts for the division where it is done.
    """

    function: Function
    jurisdiction: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    stand_in_for: UUID | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Say whether the post is in force on `day` (Shanghai calendar)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
