"""诉求的去路: which acts are open in a state under a county's mechanism, and where each leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.domain.demand_acts import PROPERLY_DONE, ROUTES, Action, Facts, Way
from server.domain.demand_states import DemandState, Request, StateKey
from server.domain.mechanism import HandlingLevel, MechanismProfile, Meeting
from server.domain.problems import Conflict

_S = StateKey

_REQUESTS: Mapping[StateKey, tuple[Request, ...]] = {
    _S.PROMISED: ("extension",),
    _S.ASSIGNED: ("extension",),
    _S.ACCEPTED: ("extension",),
    _S.REWORK: ("extension",),
    _S.IN_PROGRESS: ("suspension", "explanation", "extension"),
    _S.RETURNED: ("explanation",),
    _S.SUSPENDED: ("explanation",),
}
_GRANTED: Mapping[Request, StateKey] = {"suspension": _S.SUSPENDED, "explanation": _S.EXPLAINED}
_RESOLVED: Mapping[str | None, StateKey] = {"escalate": _S.ESCALATED, "explain": _S.EXPLAINED}


def open_requests(state: DemandState) -> tuple[Request, ...]:
    """Return what the level above may be asked for now; nothing while an answer is waited for.

    More time is asked for only where there is a date: a PRIVATE matter has none.
    """
    if state.asked is not None:
        return ()
    requests = _REQUESTS.get(state.key, ())
    return tuple(each for each in requests if each != "extension" or state.due_at is not None)


def goes_with(request: Request, key: StateKey) -> bool:
    """Say whether a request may be made, or wait for its answer, in the state `key`."""
    return request in _REQUESTS.get(key, ())


def is_open(state: DemandState, action: Action, profile: MechanismProfile) -> bool:
    """Say whether `action` fits the state and is part of the county's mechanism, whoever does it."""
    if state.key not in ROUTES[action]:
        return False
    condition = _CONDITIONS.get(action)
    return condition is None or condition(state, profile)


def way_of(state: DemandState, action: Action, *, facts: Facts, profile: MechanismProfile) -> Way:
    """Return the states `action` leads through, the last being the new one; empty where the demand stays.

    Raises Conflict("demand.step_not_allowed").
    """
    ways = ROUTES[action].get(state.key, ())
    if len(ways) > 1:
        end = _ENDS[action](state, facts, profile)
        ways = tuple(way for way in ways if (way[-1] if way else state.key) is end)
    if not ways:
        raise Conflict("demand.step_not_allowed", state=state.key.value, action=action.value)
    return ways[0]


def is_low(stars: int | None, profile: MechanismProfile) -> bool:
    """低分: say whether so many stars start the loop of doing it again."""
    return stars is not None and stars <= profile.low_rating.threshold


def sends_back(stars: int | None, state: DemandState, profile: MechanismProfile) -> bool:
    """低分重办: say whether so many stars, given now, have the matter done again; the county says how often."""
    return is_low(stars, profile) and state.reworks < profile.low_rating.rounds


def meeting_of(state: DemandState, profile: MechanismProfile) -> Meeting | None:
    """Return the meeting that settles the matter where it lies, None where there is none.

    A grid has no desk of its own: the village prepares its meeting, and what that cannot settle comes to the village's.
    """
    if state.class_ is None:
        return None
    in_grid = None
    if state.key is _S.CLASSIFIED and state.desk == "village":
        in_grid = profile.meeting_for(state.class_, "grid")
    return in_grid or profile.meeting_for(state.class_, state.desk)


def level_below(desk: HandlingLevel, profile: MechanismProfile) -> HandlingLevel | None:
    """Return the level of the chain whose desk sends matters up to `desk`; None at its foot: a grid has no desk."""
    chain = (level for level in profile.escalation.chain if level != "grid")
    return next((level for level in chain if profile.level_above(level) == desk), None)


def level_after(
    meeting: Meeting | None, desk: HandlingLevel, profile: MechanismProfile
) -> HandlingLevel | None:
    """Return whose desk a matter goes to that a meeting could not settle; None from the top of the chain."""
    return (meeting.fails_to if meeting is not None else None) or profile.level_above(desk)


def waits_for_arbiter(state: DemandState, profile: MechanismProfile) -> bool:
    """Say whether it came back, or was sent down, once too often for the desk to dispatch it again (S2b)."""
    if state.key not in (_S.RETURNED, _S.CLASSIFIED):
        return False
    return state.returns > profile.returns.limit or state.sent_down > profile.send_down.limit


def _met_on_first(state: DemandState, profile: MechanismProfile) -> bool:
    """Say whether a meeting has to settle the matter before anybody is sent."""
    if state.class_ is None or state.key not in (_S.CLASSIFIED, _S.ESCALATED):
        return False
    return profile.class_of(state.class_).on_agenda and meeting_of(state, profile) is not None


def _may_be_offered(state: DemandState, profile: MechanismProfile) -> bool:
    return state.class_ is not None and profile.may_claim(state.class_) and not _met_on_first(state, profile)


def _has_lapsed(state: DemandState, profile: MechanismProfile) -> bool:
    if state.key is _S.REJECTED:
        return state.told_at is not None and state.appealed != "open"
    return state.key is not _S.RATED or not is_low(state.stars, profile)


def _is_to_be_called_back(state: DemandState, profile: MechanismProfile) -> bool:
    if state.key is _S.IN_PROGRESS:
        return state.reworks > 0
    return state.key is _S.REWORK or is_low(state.stars, profile)


def _may_be_reopened(state: DemandState, profile: MechanismProfile) -> bool:
    in_hand = state.handler_id is not None or state.unit_id is not None
    return in_hand and state.reopened < profile.reopening.times


_CONDITIONS: Mapping[Action, Callable[[DemandState, MechanismProfile], bool]] = {
    Action.ANSWER: lambda _, profile: profile.on_spot.answer,
    Action.PROMISE: lambda _, profile: profile.on_spot.promise,
    Action.APPEAL: lambda state, _: state.appealed is None,
    Action.DECIDE_APPEAL: lambda state, _: state.appealed == "open",
    Action.PUT_ON_AGENDA: lambda state, profile: meeting_of(state, profile) is not None,
    Action.OFFER: _may_be_offered,
    Action.ASSIGN: lambda state, profile: not _met_on_first(state, profile),
    Action.ESCALATE: lambda state, profile: profile.level_above(state.desk) is not None,
    Action.SEND_DOWN: lambda state, profile: level_below(state.desk, profile) is not None,
    Action.ASK: lambda state, _: bool(open_requests(state)),
    Action.APPROVE: lambda state, _: state.asked is not None,
    Action.DENY: lambda state, _: state.asked is not None,
    Action.LAPSE: _has_lapsed,
    Action.CALL_BACK: _is_to_be_called_back,
    Action.REOPEN: _may_be_reopened,
}


def _finished(_state: DemandState, facts: Facts, _profile: MechanismProfile) -> StateKey:
    # Found and mended by staff: nobody to tell, no rating (S2b).
    return _S.DONE if facts.raised_by_resident else _S.CLOSED


def _checked(_state: DemandState, facts: Facts, _profile: MechanismProfile) -> StateKey:
    return _S.VERIFIED if facts.result == PROPERLY_DONE else _S.IN_PROGRESS


def _fed_back(state: DemandState, facts: Facts, _profile: MechanismProfile) -> StateKey:
    if state.key is not _S.REJECTED:
        return _S.FED_BACK if facts.reporter_reachable else _S.CLOSED
    may_still_appeal = facts.raised_by_resident and state.appealed in (None, "open")
    return _S.REJECTED if may_still_appeal else _S.CLOSED


def _appeal_decided(state: DemandState, facts: Facts, _profile: MechanismProfile) -> StateKey:
    if facts.upheld:
        return _S.REGISTERED
    return _S.REJECTED if state.told_at is None else _S.CLOSED


def _met(_state: DemandState, facts: Facts, _profile: MechanismProfile) -> StateKey:
    return _RESOLVED.get(facts.outcome, _S.DELIBERATED)


def _asked(state: DemandState, facts: Facts, profile: MechanismProfile) -> StateKey:
    if facts.request is None or needs_approval(facts.request, profile):
        return state.key
    return _GRANTED.get(facts.request, state.key)


def _approved(state: DemandState, _facts: Facts, _profile: MechanismProfile) -> StateKey:
    return state.key if state.asked is None else _GRANTED.get(state.asked, state.key)


def _rated(state: DemandState, facts: Facts, profile: MechanismProfile) -> StateKey:
    return _S.REWORK if sends_back(facts.stars, state, profile) else _S.RATED


def needs_approval(request: Request, profile: MechanismProfile) -> bool:
    """Say whether the level above has to agree before what is asked for holds."""
    return bool(getattr(profile.approvals, request) == "level_above")


_ENDS: Mapping[Action, Callable[[DemandState, Facts, MechanismProfile], StateKey]] = {
    Action.FINISH: _finished,
    Action.CHECK: _checked,
    Action.FEED_BACK: _fed_back,
    Action.DECIDE_APPEAL: _appeal_decided,
    Action.RESOLVE: _met,
    Action.ASK: _asked,
    Action.APPROVE: _approved,
    Action.RATE: _rated,
}
