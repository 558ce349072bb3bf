"""The story told to the server: what a phone sends goes the way of a phone's records, what the office does the office's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from server.demo import casework, gatherings
from server.demo.acts import FollowUpAct, PhoneAct, Record
from server.demo.case_acts import JudgedAct, MeetingAct, OfficeAct, ResidentAct, ScanAct, UnitAct
from server.demo.county import County
from server.demo.instances import xml_of
from server.demo.story import Act
from server.demo.upkeep import (
    DeskAct,
    ProposalsDecided,
    StandInNamed,
    TagBegun,
    TagEndConfirmed,
    TagEndProposed,
    UpkeepAct,
)
from server.domain.people import Actor
from server.domain.problems import Conflict, Forbidden, Invalid, NotFound
from server.domain.register_change import TAG_ENDED, Effect, change_of
from server.domain.roles import Post
from server.services import actors, posts, residents, submissions, units
from server.services.register import changes, households
from server.services.register.changes import Statement
from server.services.submissions import RowsFailed, Upload
from server.storage import households as household_storage
from server.storage.demands import Demand
from server.storage.households import Person, RegisterChange
from server.storage.posts import Account
from server.work import Work

_Authored = PhoneAct | OfficeAct | JudgedAct | MeetingAct | UpkeepAct
REFUSALS = (NotFound, Conflict, Forbidden, Invalid, RowsFailed)


class Teller:
    """Tells acts in the names of those who did them; who somebody is on a day is looked up once."""

    def __init__(self, county: County, keys: Mapping[UUID, str]) -> None:
        self._county, self._keys = county, keys
        self._staff = {member.key: member for member in county.staff}
        self._known: dict[tuple[UUID, bool, tuple[Post, ...]], Actor] = {}

    def tell(self, work: Work, act: Act | UpkeepAct) -> None:
        """Do one act at its own moment. Raises one of REFUSALS where the county does not admit it.

        That happens after a gap: days nobody topped up are missing from the story, and with them the demands and the
        steps that later acts follow on.
        """
        then = replace(work, now=act.at.astimezone(dt.UTC))
        if isinstance(act, ResidentAct | UnitAct | ScanAct):
            self._without_account(then, act)
            return
        by = replace(then, actor=self._actor(then, act))
        if isinstance(act, OfficeAct | JudgedAct | MeetingAct):
            self._at_a_desk(by, act)
        elif isinstance(act, DeskAct):
            _in_the_office(by, act)
        else:
            self._by_phone(by, act)

    def _actor(self, work: Work, act: _Authored) -> Actor:
        by_phone = isinstance(act, Record)
        posts = tuple(post for post in self._staff[act.author].posts if post.holds_on(act.at.date()))
        who = (act.author, by_phone, posts)
        if who not in self._known:
            self._known[who] = self._look_up(work, act.author, by_phone=by_phone)
        return self._known[who]

    def _look_up(self, work: Work, author: UUID, *, by_phone: bool) -> Actor:
        session, now = work.session, work.now
        actor = actors.of_key(session, self._keys[author], now=now) if by_phone else None
        return actor or actors.of_account(session, session.get_one(Account, author), now=now)

    def _without_account(self, work: Work, act: ResidentAct | UnitAct | ScanAct) -> None:
        """What residents do on their pages, and units through their links."""
        if isinstance(act, ScanAct):
            casework.scan(replace(work, actor=residents.stranger()), act)
            return
        demand = self._demand(work, act.demand)
        if isinstance(act, UnitAct):
            unit = casework.unit_of(work, act.unit)
            casework.by_unit(replace(work, actor=units.actor_of(unit)), demand, act)
        else:
            casework.by_reporter(replace(work, actor=residents.reporter_of(demand)), demand, act)

    def _at_a_desk(self, work: Work, act: OfficeAct | JudgedAct | MeetingAct) -> None:
        match act:
            case OfficeAct():
                other = self._demand(work, act.other) if act.other else None
                casework.at_desk(work, self._demand(work, act.demand), act, other=other)
            case JudgedAct():
                casework.judge(work, self._demand(work, act.demand), act)
            case MeetingAct():
                gatherings.meet(work, act)

    def _by_phone(self, work: Work, act: PhoneAct) -> None:
        demand_id = self._demand(work, act.demand).id if isinstance(act, FollowUpAct) else None
        upload = Upload(xml_of(act, demand_id=demand_id), device_id=f"demo:{act.author}")
        submissions.receive(work, submissions.prepare(work, upload))

    def _demand(self, work: Work, key: str) -> Demand:
        return casework.demand_of(work, self._county, key)


def _in_the_office(work: Work, act: UpkeepAct) -> None:
    """What changes the roster and the posts."""
    match act:
        case TagBegun():
            tag = act.tag
            households.begin_tag(
                work, act.person, tag=tag.code, begun_on=tag.begun_on, basis=tag.basis, said_by=tag.said_by
            )
        case TagEndProposed():
            _propose_end(work, act)
        case TagEndConfirmed():
            for proposal in household_storage.undecided(work.session, act.household):
                if proposal.change == TAG_ENDED:
                    changes.confirm_change(work, proposal.id)
        case ProposalsDecided():
            _decide_all(work, before=act.before)
        case StandInNamed():
            posts.name_stand_in(
                work,
                act.stand_in,
                grid=act.grid,
                first_day=act.first_day,
                last_day=act.last_day,
                stand_in_for=act.absent,
            )


_ASKED_BACK = (Effect.SET_TIER, Effect.BEGIN_TAG, Effect.END_TAG)
"""What somebody would have to look into first: the demo's township sends it back."""


def _decide_all(work: Work, *, before: dt.datetime) -> None:
    for proposal in household_storage.proposals(work.session, scope=work.actor.scope):
        if proposal.proposed_at < before:
            _decide(work, proposal)


def _decide(work: Work, proposal: RegisterChange) -> None:
    if change_of(proposal.change).effect in _ASKED_BACK:
        changes.refuse_change(work, proposal.id, reason="unclear")
        return
    try:
        changes.confirm_change(work, proposal.id)
    except Conflict:
        changes.refuse_change(work, proposal.id, reason="repeated")


def _propose_end(work: Work, act: TagEndProposed) -> None:
    tags = work.session.get_one(Person, act.person).tags
    for tag in tags:
        if tag.tag == act.tag and tag.ended_at is None:
            statement = Statement(change=TAG_ENDED, person_id=act.person, tag_id=tag.id)
            changes.propose_change(work, act.household, statement)
