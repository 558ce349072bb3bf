"""名单里的条目: what a record asks of an entity of a county's own list, and what becomes of it (OPENROSA §8).

A phone changes entities while it has no line. What it did then is a branch: its updates count their base versions by
themselves, from the trunk, the version the phone had from the server. Nothing a worker sent is refused: an update that
meets another becomes a version all the same, with the clash said on it; one that came before its predecessor waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

REGISTER_LISTS = frozenset({"households", "open_cases"})
"""Lists that are the register itself: a form's projector changes them, never these rules."""
LABEL = "label"
"""How a clash names the label among properties; no property may be called so."""
MADE_UP_LABEL = "（自动补建）"
"""The label of an entity whose creation never came."""


class Clash(StrEnum):
    """How a version met another: SOFT where both hold together, HARD where they say different things."""

    SOFT = "soft"
    HARD = "hard"

    @property
    def label(self) -> str:
        """The clash as users read it."""
        return {"soft": "同时改过，互不影响", "hard": "同时改过同一项"}[self.value]


class Undone(StrEnum):
    """Why nothing came of what a record asked; the record itself is kept like every other."""

    NO_LIST = "no_list"
    BAD_ID = "bad_id"
    NO_LABEL = "no_label"
    EXISTS = "exists"
    UNKNOWN_ENTITY = "unknown_entity"
    UNKNOWN_VERSION = "unknown_version"
    REMOVED = "removed"
    TWICE = "twice"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The reason as users read it."""
        return _REASONS[self]


_REASONS = {
    Undone.NO_LIST: "没有这份名单",
    Undone.BAD_ID: "条目编号不是规定的样子",
    Undone.NO_LABEL: "新条目没有名称",
    Undone.EXISTS: "这个条目已经有了，没有再建",
    Undone.UNKNOWN_ENTITY: "名单里没有这个条目",
    Undone.UNKNOWN_VERSION: "说不清改的是哪一版",
    Undone.REMOVED: "这个条目已经从名单里去掉了",
    Undone.TWICE: "同一份记录里同一个条目改了两次，只算第一次",
    Undone.FAILED: "没有写成，请告诉管理员",
}


class Audience(StrEnum):
    """Whose phones hold an entity of a list."""

    GRID = "grid"
    EVERYONE = "everyone"
    OWNER = "owner"

    @property
    def label(self) -> str:
        """The rule as users read it."""
        return _AUDIENCES[self]


_AUDIENCES = {
    Audience.GRID: "各网格只看到自己网格的",
    Audience.EVERYONE: "每个人都看到全部",
    Audience.OWNER: "只看到自己登记的",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a record asks of one entity; with both `create` and `update`, whichever is possible."""

    entity_id: UUID
    create: bool
    update: bool
    label: str | None
    properties: Mapping[str, str]
    base_version: int | None = None
    trunk_version: int | None = None
    branch_id: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an entity as it was written; `branch_base` is the base version its phone named."""

    number: int
    label: str
    properties: Mapping[str, str]
    branch_id: str | None = None
    branch_base: int | None = None
    made_up: bool = False
    """Made of an update whose creation never came."""

    def says(self, name: str) -> str | None:
        """What a property, or the label, reads."""
        return self.label if name == LABEL else self.properties.get(name)


@dataclass(frozen=True, slots=True)
class Next:
    """The version to be written: whole, with the number it rests on and how it met others."""

    label: str
    properties: Mapping[str, str]
    base: int | None = None
    clash: Clash | None = None
    clashing: tuple[str, ...] = ()
    made_up: bool = False


class Hold:
    """The version it rests on has not arrived: it waits."""


HOLD = Hold()
Outcome: TypeAlias = Next | Hold | Undone


def decide(asked: Asked, history: Sequence[Version], *, late: bool = False) -> Outcome:
    """What becomes of `asked`, given the entity's versions in order, none where it is unknown.

    `late`: it has waited long enough and is taken as it is, its predecessor missing.
    """
    if not history:
        return _first(asked, late=late)
    if asked.update:
        return _update(asked, history, late=late)
    if history[0].made_up:
        return _late_creation(asked, history)
    return Undone.EXISTS


def _first(asked: Asked, *, late: bool) -> Outcome:
    if asked.create:
        return Next(asked.label, asked.properties) if asked.label else Undone.NO_LABEL
    if asked.branch_id is None:
        return Undone.UNKNOWN_ENTITY
    return Next(asked.label or MADE_UP_LABEL, asked.properties, made_up=True) if late else HOLD


def _update(asked: Asked, history: Sequence[Version], *, late: bool) -> Outcome:
    current, base = history[-1], _base(asked, history)
    if base is not None:
        clashing = _clashing(asked, base=base, current=current)
        return _merged(
            asked, current, base=base, clash=_clash(asked, base, history, clashing), clashing=clashing
        )
    if asked.branch_id is None:
        return Undone.UNKNOWN_VERSION
    return _merged(asked, current, base=current, clash=Clash.SOFT) if late else HOLD


def _base(asked: Asked, history: Sequence[Version]) -> Version | None:
    """The version an update rests on; the number a phone names is its own count once it is on a branch."""
    number = asked.base_version
    if number is None:
        return history[0] if asked.create else None
    if asked.branch_id is None or number in (1, asked.trunk_version):
        return next((each for each in history if each.number == number), None)
    of_branch = (each for each in reversed(history) if each.branch_id == asked.branch_id)
    return next((each for each in of_branch if each.branch_base == number - 1), None)


def _clashing(asked: Asked, *, base: Version, current: Version) -> tuple[str, ...]:
    """What is sent now and was changed meanwhile to something else."""
    sent = dict(asked.properties)
    if asked.label:
        sent[LABEL] = asked.label
    return tuple(
        name
        for name, value in sent.items()
        if current.says(name) != base.says(name) and current.says(name) != value
    )


def _clash(
    asked: Asked, base: Version, history: Sequence[Version], clashing: tuple[str, ...]
) -> Clash | None:
    if clashing:
        return Clash.HARD
    if base.number != history[-1].number or _is_interrupted(asked, history):
        return Clash.SOFT
    return None


def _is_interrupted(asked: Asked, history: Sequence[Version]) -> bool:
    """True where somebody else's version stands between the trunk and this one."""
    if asked.branch_id is None:
        return False
    trunk = asked.trunk_version or 1
    return any(each.number > trunk and each.branch_id != asked.branch_id for each in history)


def _merged(
    asked: Asked, current: Version, *, base: Version, clash: Clash | None, clashing: tuple[str, ...] = ()
) -> Next:
    return Next(
        label=asked.label or current.label,
        properties={**current.properties, **asked.properties},
        base=base.number,
        clash=clash,
        clashing=clashing,
    )


def _late_creation(asked: Asked, history: Sequence[Version]) -> Outcome:
    """A creation that came after its updates were taken without it: it fills what they left open, for it is older."""
    current = history[-1]
    is_named = current.label != MADE_UP_LABEL
    differing = tuple(
        name for name, value in asked.properties.items() if current.says(name) not in (None, value)
    )
    return Next(
        label=current.label if is_named else asked.label or current.label,
        properties={**asked.properties, **current.properties},
        base=1,
        clash=Clash.HARD if differing else Clash.SOFT,
        clashing=differing,
    )
