"""诉求的权限: who may do which act to a demand (MECHANISMS S2b; the permission table is in `people`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.domain.demand_acts import Action
from server.domain.demand_levels import HEIGHT, reaches
from server.domain.demand_states import DemandState, StateKey
from server.domain.demand_ways import waits_for_arbiter
from server.domain.jurisdiction import Level, contains
from server.domain.mechanism import MechanismProfile
from server.domain.people import Actor, ActorKind
from server.domain.permissions import Permission
from server.domain.problems import Forbidden
from server.domain.roles import Function

_S = StateKey
_OF_A_GRID = frozenset({Function.GRID_WORKER, Function.GRID_LEAD})


def authorise(
    state: DemandState, action: Action, *, actor: Actor, place: str, profile: MechanismProfile
) -> None:
    """Raise Forbidden unless `actor` may do `action` to a demand in the division `place`.

    Its code is "demand.checked_by_its_handler", "demand.arbiter_decides", "demand.approved_from_above" or
    "demand.not_yours".
    """
    if is_authorised(state, action, actor=actor, place=place, profile=profile):
        return
    if action is Action.CHECK and actor.id == state.handler_id:
        raise Forbidden("demand.checked_by_its_handler")
    if action in _DISPATCHING and waits_for_arbiter(state, profile):
        raise Forbidden("demand.arbiter_decides")
    if action in (Action.APPROVE, Action.DENY, Action.DECIDE_APPEAL):
        raise Forbidden("demand.approved_from_above")
    raise Forbidden("demand.not_yours", action=action.value)


def is_authorised(
    state: DemandState, action: Action, *, actor: Actor, place: str, profile: MechanismProfile
) -> bool:
    """Say whether `actor` may do `action` to a demand in the division `place`."""
    right = _RIGHTS[actor.kind].get(action)
    return right is not None and right(_Asked(state, actor, place, profile))


def claims_in(actor: Actor) -> frozenset[str]:
    """Return the villages where the actor may also claim what lies in no grid: those in which he has one (LL-21)."""
    if not actor.may(Permission.CLAIM_DEMAND):
        return frozenset()
    held = (post.jurisdiction for post in actor.posts if post.function in _OF_A_GRID)
    return frozenset(code[: Level.VILLAGE.digits] for code in held if len(code) >= Level.VILLAGE.digits)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who wants to act, on what, where, under which mechanism."""

    state: DemandState
    actor: Actor
    place: str
    profile: MechanismProfile

    @property
    def handles(self) -> bool:
        """Whether the demand is in the actor's hands: his own, or those of somebody he stands in for there."""
        posts = self.actor.posts
        stood_in_for = {post.stand_in_for for post in posts if contains(post.jurisdiction, self.place)}
        return self.state.handler_id is not None and self.state.handler_id in {self.actor.id, *stood_in_for}

    def sits_at_desk(self, permission: Permission) -> bool:
        """Whether he holds the permission there at the level of the demand's desk, or above."""
        return reaches(self.actor.level_by(permission, at=self.place), self.state.desk)


_Right = Callable[[_Asked], bool]


def _anywhere(permission: Permission) -> _Right:
    """What is met in the field may lie beyond the worker's own grid."""
    return lambda asked: asked.actor.may(permission)


def _there(permission: Permission) -> _Right:
    return lambda asked: asked.actor.may(permission, at=asked.place)


def _claims(asked: _Asked) -> bool:
    return asked.actor.may(Permission.CLAIM_DEMAND, at=asked.place) or asked.place in claims_in(asked.actor)


def _at_desk(permission: Permission) -> _Right:
    return lambda asked: asked.sits_at_desk(permission)


def _dispatching(permission: Permission) -> _Right:
    def right(asked: _Asked) -> bool:
        if not asked.sits_at_desk(permission):
            return False
        return not waits_for_arbiter(asked.state, asked.profile) or _arbitrates(asked, permission)

    return right


def _arbitrates(asked: _Asked, permission: Permission) -> bool:
    level = asked.actor.level_by(permission, at=asked.place)
    above = level is not None and HEIGHT[level] > HEIGHT[asked.state.desk]
    return above or asked.actor.holds(Function.ARBITER, at=asked.place)


def _in_hand(asked: _Asked) -> bool:
    """Whoever has it; for a unit, the desk writes down what it reports."""
    if asked.state.unit_id is not None and asked.state.handler_id is None:
        return asked.sits_at_desk(Permission.ASSIGN_DEMAND)
    return asked.actor.may(Permission.HANDLE_DEMAND) and asked.handles


def _in_hand_or_at_desk(asked: _Asked) -> bool:
    return _in_hand(asked) or asked.sits_at_desk(Permission.ASSIGN_DEMAND)


def _finishes(asked: _Asked) -> bool:
    if asked.state.key is _S.SUBMITTED:  # mended by whoever takes it in
        return asked.actor.may(Permission.TAKE_IN_DEMAND)
    if asked.state.key is _S.PROJECTISED:
        return _in_hand_or_at_desk(asked)
    return _in_hand(asked)


def _from_above(asked: _Asked) -> bool:
    """The level above the desk; at the county's highest, somebody of it. Never who asks or handles it."""
    level = asked.actor.level_by(Permission.APPROVE_DEMAND, at=asked.place)
    concerned = (asked.state.handler_id, asked.state.asked_by_id)
    return reaches(level, asked.profile.approver_of(asked.state.desk)) and asked.actor.id not in concerned


def _decides_appeal(asked: _Asked) -> bool:
    level = asked.actor.level_by(Permission.APPROVE_DEMAND, at=asked.place)
    above = reaches(level, asked.profile.approver_of(asked.state.desk))
    return above and asked.actor.id != asked.state.screened_by_id


def _rejects(asked: _Asked) -> bool:
    """With four eyes, not whoever registered it."""
    alone = asked.profile.screening.second_person and asked.actor.id == asked.state.screened_by_id
    return not alone and asked.sits_at_desk(Permission.CLASSIFY_DEMAND)


def _checks(asked: _Asked) -> bool:
    return asked.actor.may(Permission.CHECK_DEMAND) and asked.actor.id != asked.state.handler_id


def _feeds_back(asked: _Asked) -> bool:
    """忠县's village tells the reporter whoever settled it (ZX-50); elsewhere whoever took it on, or its desk."""
    if asked.profile.feedback.by == "village" or asked.state.key is _S.REJECTED:
        return asked.actor.may(Permission.REPORT_BACK, at=asked.place)
    return _in_hand(asked) or asked.sits_at_desk(Permission.REPORT_BACK)


def _unless_handler(permission: Permission) -> _Right:
    return lambda asked: (
        asked.actor.may(permission, at=asked.place) and asked.actor.id != asked.state.handler_id
    )


def _takes_back(asked: _Asked) -> bool:
    """Staff take back what was entered by mistake, a second person, and the same day."""
    second = asked.actor.id != asked.state.first_asked_id
    return (
        second
        and asked.profile.withdrawal.staff_same_day
        and asked.actor.may(Permission.REGISTER_DEMAND, at=asked.place)
    )


def _always(_asked: _Asked) -> bool:
    return True


def _judges(capacity: Callable[[Actor], str | None]) -> _Right:
    def right(asked: _Asked) -> bool:
        class_ = asked.state.class_
        who = ("reporter",) if class_ is None else asked.profile.evaluators(class_)
        return capacity(asked.actor) in who

    return right


def _of_the_unit(asked: _Asked) -> bool:
    return asked.state.unit_id is not None and asked.state.unit_id == asked.actor.unit_id


def _unit_feeds_back(asked: _Asked) -> bool:
    return (
        asked.profile.feedback.by != "village" and _of_the_unit(asked) and asked.state.key is not _S.REJECTED
    )


_STAFF: Mapping[Action, _Right] = {
    Action.TAKE_IN: _anywhere(Permission.TAKE_IN_DEMAND),
    Action.ANSWER: _anywhere(Permission.TAKE_IN_DEMAND),
    Action.PROMISE: _anywhere(Permission.TAKE_IN_DEMAND),
    Action.LOOK: _anywhere(Permission.LOOK_AT_DEMAND),
    Action.REGISTER: _at_desk(Permission.REGISTER_DEMAND),
    Action.ASK_INFO: _at_desk(Permission.REGISTER_DEMAND),
    Action.SUPPLY: _at_desk(Permission.REGISTER_DEMAND),
    Action.LIST: _at_desk(Permission.CLASSIFY_DEMAND),
    Action.REJECT: _rejects,
    Action.REFER: _at_desk(Permission.REGISTER_DEMAND),
    Action.APPEAL: _there(Permission.REGISTER_DEMAND),
    Action.DECIDE_APPEAL: _decides_appeal,
    Action.MERGE: _at_desk(Permission.REGISTER_DEMAND),
    Action.SPLIT: _at_desk(Permission.REGISTER_DEMAND),
    Action.CLASSIFY: _dispatching(Permission.CLASSIFY_DEMAND),
    Action.PUT_ON_AGENDA: _dispatching(Permission.HOLD_MEETING),
    Action.RESOLVE: _at_desk(Permission.HOLD_MEETING),
    Action.OFFER: _dispatching(Permission.ASSIGN_DEMAND),
    Action.CLAIM: _claims,
    Action.ASSIGN: _dispatching(Permission.ASSIGN_DEMAND),
    Action.TRANSFER: _at_desk(Permission.ASSIGN_DEMAND),
    Action.RECALL: _at_desk(Permission.ASSIGN_DEMAND),
    Action.ACCEPT: _in_hand,
    Action.RETURN_ORDER: _in_hand,
    Action.START: _in_hand,
    Action.PROGRESS: _in_hand,
    Action.CANNOT: _in_hand,
    Action.ESCALATE: _dispatching(Permission.ASSIGN_DEMAND),
    Action.SEND_DOWN: _at_desk(Permission.ASSIGN_DEMAND),
    Action.ASK: _in_hand_or_at_desk,
    Action.APPROVE: _from_above,
    Action.DENY: _from_above,
    Action.RESUME: _in_hand_or_at_desk,
    Action.PROJECTISE: _from_above,
    Action.FINISH: _finishes,
    Action.CHECK: _checks,
    Action.FEED_BACK: _feeds_back,
    Action.RATE: _unless_handler(Permission.REPORT_BACK),
    Action.REOPEN: _there(Permission.REPORT_BACK),
    Action.WITHDRAW: _takes_back,
    Action.URGE: _there(Permission.SUPERVISE_DEMAND),
    Action.SUPERVISE: _there(Permission.SUPERVISE_DEMAND),
    Action.CALL_BACK: _unless_handler(Permission.CALL_BACK),
}
_DISPATCHING = frozenset(
    {Action.CLASSIFY, Action.PUT_ON_AGENDA, Action.OFFER, Action.ASSIGN, Action.ESCALATE}
)

_RIGHTS: Mapping[ActorKind, Mapping[Action, _Right]] = {
    ActorKind.ACCOUNT: _STAFF,
    ActorKind.APP_USER: _STAFF,
    ActorKind.RESIDENT: {
        Action.TAKE_IN: _always,
        Action.SUPPLY: _always,
        Action.APPEAL: _always,
        Action.WITHDRAW: _always,
        Action.RATE: _judges(lambda _actor: "reporter"),
    },
    ActorKind.EVALUATOR: {Action.RATE: _judges(lambda actor: actor.evaluates)},
    ActorKind.UNIT: {
        Action.CLAIM: _always,
        Action.FEED_BACK: _unit_feeds_back,
        **dict.fromkeys(
            (
                Action.ACCEPT,
                Action.RETURN_ORDER,
                Action.START,
                Action.PROGRESS,
                Action.CANNOT,
                Action.ASK,
                Action.FINISH,
            ),
            _of_the_unit,
        ),
    },
    # What nobody does by hand: the clock's own acts.
    ActorKind.SYSTEM: {
        Action.AUTO_CLOSE: _always,
        Action.LAPSE: _always,
        Action.ASSIGN: lambda asked: asked.state.key is _S.OFFERED,
    },
}
