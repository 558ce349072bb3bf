"""单位: what happens to the units matters are given to, and to the links their members and evaluators act through."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class UnitAdded(Event, kind="unit.added"):
    """新增单位: a unit may be given matters."""

    unit_kind: str


@dataclass(frozen=True, kw_only=True)
class UnitChanged(Event, kind="unit.changed"):
    """修改单位: its name, its kind or whom to ask there was corrected."""


@dataclass(frozen=True, kw_only=True)
class UnitClosed(Event, kind="unit.closed"):
    """停用单位: it is given nothing more, and its link opens nothing."""


@dataclass(frozen=True, kw_only=True)
class UnitLinkRevoked(Event, kind="unit.link_revoked"):
    """收回链接: what its members had opens nothing any more."""


@dataclass(frozen=True, kw_only=True)
class LinkGiven(Event, kind="link.given"):
    """发链接: somebody without an account may act through a link; the link itself is no part of it."""

    purpose: str
    demand_id: UUID | None = None
    unit_id: UUID | None = None
    evaluator: str | None = None
    expires_at: dt.datetime | None = None
