"""名册与区划: what happens to households, persons, care tags, divisions and profiles."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class HouseholdCreated(Event, kind="household.created"):
    """新增住户: a household came onto the register."""

    source: str


@dataclass(frozen=True, kw_only=True)
class HouseholdEdited(Event, kind="household.edited"):
    """更正住户: address, contact or position were put right; `fields` names what."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HouseholdMoved(Event, kind="household.moved"):
    """迁居: a household lives in another grid of the county from `on`; it keeps its visits (METRICS V)."""

    from_grid: str
    on: dt.date


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Event, kind="person.added"):
    """新增人员: somebody of a household came onto the register."""

    household_id: UUID


@dataclass(frozen=True, kw_only=True)
class HouseholdMarkedAway(Event, kind="household.marked_away"):
    """标记外出: nobody is there, known to be away since `since` (None: came back)."""

    since: dt.date | None


@dataclass(frozen=True, kw_only=True)
class RegisterChangeProposed(Event, kind="register_change.proposed"):
    """提出名册变更: a statement about the register that waits for a second person (METRICS D4)."""

    change: str
    household_id: UUID
    person_id: UUID | None = None
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterChangeConfirmed(Event, kind="register_change.confirmed"):
    """核定名册变更: a second person confirmed it; an exit counts from `on`."""

    change: str
    household_id: UUID
    on: dt.date


@dataclass(frozen=True, kw_only=True)
class RegisterChangeRefused(Event, kind="register_change.refused"):
    """不予变更: a second person found it not so; the household or person stays."""

    change: str
    household_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class TagBegun(Event, kind="tag.begun"):
    """新增关爱标签: a person has a care tag from `on`."""

    person_id: UUID
    tag: str
    on: dt.date


@dataclass(frozen=True, kw_only=True)
class TagEnded(Event, kind="tag.ended"):
    """结束关爱标签: a care tag ends on `on`, confirmed by a second person."""

    person_id: UUID
    tag: str
    on: dt.date


@dataclass(frozen=True, kw_only=True)
class RegisterImported(Event, kind="register.imported"):
    """导入名册: households or last visits came from a file."""

    what: str
    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class DivisionAdded(Event, kind="division.added"):
    """设立区划: a division came onto the list; its code is the subject."""


@dataclass(frozen=True, kw_only=True)
class BoundaryPublished(Event, kind="boundary.published"):
    """发布网格边界: a boundary version of so many `grids` counts from `valid_from` on; those in `ended` end before."""

    version: int
    grids: int
    valid_from: dt.date
    ended: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HouseholdsRehoused(Event, kind="households.rehoused"):
    """换格: households and open demands of a village follow a boundary version that is in force.

    Of `unplaced` households nobody knows the door.
    """

    version: int
    households: int
    unplaced: int
    demands: int = 0


@dataclass(frozen=True, kw_only=True)
class ProfileInstalled(Event, kind="profile.installed"):
    """安装机制方案: a version of the county's mechanism is in force."""

    version: int
    sha256: str
