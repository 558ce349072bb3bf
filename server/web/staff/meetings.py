"""会议: calling one, its notice on paper, who came, what was voted and who was charged with it (JJ-20 to JJ-22)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, flash, request

from server.domain.demand_acts import Action
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.figures import meetings as figures
from server.figures.meetings import Topic
from server.figures.next_step import mechanism_of
from server.services import meetings as services
from server.services.demands.dispatch import Order
from server.services.meetings import Outcome
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.case_answers import PERSON, UNIT, Text
from server.web.staff.case_asking import Asking, Question
from server.web.staff.case_questions import questions
from server.web.staff.ledger_tabs import ledger_tabs
from server.web.staff.pages import back_to, page
from server.work import Reading, Work

_MOST_VOTES = 10_000
OUTCOMES: dict[Outcome, str] = {
    "assign": "同意办理",
    "escalate": "这里定不了，报上一级",
    "explain": "不办，向反映人解释",
}


class Called(Submitted):
    """召集: which meeting, whose, when, where, about what."""

    kind: str
    division: str
    on: dt.date
    place: str | None = None
    demands: tuple[UUID, ...] = ()


class Held(Submitted):
    """开会: who came, one to a line, and the minutes."""

    attendance: Text = ""
    minutes: Text | None = None


class Resolved(Submitted):
    """表决: the votes, what comes of it, in words; with `to`, who is charged with it and how."""

    votes_for: int
    votes_against: int = 0
    abstentions: int = 0
    outcome: Outcome
    words: Text
    to: str | None = None
    support: tuple[UUID, ...] = ()
    measure: Text | None = None
    deadline: dt.date | None = None

    def order(self) -> Order | None:
        """The task, where somebody is charged with it at once. Raises Invalid("form.invalid")."""
        if self.to is None or self.outcome != "assign":
            return None
        try:
            person = UUID(self.to.removeprefix(PERSON)) if self.to.startswith(PERSON) else None
            unit = UUID(self.to.removeprefix(UNIT)) if self.to.startswith(UNIT) else None
        except ValueError:
            raise Invalid("form.invalid", fields={"to": "没有这个选项"}) from None
        return Order(person, unit, self.support, self.measure, self.deadline)


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/meetings")(meetings)
    blueprint.post("/meetings", endpoint="meeting_call")(call)
    blueprint.get("/meetings/<uuid:meeting_id>")(meeting)
    blueprint.post("/meetings/<uuid:meeting_id>/post", endpoint="meeting_post")(post_agenda)
    blueprint.post("/meetings/<uuid:meeting_id>/hold", endpoint="meeting_hold")(hold)
    blueprint.post("/meetings/<uuid:meeting_id>/items/<uuid:item_id>", endpoint="meeting_resolve")(resolve)


@requires(Permission.VIEW_LISTS)
def meetings() -> str:
    """The meetings, and what waits to be put before one."""
    return _list()


@requires(Permission.HOLD_MEETING)
def call() -> Response | tuple[str, int]:
    """召集会议."""
    try:
        given = form(Called)
        with database().transaction(current_actor()) as work:
            called = services.call(
                work,
                given.kind,
                jurisdiction=given.division,
                on=given.on,
                place=given.place,
                demands=given.demands,
            )
    except (Invalid, Conflict) as refusal:
        return _list(error=_said(refusal)), 400
    flash("会议已召集。请公示议题：打印通知，贴在公示栏。", "success")
    return back_to("staff.meeting", meeting_id=called.id)


@requires(Permission.VIEW_LISTS)
def meeting(meeting_id: UUID) -> str:
    """One meeting: its notice, and once it is held its record."""
    return _page(meeting_id)


@requires(Permission.HOLD_MEETING)
def post_agenda(meeting_id: UUID) -> Response | tuple[str, int]:
    """公示议题."""
    return _do(meeting_id, "议题已公示。", lambda work: services.post_agenda(work, meeting_id))


@requires(Permission.HOLD_MEETING)
def hold(meeting_id: UUID) -> Response | tuple[str, int]:
    """记会议."""

    def act(work: Work) -> object:
        given = form(Held)
        came = given.attendance.splitlines()
        return services.hold(work, meeting_id, attendance=came, minutes=given.minutes)

    return _do(meeting_id, "会议已记下。", act)


@requires(Permission.HOLD_MEETING)
def resolve(meeting_id: UUID, item_id: UUID) -> Response | tuple[str, int]:
    """记一项表决, and charge somebody with the matter where it was agreed."""

    def act(work: Work) -> object:
        given = form(Resolved)
        if max(given.votes_for, given.votes_against, given.abstentions) > _MOST_VOTES:
            raise Invalid("form.invalid", fields={})
        return services.resolve(
            work,
            item_id,
            votes_for=given.votes_for,
            votes_against=given.votes_against,
            abstentions=given.abstentions,
            outcome=given.outcome,
            words=given.words,
            task=given.order(),
        )

    return _do(meeting_id, "这项议题的结果已记下。", act, at=item_id)


def _do(
    meeting_id: UUID, done: str, act: Callable[[Work], object], *, at: UUID | None = None
) -> Response | tuple[str, int]:
    """An act on a meeting, and back to it; what is refused is said where it was written, which is kept."""
    try:
        with database().transaction(current_actor()) as work:
            act(work)
    except (Invalid, Conflict) as refusal:
        return _page(meeting_id, error=_said(refusal), at=at), 400
    flash(done, "success")
    return back_to("staff.meeting", meeting_id=meeting_id)


def _said(refusal: Invalid | Conflict) -> str:
    words = {
        name: day(value) if isinstance(value, dt.date) else value for name, value in refusal.details.items()
    }
    return say(refusal.code, **words)


def _list(*, error: str | None = None) -> str:
    with database().read(current_actor()) as reading:
        return page(
            "meetings.html",
            as_of=reading.now,
            tabs=ledger_tabs(reading),
            called=figures.listing(reading),
            kinds=figures.kinds(reading),
            values=request.form,
            error=error,
        )


def _page(meeting_id: UUID, *, error: str | None = None, at: UUID | None = None) -> str:
    with database().read(current_actor()) as reading:
        found = figures.agenda(reading, meeting_id)
        return page(
            "meeting.html",
            as_of=reading.now,
            tabs=ledger_tabs(reading),
            found=found,
            outcomes=OUTCOMES,
            tasks={topic.item.id: _task(reading, topic) for topic in found.topics} if found.may_hold else {},
            values=request.form,
            error=error,
            refused_at=at,
        )


def _task(reading: Reading, topic: Topic) -> list[Question]:
    """The questions of an assignment, none of which has to be answered at the meeting."""
    demand = topic.case.demand
    asking = Asking(reading, demand, mechanism_of(reading, demand), ())
    return [replace(question, required=False) for question in questions(Action.ASSIGN.value, asking)]
