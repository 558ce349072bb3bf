"""The story told to the server: what a phone sends goes the way of a phone's records, what the office does the office's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import cast
from uuid import UUID

from server.demo.acts import Act, FollowUpAct, OfficeAct
from server.demo.chance import key_of
from server.demo.county import County
from server.demo.instances import PhoneAct, form_of, xml_of
from server.demo.upkeep import (
    DeskAct,
    ProposalsDecided,
    StandInNamed,
    TagBegun,
    TagEndConfirmed,
    TagEndProposed,
    UpkeepAct,
)
from server.domain.mechanism import Canonical
from server.domain.people import Actor, Post
from server.domain.problems import Conflict, NotFound
from server.domain.register_change import TAG_ENDED, Effect, change_of
from server.services import actors, posts, submissions
from server.services.demands import closing, dispatch, triage
from server.services.register import changes, households
from server.services.register.changes import Statement
from server.services.submissions import RowsFailed, Upload
from server.storage import demands as demand_storage
from server.storage import households as household_storage
from server.storage import submissions as submission_storage
from server.storage.demands import Demand
from server.storage.households import Person, RegisterChange
from server.storage.posts import Account
from server.work import Work

REFUSALS = (NotFound, Conflict, RowsFailed)


class Teller:
    """Tells acts in the names of those who did them; who somebody is on a day is looked up once."""

    def __init__(self, county: County, keys: Mapping[UUID, str]) -> None:
        self._keys = keys
        self._staff = {member.key: member for member in county.staff}
        self._known: dict[tuple[UUID, bool, tuple[Post, ...]], Actor] = {}

    def tell(self, work: Work, act: Act | UpkeepAct) -> None:
        """Do one act at its own moment. Raises one of REFUSALS where the county does not admit it.

        That happens after a gap: days nobody topped up are missing from the story, and with them the demands and the
        steps that later acts follow on.
        """
        at = act.at.astimezone(dt.UTC)
        by = replace(work, actor=self._actor(work, act, at), now=at)
        if isinstance(act, OfficeAct):
            _at_the_desk(by, act)
        elif isinstance(act, DeskAct):
            _in_the_office(by, act)
        else:
            _by_phone(by, act)

    def _actor(self, work: Work, act: Act | UpkeepAct, at: dt.datetime) -> Actor:
        day, by_phone = act.at.date(), not isinstance(act, OfficeAct | DeskAct)
        posts = tuple(post for post in self._staff[act.author].posts if post.holds_on(day))
        who = (act.author, by_phone, posts)
        if who not in self._known:
            self._known[who] = self._look_up(work, act.author, at, by_phone=by_phone)
        return self._known[who]

    def _look_up(self, work: Work, author: UUID, at: dt.datetime, *, by_phone: bool) -> Actor:
        actor = actors.of_key(work.session, self._keys[author], now=at) if by_phone else None
        return actor or actors.of_account(work.session, work.session.get_one(Account, author), now=at)


def _by_phone(work: Work, act: PhoneAct) -> None:
    demand_id = _demand(work, act.demand).id if isinstance(act, FollowUpAct) else None
    upload = Upload(xml_of(act, demand_id=demand_id), device_id=f"demo:{act.author}")
    submissions.receive(work, submissions.prepare(work, upload))


def _demand(work: Work, key: str) -> Demand:
    """The demand with a key of the story: the act that raised it, and its place there from 1."""
    act, _, place = key.rpartition("/")
    sent = submission_storage.by_instance(
        work.session, form_id=form_of(act), instance_id=f"uuid:{key_of('instance', act)}"
    )
    found = None
    if sent is not None:
        found = demand_storage.of_submission(work.session, sent.id, position=int(place) - 1)
    if found is None:
        raise NotFound("demand.unknown", id=key)
    return found


def _at_the_desk(work: Work, act: OfficeAct) -> None:
    """登记、分类、派单、请人核实、反馈, each as a click at the desk would do it."""
    demand_id = _demand(work, act.demand).id
    match act.verb:
        case "register":
            triage.register(work, demand_id)
        case "classify":
            triage.classify(work, demand_id, cast(Canonical, act.klass))
        case "assign":
            dispatch.assign(work, demand_id, _named(act), measure=act.words, deadline=act.due_on)
        case "look":
            closing.ask_to_look(work, demand_id, _named(act))
        case "feed_back":
            closing.feed_back(work, demand_id, words=act.words)


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


def _named(act: OfficeAct) -> UUID:
    """Who is to look, or to handle it."""
    if act.assignee is None:
        raise LookupError(act.key)
    return act.assignee
