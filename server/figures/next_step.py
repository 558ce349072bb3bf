"""下一步: of all acts open to a reader, the one a demand waits for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from server.domain.demand import open_acts
from server.domain.demand_acts import Action
from server.domain.demand_levels import HEIGHT
from server.domain.demand_states import DemandState, Group, StateKey, group_of
from server.domain.demand_ways import waits_for_arbiter
from server.domain.mechanism import LEVEL_WORDS, MechanismProfile
from server.storage.demands import Demand
from server.storage.profiles import ProfileVersion, parsed
from server.work import Reading

_A, _S = Action, StateKey

_ABOVE_ALL = (_A.APPROVE, _A.DECIDE_APPEAL, _A.CALL_BACK)
"""What others wait for before anything else goes on: an answer from above, an appeal's, a call to the reporter."""

_PROPOSED: Mapping[StateKey, tuple[Action, ...]] = {
    _S.SUBMITTED: (_A.REGISTER, _A.LOOK),
    _S.PROMISED: (_A.FINISH, _A.REGISTER),
    _S.REGISTERED: (_A.CLASSIFY, _A.LOOK),
    _S.NEED_INFO: (_A.SUPPLY,),
    _S.LISTED: (_A.CLASSIFY, _A.LOOK),
    _S.CLASSIFIED: (_A.PUT_ON_AGENDA, _A.ASSIGN),
    _S.DELIBERATED: (_A.ASSIGN,),
    _S.OFFERED: (_A.CLAIM, _A.ASSIGN),
    _S.RETURNED: (_A.ASSIGN,),
    _S.ESCALATED: (_A.PUT_ON_AGENDA, _A.ASSIGN),
    _S.ASSIGNED: (_A.ACCEPT,),
    _S.ACCEPTED: (_A.PROGRESS,),
    _S.IN_PROGRESS: (_A.PROGRESS,),
    _S.REWORK: (_A.PROGRESS,),
    _S.SUSPENDED: (_A.RESUME,),
    _S.PROJECTISED: (_A.FINISH,),
    _S.DONE: (_A.CHECK, _A.FEED_BACK),
    _S.VERIFIED: (_A.FEED_BACK,),
    _S.EXPLAINED: (_A.FEED_BACK,),
    _S.ANSWERED: (_A.FEED_BACK,),
    _S.REJECTED: (_A.FEED_BACK,),
}
"""By state, the acts that carry a demand on, the likeliest first. What only waits, for the reporter's stars or for the
end of an appeal's time, proposes nothing."""

_OF_WHOM = {
    _A.LOOK: "looker_id",
    _A.CHECK: "checker_id",
    _A.CALL_BACK: "caller_id",
    _A.ACCEPT: "handler_id",
    _A.PROGRESS: "handler_id",
    _A.FINISH: "handler_id",
    _A.RESUME: "handler_id",
}
"""Acts proposed to the one they are expected of; others to whom they are open may do them without being told."""


STRUCK_OFF = "写明结果销号"
"""What stands in for telling the reporter where nobody can be told."""


def next_step(demand: Demand, open_to_him: Collection[Action], *, reading: Reading) -> Action | None:
    """Return the act proposed to the reader among those open to him, None where it waits for somebody else."""
    hands = {reading.actor.id, *(post.stand_in_for for post in reading.actor.posts)} - {None}
    routed = _routed(demand.state, mechanism_of(reading, demand))
    for action in (*_ABOVE_ALL, *routed, *_PROPOSED.get(StateKey(demand.key), ())):
        expected_of = _OF_WHOM.get(action)
        if action in open_to_him and (expected_of is None or getattr(demand, expected_of) in hands):
            return _said_already(demand, action)
    return None


def _routed(state: DemandState, profile: MechanismProfile) -> tuple[Action, ...]:
    """Where the county sends a matter of its class: up to the level that settles it, or to whoever claims it (LL-21)."""
    if state.key is not _S.CLASSIFIED or state.class_ is None:
        return ()
    if HEIGHT[profile.routed_to(state.class_)] > HEIGHT[state.desk]:
        return (_A.ESCALATE,)
    return (_A.OFFER,) if profile.may_claim(state.class_) else ()


def _said_already(demand: Demand, action: Action) -> Action | None:
    """A refusal is told once; after that it waits for an appeal."""
    is_told = demand.key == StateKey.REJECTED.value and demand.told_at is not None
    return None if is_told and action is Action.FEED_BACK else action


def open_to(reading: Reading, demand: Demand) -> tuple[Action, ...]:
    """Return the acts open to the reader on a demand he has been given."""
    return open_acts(
        demand.state, actor=reading.actor, place=demand.jurisdiction, profile=mechanism_of(reading, demand)
    )


def mechanism_of(reading: Reading, demand: Demand) -> MechanismProfile:
    """Return the mechanism a demand was taken in under: old matters keep old rules."""
    known = reading.session.info  # a page asks for every row, and a session forgets what nobody holds
    key = (ProfileVersion, demand.profile_version_id)
    if key not in known:
        known[key] = parsed(reading.session.get_one(ProfileVersion, demand.profile_version_id).text)
    profile: MechanismProfile = known[key]
    return profile


def waits_for(reading: Reading, demand: Demand, *, held_by: str) -> str:
    """Say whom a demand waits for that nothing is proposed for, in few words; `held_by` is who handles it."""
    if demand.asked is not None:
        return "等上一级答复"
    if waits_for_arbiter(demand.state, mechanism_of(reading, demand)):
        return "退回、驳回的次数够了，等裁定人定由谁办"
    key = StateKey(demand.key)
    group = group_of(key)
    if held_by and group is Group.IN_HAND:
        return f"{held_by}在办"
    at_a_desk = "" if group in (None, Group.ENDED) else f"等{LEVEL_WORDS[demand.state.desk]}办"
    return _WAITING.get(key, at_a_desk)


_WAITING: Mapping[StateKey, str] = {
    _S.NEED_INFO: "等反映人补充",
    _S.AGENDA: "等开会",
    _S.OFFERED: "等认领",
    _S.SUSPENDED: "等恢复",
    _S.REJECTED: "等申诉期满",
    _S.FED_BACK: "等评价",
    _S.RATED: "等评价期满",
}
