"""名册变更: what may be said about the register, and what it does once a second person has confirmed it (METRICS D4).

A visit only ever proposes. Of the questions of FORMS §4 some have an effect on the denominator, some are a note to the
registrar; which is a property of the change, written down once in `_CHANGES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.domain.problems import Invalid


class Effect(StrEnum):
    """What a confirmed change does."""

    JOIN = "join"
    """A household waiting for approval comes onto the register."""
    LEAVE = "leave"
    """The household, or the one person named, leaves it."""
    END_TAG = "end_tag"
    BEGIN_TAG = "begin_tag"
    GO_AWAY = "go_away"
    COME_BACK = "come_back"
    SET_TIER = "set_tier"
    NOTE = "note"
    """Nothing by itself: the registrar has seen to it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A kind of change: its code, its word, what it does. `of_person`: it says something about one person only."""

    code: str
    label: str
    effect: Effect
    of_person: bool = False

    @property
    def is_exit(self) -> bool:
        """Whether it takes somebody out of a denominator."""
        return self.effect in (Effect.LEAVE, Effect.END_TAG)


NEW_HOUSEHOLD = "new_household"
SHORTER_INTERVAL = "shorter_interval"
TAG_ENDED = "tag_ended"
AWAY = "away"
VACANT = "vacant"
MOVED_OUT = "moved_out"

_CHANGES = {
    change.code: change
    for change in (
        Change(NEW_HOUSEHOLD, "新登记一户", Effect.JOIN),
        Change("death", "去世", Effect.LEAVE, of_person=True),
        Change(MOVED_OUT, "搬走", Effect.LEAVE),
        Change(VACANT, "空房", Effect.LEAVE),
        Change("merged_household", "并户", Effect.LEAVE),
        Change("wrong_record", "登记有误", Effect.LEAVE),
        Change(TAG_ENDED, "结束关爱走访", Effect.END_TAG, of_person=True),
        Change("need_over", "不再需要关爱走访", Effect.END_TAG, of_person=True),
        Change("new_need", "新增困难、需关爱", Effect.BEGIN_TAG, of_person=True),
        Change(SHORTER_INTERVAL, "建议多走访", Effect.SET_TIER, of_person=True),
        Change(AWAY, "外出", Effect.GO_AWAY),
        Change("left_for_work", "外出务工", Effect.GO_AWAY, of_person=True),
        Change("back", "外出返回", Effect.COME_BACK),
        Change("moved_in", "有人搬来", Effect.NOTE),
        Change("birth", "添丁", Effect.NOTE),
        Change("tenant", "换了租户", Effect.NOTE),
        Change("phone", "电话变了", Effect.NOTE),
        Change("house_risk", "房屋有隐患", Effect.NOTE),
    )
}

BY_STAFF = ("death", MOVED_OUT, VACANT, "merged_household", "wrong_record", AWAY, "back")
"""What the office proposes for a household or a person; the ending of a tag is proposed at the tag."""

REFUSALS = {
    "not_so": "核实后不属实",
    "repeated": "重复提出",
    "wrong_entry": "填写有误",
    "unclear": "说不清，请再核实",
}
"""Why a proposal was refused."""


def change_of(code: str) -> Change:
    """Return the kind of change. Raises Invalid("register.unknown_change")."""
    found = _CHANGES.get(code)
    if found is None:
        raise Invalid("register.unknown_change", change=code)
    return found


def outcome_change(outcome: str) -> str | None:
    """Return what an outcome of a visit (FORMS §4) says about the register; None for most."""
    return {"away": AWAY, "moved": MOVED_OUT, "vacant": VACANT}.get(outcome)
