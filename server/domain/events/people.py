"""人员: what happens to accounts, posts, keys and personal data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from server.domain.events.event import Event
from server.domain.roles import Function, Role


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event, kind="account.created"):
    """开通账号."""

    role: Role


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event, kind="account.closed"):
    """停用账号."""


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event, kind="account.signed_in"):
    """登录."""


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, kind="account.password_changed"):
    """修改密码: by the person, or `reset` by an administrator."""

    reset: bool


@dataclass(frozen=True, kw_only=True)
class PostBegun(Event, kind="post.begun"):
    """任岗: somebody holds a post; `valid_to` is its last day, where one is set."""

    account_id: UUID
    function: Function
    valid_from: dt.date
    valid_to: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class PostEnded(Event, kind="post.ended"):
    """离岗: the post's last day was set."""

    account_id: UUID
    function: Function
    valid_to: dt.date


@dataclass(frozen=True, kw_only=True)
class StandInNamed(Event, kind="post.stand_in_named"):
    """指定替班: somebody stands in; the work counts for the grid (METRICS D7)."""

    account_id: UUID
    stand_in_for: UUID | None
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True, kw_only=True)
class HouseholdsEntrusted(Event, kind="entrustment.given"):
    """请人代访: somebody visits some households for some days; it counts for their grids (METRICS D7, V)."""

    account_id: UUID
    households: tuple[UUID, ...]
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True, kw_only=True)
class EntrustmentEnded(Event, kind="entrustment.ended"):
    """收回代访: the households went back before their last day."""

    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class KeyIssued(Event, kind="app_user.key_issued"):
    """发放采集密钥."""


@dataclass(frozen=True, kw_only=True)
class KeyShown(Event, kind="app_user.key_shown"):
    """手机登录: a phone's browser was let in by its key."""


@dataclass(frozen=True, kw_only=True)
class KeyRevoked(Event, kind="app_user.key_revoked"):
    """收回采集密钥: it stops sending and fetching; it does not wipe the phone."""


@dataclass(frozen=True, kw_only=True)
class PersonalDataRevealed(Event, kind="personal_data.revealed"):
    """查看个人信息: somebody above the village opened a name or telephone, and said why."""

    what: str
    reason: str
