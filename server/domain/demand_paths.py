"""诉求的出路: whether, under a county's mechanism, every demand comes to its end and every step has somebody to take it.

The engine itself is asked: from 草稿 on, everybody the county has does everything he may in every state that is
reached. What differs in nothing but dates and counted-down limits is the same place on that walk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from server.domain.demand_acts import Action
from server.domain.demand_rehearsal import Rehearsal, cast_of
from server.domain.demand_replay import begun
from server.domain.demand_states import DemandState, StateKey
from server.domain.demand_ways import is_low, waits_for_arbiter
from server.domain.mechanism import Canonical, HandlingLevel, MechanismProfile
from server.domain.mechanism.consistency import contradiction
from server.domain.people import Actor
from server.domain.problems import Invalid

_S = StateKey
_ENDS = frozenset({_S.CLOSED, _S.AUTO_CLOSED, _S.WITHDRAWN, _S.REFERRED})
_NOT_RELIED_ON = frozenset({Action.WITHDRAW, Action.MERGE, Action.REFER, Action.RATE, Action.APPEAL})
"""Ways on that settle nothing, or that only the reporter may go: what has no other is stuck."""

_BEGINNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


def check(profile: MechanismProfile) -> None:
    """Raise Invalid with `key` and Chinese `reason` for a mechanism in which a demand sticks, or a step has nobody.

    "profile.unknown_key" for a word given to an act or a state there is none of, "profile.contradiction" for the rest.
    """
    _check_words("verbs", profile.verbs, [action.value for action in Action])
    _check_words("states", profile.states, [key.value for key in StateKey])
    _check_rehearsed(profile)


def _check_words(key: str, words: Mapping[str, str], known: Sequence[str]) -> None:
    for name in words:
        if name not in known:
            raise Invalid("profile.unknown_key", key=f"{key}.{name}", reason="没有这个动作或状态，请检查拼写")


@lru_cache(maxsize=32)
def _check_rehearsed(profile: MechanismProfile) -> None:
    refuse_dead_ends(walk(profile, cast_of(profile)), profile)


def refuse_dead_ends(walked: Walked, profile: MechanismProfile) -> None:
    """Raise Invalid("profile.contradiction") for the first state no demand gets out of, or act nobody could do."""
    for key in walked.stuck():
        raise contradiction(_KEYS.get(key, "levels"), f"“{profile.state_word(key)}”的诉求走不出去，办不完")
    for action in walked.untaken():
        raise contradiction("levels", f"“{profile.verb(action)}”这一步没有人能办")


_KEYS: Mapping[StateKey, str] = {
    _S.REJECTED: "appeal",
    _S.AGENDA: "meetings",
    _S.OFFERED: "dispatch",
    _S.RETURNED: "returns",
    _S.ESCALATED: "escalation.chain",
    _S.SUSPENDED: "suspension",
    _S.FED_BACK: "rating",
    _S.RATED: "low_rating",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere a demand can be on its way, as far as it matters for getting on."""

    key: StateKey
    desk: HandlingLevel
    class_: Canonical | None
    by_unit: bool
    asked: str | None
    appealed: str | None
    with_arbiter: bool
    rated_low: bool


@dataclass(frozen=True, slots=True)
class Walked:
    """All places that were reached, where each leads, and what was open and what was done somewhere."""

    leads_to: Mapping[Place, frozenset[Place]]
    opened: frozenset[Action]
    taken: frozenset[Action]

    def stuck(self) -> tuple[StateKey, ...]:
        """Return the states from which some demand never comes to an end."""
        ending = {place for place in self.leads_to if place.key in _ENDS}
        grown = True
        while grown:
            more = {
                place for place, onward in self.leads_to.items() if not onward.isdisjoint(ending)
            } - ending
            ending |= more
            grown = bool(more)
        # What is merged follows its master.
        lost = {place.key for place in self.leads_to.keys() - ending if place.key is not _S.MERGED}
        return tuple(key for key in StateKey if key in lost)

    def untaken(self) -> tuple[Action, ...]:
        """Return the acts that fitted somewhere and that nobody could do anywhere."""
        return tuple(action for action in Action if action in self.opened - self.taken)


def walk(profile: MechanismProfile, cast: Sequence[Actor]) -> Walked:
    """Return where demands can get to if these people do everything they may."""
    rehearsal = Rehearsal(profile, cast)
    beginning = begun(_BEGINNING)
    met = {_place(beginning, profile): beginning}
    waiting = list(met)
    leads_to: dict[Place, frozenset[Place]] = {}
    for place in waiting:  # which grows as it is walked
        onward = set()
        for action, state in rehearsal.steps(met[place]):
            reached = _place(state, profile)
            if reached not in met:
                met[reached] = state
                waiting.append(reached)
            if action not in _NOT_RELIED_ON:
                onward.add(reached)
        leads_to[place] = frozenset(onward)
    return Walked(leads_to, frozenset(rehearsal.opened), frozenset(rehearsal.taken))


def _place(state: DemandState, profile: MechanismProfile) -> Place:
    return Place(
        key=state.key,
        desk=state.desk,
        class_=state.class_,
        by_unit=state.unit_id is not None,
        asked=state.asked,
        appealed=state.appealed if state.key is _S.REJECTED else None,
        with_arbiter=waits_for_arbiter(state, profile),
        rated_low=state.key is _S.RATED and is_low(state.stars, profile),
    )
