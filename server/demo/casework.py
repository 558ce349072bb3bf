"""办件 as told to the server: what desks, residents, units and evaluators do about a demand, through the services they use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast
from uuid import UUID

import sqlalchemy as sa

from server.demo.acts import moment
from server.demo.case_acts import JudgedAct, OfficeAct, OfficeVerb, ResidentAct, ScanAct, UnitAct
from server.demo.chance import key_of
from server.demo.county import County
from server.demo.instances import form_of
from server.demo.raising import scan_with
from server.domain.demand_states import Request
from server.domain.mechanism import Canonical
from server.domain.problems import NotFound
from server.services import links, residents
from server.services.demands import attention, closing, dispatch, handling, rating, triage
from server.services.demands.handling import Word
from server.services.residents import Report
from server.storage import demands as demand_storage
from server.storage import resident_reports
from server.storage import submissions as submission_storage
from server.storage.demands import Demand
from server.storage.units import Unit
from server.work import Reading, Work

_WHISTLE_HOUR = 14.0


def demand_of(reading: Reading, county: County, key: str) -> Demand:
    """The demand with a key of the story: the act that raised it, and its place there from 1. Raises NotFound."""
    act, _, place = key.rpartition("/")
    scanned = scan_with(county, act)
    found = _scanned(reading, scanned) if scanned else _sent(reading, act, int(place))
    if found is None:
        raise NotFound("demand.unknown", id=key)
    return found


def _scanned(reading: Reading, act: ScanAct) -> Demand | None:
    found = resident_reports.demand_of(reading.session, _report(act).key)
    return None if found is None else reading.session.get_one(Demand, found)


def _sent(reading: Reading, act: str, place: int) -> Demand | None:
    sent = submission_storage.by_instance(
        reading.session, form_id=form_of(act), instance_id=f"uuid:{key_of('instance', act)}"
    )
    if sent is None:
        return None
    return demand_storage.of_submission(reading.session, sent.id, position=place - 1)


def unit_of(reading: Reading, name: str) -> Unit:
    """A unit by its name. Raises NotFound("unit.unknown")."""
    found = reading.session.scalars(sa.select(Unit).where(Unit.name == name)).first()
    if found is None:
        raise NotFound("unit.unknown", id=name)
    return found


def scan(work: Work, act: ScanAct) -> None:
    """居民扫码: raise what was written on the page of a grid."""
    residents.report(work, _report(act))


def _report(act: ScanAct) -> Report:
    return Report(
        page=act.page,
        grid=act.grid,
        kind=act.kind,
        words=act.words,
        address=act.address or None,
        phone=act.phone or None,
    )


def at_desk(work: Work, demand: Demand, act: OfficeAct, *, other: Demand | None) -> None:
    """A step at a desk, as a click there would do it; `other` is the demand the act names beside its own."""
    if other is not None:
        triage.merge(work, demand.id, master_id=other.id)
    else:
        _AT_DESK[act.verb](work, demand.id, act)


def by_reporter(work: Work, demand: Demand, act: ResidentAct) -> None:
    """A step on the page of a matter, in the name of whoever reported it."""
    match act.verb:
        case "supply":
            triage.supply(work, demand.id, words=act.words)
        case "appeal":
            closing.appeal(work, demand.id, words=act.words)
        case "rate":
            rating.rate(work, demand.id, stars=act.stars, words=act.words)
        case "withdraw":
            closing.withdraw(work, demand.id, words=act.words)


def by_unit(work: Work, demand: Demand, act: UnitAct) -> None:
    """A step through a unit's link."""
    match act.verb:
        case "accept":
            handling.accept(work, demand.id)
        case "return_order":
            handling.return_order(work, demand.id, reason=act.reason, words=act.words)
        case "progress" | "done":
            handling.say(work, demand.id, Word(step=act.verb, words=act.words))
        case "ask":
            handling.ask(
                work, demand.id, request=cast(Request, act.request), words=act.words, until=act.until
            )


def judge(work: Work, demand: Demand, act: JudgedAct) -> None:
    """评价 through a link that the actor of `work` gives to an evaluator, and that he opens."""
    token = links.give_to_evaluator(work, demand.id, evaluator=act.evaluator)
    link = links.opened(work, token, "evaluate")
    evaluator = replace(work, actor=links.evaluator_of(work, link))
    rating.rate(evaluator, demand.id, stars=act.stars, words=act.words)
    links.mark_used(evaluator, link)


def _assign(work: Work, demand_id: UUID, act: OfficeAct) -> None:
    unit_id = unit_of(work, act.unit).id if act.unit else None
    dispatch.assign(work, demand_id, act.assignee, unit_id=unit_id, measure=act.words, deadline=act.until)


def _whistle(work: Work, demand_id: UUID, act: OfficeAct) -> None:
    day = act.until or act.at.date()
    dispatch.whistle(
        work,
        demand_id,
        unit_ids=[unit_of(work, name).id for name in act.units],
        at=moment(day, _WHISTLE_HOUR).astimezone(dt.UTC),
        words=act.words,
    )


def _ask(work: Work, demand_id: UUID, act: OfficeAct) -> None:
    handling.ask(work, demand_id, request=cast(Request, act.request), words=act.words, until=act.until)


def _supervise(work: Work, demand_id: UUID, act: OfficeAct) -> None:
    attention.supervise(work, demand_id, words=act.words, until=act.until or act.at.date())


def _named(act: OfficeAct) -> UUID:
    """Who is to look, or to check."""
    if act.assignee is None:
        raise LookupError(act.key)
    return act.assignee


_AT_DESK: Mapping[OfficeVerb, Callable[[Work, UUID, OfficeAct], object]] = {
    "register": lambda work, key, _: triage.register(work, key),
    "ask_info": lambda work, key, act: triage.ask_info(work, key, words=act.words),
    "supply": lambda work, key, act: triage.supply(work, key, words=act.words),
    "reject": lambda work, key, act: triage.reject(work, key, reason=act.reason, words=act.words),
    "refer": lambda work, key, act: triage.refer(work, key, referred_to=act.reason, words=act.words),
    "look": lambda work, key, act: closing.ask_to_look(work, key, _named(act)),
    "classify": lambda work, key, act: triage.classify(work, key, cast(Canonical, act.klass)),
    "put_on_agenda": lambda work, key, act: dispatch.put_on_agenda(work, key, meeting_id=act.reason),
    "offer": lambda work, key, act: dispatch.offer(work, key, words=act.words),
    "claim": lambda work, key, act: dispatch.claim(work, key, deadline=act.until),
    "assign": _assign,
    "escalate": lambda work, key, act: dispatch.escalate(work, key, reason=act.reason, words=act.words),
    "return_order": lambda work, key, act: handling.return_order(
        work, key, reason=act.reason, words=act.words
    ),
    "ask": _ask,
    "approve": lambda work, key, act: handling.approve(work, key, until=act.until),
    "resume": lambda work, key, act: handling.resume(work, key, words=act.words),
    "whistle": _whistle,
    "ask_to_check": lambda work, key, act: closing.ask_to_check(work, key, _named(act)),
    "feed_back": lambda work, key, act: closing.feed_back(work, key, words=act.words),
    "decide_appeal": lambda work, key, act: closing.decide_appeal(
        work, key, upheld=act.reason == "upheld", words=act.words
    ),
    "call_back": lambda work, key, act: closing.call_back(work, key, words=act.words),
    "urge": lambda work, key, act: attention.urge(work, key, words=act.words),
    "supervise": _supervise,
}
