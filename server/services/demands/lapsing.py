"""到期处理: what the clock brings about in the name of the system, each once."""

from __future__ import annotations

from server.domain.demand_acts import Action
from server.domain.demand_levels import handling_level
from server.domain.demand_states import StateKey
from server.domain.demand_ways import is_open
from server.domain.events.demands import ReminderDue
from server.domain.reminder import reminder
from server.domain.roles import Role
from server.services.demands.acts import perform, profile_of
from server.services.demands.handlers import able_to_handle, can_be_given_to
from server.storage import events
from server.storage.demands import Demand
from server.storage.posts import Account
from server.work import Work


def lapse(work: Work, demand: Demand) -> bool:
    """Do to a locked demand whose step is over what follows from it; whether anything did.

    Not rated: 未评价销号, never as five stars. Not supplied: explained. A refusal told and not appealed against, a
    rating that can be changed no more: closed. A suspension to be looked at again: in progress. Offered and claimed by
    nobody: given to whoever offered it.
    """
    if demand.state.key is StateKey.OFFERED:
        return _give_back(work, demand)
    action = Action.AUTO_CLOSE if demand.state.key is StateKey.FED_BACK else Action.LAPSE
    if not is_open(demand.state, action, profile_of(work, demand)):
        return False
    perform(work, demand, action)
    return True


def remind(work: Work, demand: Demand) -> bool:
    """Say of a locked demand that its date is near or over; the page somebody has open stays good."""
    if demand.remind_at is None:
        return False
    due = reminder(demand.state, scheduled=demand.remind_at, now=work.now)
    demand.remind_at = None if due is None else due.next_at
    if due is not None:
        work.record(
            ReminderDue(
                subject_id=demand.id,
                jurisdiction=demand.jurisdiction,
                what=due.what,
                due_at=due.date,
                handler_id=demand.handler_id,
                unit_id=demand.unit_id,
            )
        )
    return due is not None


def _give_back(work: Work, demand: Demand) -> bool:
    """派单 to whoever offered it, else to somebody of the desk it lies on; False where there is nobody."""
    account = _offered_by(work, demand) or next(
        (each for each in can_be_given_to(work, demand) if _level(each) == demand.desk), None
    )
    if account is None:
        return False
    perform(work, demand, Action.ASSIGN, handler_id=account.id, handler_level=_level(account))
    return True


def _offered_by(work: Work, demand: Demand) -> Account | None:
    offers = [
        row.actor_id
        for row in events.of_subject(work.session, "demand", demand.id)
        if row.details.get("action") == Action.OFFER.value
    ]
    account = work.session.get(Account, offers[-1]) if offers and offers[-1] is not None else None
    return account if account is not None and able_to_handle(work, account) else None


def _level(account: Account) -> str | None:
    return handling_level(Role(account.role))
