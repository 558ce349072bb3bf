"""派单: who is charged with a demand — a person, a unit, whoever claims it, a meeting, or the level above."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.domain.demand import decide
from server.domain.demand_acts import Action
from server.domain.demand_levels import handling_level
from server.domain.demand_statements import hotline_latest
from server.domain.demand_states import is_unresolved
from server.domain.demand_ways import meeting_of
from server.domain.events.demands import UnitsCalled
from server.domain.jurisdiction import level_of
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.roles import Role
from server.figures.case_words import due_day_of
from server.services.demands.acts import facts_of, perform, profile_of
from server.services.demands.handlers import chosen, chosen_units
from server.services.demands.notes import noted
from server.services.demands.reach import reached
from server.services.demands.words import legible
from server.storage.demands import Demand
from server.storage.meetings import MeetingItem
from server.storage.profiles import calendar_of
from server.storage.units import DemandUnit
from server.work import Reading, Work

LEAD, SUPPORT = "lead", "support"


def assign(
    work: Work,
    demand_id: uuid.UUID,
    handler_id: uuid.UUID | None = None,
    *,
    unit_id: uuid.UUID | None = None,
    support: Sequence[uuid.UUID] = (),
    measure: str | None = None,
    deadline: dt.date | None = None,
    seen: int | None = None,
) -> Demand:
    """派单 to a person or a unit, with supporting units, measure and deadline as the profile requires (ZX-36, XA-43).

    Raises NotFound for whom it cannot be given to, Invalid("demand.one_taker") for a person and a unit at once,
    Invalid("demand.required_fields"), Invalid("demand.deadline_past", "demand.hotline_too_late"), Forbidden, Conflict.
    """
    order = Order(handler_id, unit_id, tuple(support), measure, deadline)
    return give(work, reached(work, demand_id, seen=seen), Action.ASSIGN, order)


def transfer(
    work: Work,
    demand_id: uuid.UUID,
    handler_id: uuid.UUID | None = None,
    *,
    unit_id: uuid.UUID | None = None,
    support: Sequence[uuid.UUID] = (),
    measure: str | None = None,
    deadline: dt.date | None = None,
    seen: int | None = None,
) -> Demand:
    """转派: somebody else is charged with what is assigned already. Raises as assign."""
    order = Order(handler_id, unit_id, tuple(support), measure, deadline)
    return give(work, reached(work, demand_id, seen=seen), Action.TRANSFER, order)


@dataclass(frozen=True, slots=True)
class Order:
    """A person or a unit, who supports, what is to be done, and by which day."""

    handler_id: uuid.UUID | None
    unit_id: uuid.UUID | None
    support: tuple[uuid.UUID, ...]
    measure: str | None
    deadline: dt.date | None


def give(work: Work, demand: Demand, action: Action, order: Order) -> Demand:
    """Charge somebody with a demand already locked. Raises as assign."""
    measure = legible(order.measure)
    perform(
        work,
        demand,
        action,
        **_taker(work, demand, order),
        support=tuple(unit.id for unit in chosen_units(work, demand, order.support)),
        measure=measure,
        deadline=order.deadline,
        words=measure,
    )
    demand.measure = measure or None
    _call(work, demand, order)
    noted(
        work,
        demand,
        action.value,
        measure,
        handler_id=_text(order.handler_id),
        unit_id=_text(order.unit_id),
    )
    return demand


def _taker(work: Work, demand: Demand, order: Order) -> dict[str, Any]:
    """What the decision reads of whoever is charged."""
    if order.handler_id is not None and order.unit_id is not None:
        raise Invalid("demand.one_taker")
    if order.handler_id is not None:
        handler = chosen(work, demand, order.handler_id)
        return {"handler_id": handler.id, "handler_level": handling_level(Role(handler.role))}
    if order.unit_id is not None:
        (unit,) = chosen_units(work, demand, [order.unit_id])
        return {"unit_id": unit.id, "handler_unit": level_of(unit.division).value}
    return {}


def _call(work: Work, demand: Demand, order: Order) -> None:
    """The units of this order instead of those of the last."""
    work.session.execute(sa.delete(DemandUnit).where(DemandUnit.demand_id == demand.id))
    roles = dict.fromkeys(order.support, SUPPORT)
    if order.unit_id is not None:
        roles[order.unit_id] = LEAD
    for unit_id, role in roles.items():
        work.session.add(DemandUnit(demand_id=demand.id, unit_id=unit_id, role=role, called_at=work.now))
    work.session.flush()


def _text(key: uuid.UUID | None) -> str | None:
    return None if key is None else str(key)


def offer(work: Work, demand_id: uuid.UUID, *, words: str | None = None, seen: int | None = None) -> Demand:
    """发布认领: whoever may claim such matters sees it (LL-21). Raises NotFound, Forbidden, Conflict."""
    return _with_words(work, demand_id, Action.OFFER, words, seen=seen)


def claim(
    work: Work, demand_id: uuid.UUID, *, deadline: dt.date | None = None, seen: int | None = None
) -> Demand:
    """认领: it is in the hands of who claims it, or of his unit, by the day he says (LL-24).

    Raises NotFound, Forbidden, Conflict, Invalid("demand.deadline_past", "demand.hotline_too_late").
    """
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, Action.CLAIM, deadline=deadline)
    if work.actor.unit_id is not None:
        work.session.merge(
            DemandUnit(demand_id=demand.id, unit_id=work.actor.unit_id, role=LEAD, called_at=work.now)
        )
        work.session.flush()
    return demand


def claimed_until(reading: Reading, demand: Demand) -> dt.date | None:
    """Return the day a demand is due where the reader, who may, claims it now and names none; None without a clock."""
    profile = profile_of(reading, demand)
    after = decide(
        demand.state,
        Action.CLAIM,
        actor=reading.actor,
        facts=facts_of(demand),
        profile=profile,
        calendar=calendar_of(profile),
        now=reading.now,
    )
    return None if after.due_at is None else due_day_of(after.due_at)


def latest_day(reading: Reading, demand: Demand) -> dt.date | None:
    """Return the last day for which a demand of the hotline may be given out now; None for any other demand."""
    profile = profile_of(reading, demand)
    return hotline_latest(
        demand.state,
        channel=demand.channel,
        profile=profile,
        calendar=calendar_of(profile),
        now=reading.now,
    )


def recall(work: Work, demand_id: uuid.UUID, *, words: str, seen: int | None = None) -> Demand:
    """收回: what was assigned comes back to the desk, to be classified again (MECHANISMS S2b).

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _with_words(work, demand_id, Action.RECALL, words, seen=seen)


def escalate(work: Work, demand_id: uuid.UUID, *, reason: str, words: str, seen: int | None = None) -> Demand:
    """上报: it goes to the desk of the level above (ZX-37); its clock goes on.

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _with_words(work, demand_id, Action.ESCALATE, words, seen=seen, reason=reason)


def send_down(work: Work, demand_id: uuid.UUID, *, words: str, seen: int | None = None) -> Demand:
    """驳回上报: back to the desk it came from, with the basis; a second time is for an arbiter (MECHANISMS S2b).

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _with_words(work, demand_id, Action.SEND_DOWN, words, seen=seen)


def put_on_agenda(work: Work, demand_id: uuid.UUID, *, meeting_id: str, seen: int | None = None) -> Demand:
    """议题公示: it waits for the next meeting of a kind, `meeting_id` of the county's profile (JJ-20).

    Raises NotFound, Forbidden, Conflict, Invalid("meeting.kind_unknown").
    """
    demand = reached(work, demand_id, seen=seen)
    meeting = meeting_of(demand.state, profile_of(work, demand))
    if meeting is not None and meeting.id != meeting_id:
        raise Invalid("meeting.kind_unknown", meeting=meeting_id)
    perform(work, demand, Action.PUT_ON_AGENDA)
    work.session.add(MeetingItem(kind=meeting_id, demand_id=demand.id, waiting_since=work.now))
    work.session.flush()
    return demand


def whistle(
    work: Work,
    demand_id: uuid.UUID,
    *,
    unit_ids: Sequence[uuid.UUID],
    at: dt.datetime,
    words: str,
    seen: int | None = None,
) -> Demand:
    """吹哨: call several units together to the place at the moment `at` (aware), where the county does so (LL).

    They support from then on; who is charged with the matter stays. Raises NotFound, Forbidden,
    Conflict("demand.no_whistle") where the county has none or nothing is open, Invalid("demand.nobody_called").
    """
    demand = reached(work, demand_id, seen=seen)
    work.actor.require(Permission.ASSIGN_DEMAND, at=demand.jurisdiction)
    if "whistle" not in profile_of(work, demand).dispatch.modes or not is_unresolved(demand.state.key):
        raise Conflict("demand.no_whistle")
    called = chosen_units(work, demand, unit_ids)
    if not called or at <= work.now:
        raise Invalid("demand.nobody_called")
    for unit in called:
        if work.session.get(DemandUnit, (demand.id, unit.id)) is None:
            work.session.add(
                DemandUnit(demand_id=demand.id, unit_id=unit.id, role=SUPPORT, called_at=work.now)
            )
    demand.version += 1
    noted(work, demand, "whistle", words, at=at.isoformat())
    work.session.flush()
    work.record(
        UnitsCalled(
            subject_id=demand.id,
            jurisdiction=demand.jurisdiction,
            unit_ids=tuple(unit.id for unit in called),
            at=at,
        )
    )
    return demand


def _with_words(
    work: Work,
    demand_id: uuid.UUID,
    action: Action,
    words: str | None,
    *,
    seen: int | None,
    **stated: Any,
) -> Demand:
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, action, words=legible(words), **stated)
    noted(work, demand, action.value, words, **stated)
    return demand
