"""派单: how a matter goes up, comes back, waits for approval, or is left to whoever takes it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.domain.deadline import Allowance, Unit
from server.domain.mechanism.part import Allowed, Canonical, HandlingLevel, Part

DispatchMode = Literal["assign", "claim", "whistle"]
Approval = Literal["level_above", "none"]

Times = Annotated[int, Field(ge=0, le=9)]


class Escalation(Part):
    """上报: the levels a matter climbs, low to high, and the one that sends orders to the alliance (ZX-43)."""

    chain: Annotated[tuple[HandlingLevel, ...], Field(min_length=1)] = ("village", "township", "county")
    alliance_at: HandlingLevel | None = None


class Dispatch(Part):
    """派单方式: assign 派单, claim 认领 (for these classes), whistle 吹哨 (several units called together)."""

    modes: Annotated[tuple[DispatchMode, ...], Field(min_length=1)] = ("assign",)
    claim_classes: tuple[Canonical, ...] = ()


class Limit(Part):
    """How often something is the desk's own affair; the next time an arbiter decides (MECHANISMS S2)."""

    limit: Times = 1


class Approvals(Part):
    """审批: whether the level above must agree to 暂缓, 解释说明 and 延期 (MECHANISMS S2b)."""

    suspension: Approval = "level_above"
    explanation: Approval = "level_above"
    extension: Approval = "level_above"


class Suspension(Part):
    """暂缓: after how long it is looked at again, and word is owed (XA-31)."""

    review: Allowed = Allowance(30, Unit.DAY)
