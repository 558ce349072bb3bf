"""下一步: of all acts open to a reader, the one a demand waits for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from server.domain.demand import open_acts
from server.domain.demand_acts import Action
from server.domain.demand_states import DemandState, StateKey
from server.domain.mechanism import MechanismProfile
from server.storage.demands import Demand
from server.storage.profiles import ProfileVersion, parsed
from server.work import Reading

_A, _S = Action, StateKey

_PROPOSED: Mapping[StateKey, tuple[Action, ...]] = {
    _S.SUBMITTED: (_A.REGISTER, _A.LOOK),
    _S.PROMISED: (_A.FINISH,),
    _S.REGISTERED: (_A.CLASSIFY, _A.LOOK),
    _S.NEED_INFO: (_A.SUPPLY,),
    _S.LISTED: (_A.CLASSIFY, _A.LOOK),
    _S.CLASSIFIED: (_A.PUT_ON_AGENDA, _A.ASSIGN),
    _S.AGENDA: (_A.RESOLVE,),
    _S.DELIBERATED: (_A.ASSIGN,),
    _S.OFFERED: (_A.CLAIM, _A.ASSIGN),
    _S.RETURNED: (_A.ASSIGN,),
    _S.ESCALATED: (_A.ASSIGN,),
    _S.ASSIGNED: (_A.ACCEPT,),
    _S.ACCEPTED: (_A.PROGRESS,),
    _S.IN_PROGRESS: (_A.APPROVE, _A.PROGRESS),
    _S.REWORK: (_A.CALL_BACK, _A.PROGRESS),
    _S.SUSPENDED: (_A.APPROVE, _A.RESUME),
    _S.PROJECTISED: (_A.FINISH,),
    _S.DONE: (_A.CHECK, _A.FEED_BACK),
    _S.VERIFIED: (_A.FEED_BACK,),
    _S.EXPLAINED: (_A.FEED_BACK,),
    _S.ANSWERED: (_A.FEED_BACK,),
    _S.REJECTED: (_A.DECIDE_APPEAL, _A.FEED_BACK),
    _S.RATED: (_A.CALL_BACK,),
}
"""By state, the acts that carry a demand on, the likeliest first. What only waits, for the reporter's stars or for the
end of an appeal's time, proposes nothing."""

_IS_ASKED = {Action.LOOK: "looker_id", Action.CHECK: "checker_id"}


def next_step(demand: Demand, open_to_him: Collection[Action], *, reading: Reading) -> Action | None:
    """Return the act proposed to the reader among those open to him, None where it waits for somebody else.

    Looking and checking are proposed to whoever was asked to; the rest may do so without being told.
    """
    for action in _PROPOSED.get(StateKey(demand.key), ()):
        asked = _IS_ASKED.get(action)
        if action in open_to_him and (asked is None or getattr(demand, asked) == reading.actor.id):
            return action
    return None


def open_to(reading: Reading, demand: Demand) -> tuple[Action, ...]:
    """Return the acts open to the reader on a demand he has been given."""
    return open_acts(
        demand.state, actor=reading.actor, place=demand.jurisdiction, profile=mechanism_of(reading, demand)
    )


def mechanism_of(reading: Reading, demand: Demand) -> MechanismProfile:
    """Return the mechanism a demand was taken in under: old matters keep old rules."""
    return parsed(reading.session.get_one(ProfileVersion, demand.profile_version_id).text)


def waits_for(state: DemandState) -> str:
    """Say whom a demand waits for that nothing is proposed for, in few words."""
    return _WAITING.get(state.key, "")


_WAITING: Mapping[StateKey, str] = {
    _S.NEED_INFO: "等反映人补充",
    _S.AGENDA: "等开会",
    _S.OFFERED: "等认领",
    _S.SUSPENDED: "等恢复",
    _S.REJECTED: "等申诉期满",
    _S.FED_BACK: "等评价",
}
