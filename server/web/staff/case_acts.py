"""办事: what is done to a demand from a desk. One route; what each act asks for and who carries it out is a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, flash, request, url_for

from server.domain.demand import treated_as_private
from server.domain.demand_acts import Action
from server.domain.demand_states import Group
from server.domain.mechanism import EVALUATOR_WORDS, Evaluator
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid, NotFound
from server.domain.work_calendar import SHANGHAI
from server.figures.case_readers import may_read
from server.figures.case_words import suggested
from server.figures.next_step import mechanism_of
from server.services import links
from server.services.demands import attention, closing, contacts, dispatch, handling, rating, triage
from server.storage import demands
from server.storage.demands import Demand
from server.web import addresses, collect_settings
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.errors import STATUS
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff import case_answers as answers
from server.web.staff.case import case_page, shown_demand
from server.web.staff.case_questions import asks_nothing
from server.web.staff.case_refusal import refusal
from server.web.staff.case_words import class_words, out_of_sight
from server.web.staff.pages import back_to
from server.web.staff.people import shown_once
from server.work import Work


@dataclass(frozen=True, slots=True)
class Desk:
    """An act: what its form says, what carries it out, and what is said when it is done."""

    form: type[answers.Act]
    do: Callable[[Work, UUID, Any], object]
    done: str


class Reason(Submitted):
    """Why personal data is opened."""

    reason: str


class Back(Submitted):
    """Where to go on: at a tab of the inbox, else with the demand itself."""

    back: Group | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.post("/cases/<uuid:demand_id>/acts/<act>", endpoint="case_act")(act)
    blueprint.post("/cases/<uuid:demand_id>/contact", endpoint="case_contact")(contact)
    blueprint.post("/cases/<uuid:demand_id>/evaluators/<who>", endpoint="case_evaluator_link")(ask_evaluator)


@requires(Permission.VIEW_LISTS)
def act(demand_id: UUID, act: str) -> Response | tuple[str, int]:
    """Do an act; what is refused is said on the demand's page, as it stands now, and what was written is kept.

    Who may do which act is the engine's to say. Raises NotFound("page.unknown") for an act there is not.
    """
    own = ACTS.get(act)
    if own is None:
        raise NotFound("page.unknown")
    try:
        given = form(own.form)
        with database().transaction(current_actor()) as work:
            own.do(work, demand_id, given)
            told, readable = done_words(work, demand_id, own.done)
    except (Invalid, Conflict) as problem:
        return _again(demand_id, act, problem)
    flash(told, "success")
    return _on(demand_id, readable=readable)


@requires(Permission.REVEAL_PERSONAL_DATA)
def contact(demand_id: UUID) -> str:
    """查看反映人联系方式: once, on the answer to this request, with the reason on record."""
    given = form(Reason)
    with database().transaction(current_actor()) as work:
        demand = contacts.reveal_contact(work, demand_id, reason=given.reason)
        return case_page(work, demand, contact_shown=True)


@requires(Permission.REPORT_BACK)
def ask_evaluator(demand_id: UUID, who: str) -> Response:
    """请人评价: a link for one of the county's evaluators, shown this once (JJ-24)."""
    with database().transaction(current_actor()) as work:
        token = links.give_to_evaluator(work, demand_id, evaluator=who)
    address = f"{addresses.root()}{url_for('residents.evaluate', token=token)}"
    words = EVALUATOR_WORDS[cast(Evaluator, who)]
    return shown_once(
        "case_evaluator.html",
        who=words,
        address=address,
        picture=collect_settings.picture(address),
        back=url_for("staff.case", demand_id=demand_id),
    )


def done_at_once(action: Action) -> bool:
    """Say whether an act needs nothing stated, so that a button does it."""
    return action.value in ACTS and asks_nothing(action)


def done_words(work: Work, demand_id: UUID, done: str) -> tuple[str, bool]:
    """What is said of an act that is done, and whether the demand is still his to read who did it.

    `done` may name the demand's {number} and its {class_}; where the matter is now out of his sight, the words say so.
    """
    demand = work.session.get_one(Demand, demand_id)
    private = treated_as_private(demand.state.class_, suggested=suggested(demand))
    readable = may_read(work.actor, demand, private=private)
    told = done.format(number=demand.number, class_=class_words(demand, mechanism_of(work, demand)))
    return (told if readable or not private else f"{told}{out_of_sight(work, demand)}"), readable


def _again(demand_id: UUID, act: str, problem: Invalid | Conflict) -> tuple[str, int]:
    with database().read(current_actor()) as reading:
        demand = shown_demand(reading, demand_id)
        refused = refusal(act, problem, request.form)
        return case_page(reading, demand, refused=refused), STATUS[problem.kind]


def _on(demand_id: UUID, *, readable: bool) -> Response:
    """Back to the tab he came from, else to the demand, or to the list where it is not his to read any more."""
    tab = form(Back).back
    if tab is not None:
        return back_to("staff.inbox", tab=tab.value)
    return back_to("staff.case", demand_id=demand_id) if readable else back_to("staff.inbox")


def _bare(verb: Callable[..., object]) -> Callable[[Work, UUID, answers.Act], object]:
    return lambda work, id_, given: verb(work, id_, seen=given.seen)


def _explained(verb: Callable[..., object]) -> Callable[[Work, UUID, answers.Explained], object]:
    return lambda work, id_, given: verb(work, id_, words=given.words, seen=given.seen)


def _reasoned(verb: Callable[..., object]) -> Callable[[Work, UUID, answers.Reasoned], object]:
    return lambda work, id_, given: verb(work, id_, reason=given.reason, words=given.words, seen=given.seen)


def _refer(work: Work, id_: UUID, given: answers.Referred) -> object:
    return triage.refer(work, id_, referred_to=given.referred_to, words=given.words, seen=given.seen)


def _merge(work: Work, id_: UUID, given: answers.Merged) -> object:
    """Raises Invalid("demand.master_unknown") for a number there is not."""
    master = given.master
    if given.number is not None:
        named = demands.of_number(work.session, given.number, scope=work.actor.scope)
        master = None if named is None else named.id
    if master is None:
        raise Invalid("demand.master_unknown", number=given.number or "")
    return triage.merge(work, id_, master_id=master, seen=given.seen)


def _classify(work: Work, id_: UUID, given: answers.Classified) -> object:
    dimensions = dict(each.split(":", 1) for each in given.dimensions if ":" in each)
    return triage.classify(
        work, id_, given.category, words=given.words, dimensions=dimensions, seen=given.seen
    )


def _decide_appeal(work: Work, id_: UUID, given: answers.Decided) -> object:
    return closing.decide_appeal(work, id_, upheld=given.upheld, words=given.words, seen=given.seen)


def _put_on_agenda(work: Work, id_: UUID, given: answers.OnAgenda) -> object:
    return dispatch.put_on_agenda(work, id_, meeting_id=given.meeting, seen=given.seen)


def _give(verb: Callable[..., object]) -> Callable[[Work, UUID, answers.Given], object]:
    def give(work: Work, id_: UUID, given: answers.Given) -> object:
        return verb(
            work,
            id_,
            handler_id=given.taker(answers.PERSON),
            unit_id=given.taker(answers.UNIT),
            support=given.support,
            measure=given.measure,
            deadline=given.deadline,
            seen=given.seen,
        )

    return give


def _claim(work: Work, id_: UUID, given: answers.Claimed) -> object:
    return dispatch.claim(work, id_, deadline=given.deadline, seen=given.seen)


def _whistle(work: Work, id_: UUID, given: answers.Whistled) -> object:
    at = given.at.replace(tzinfo=SHANGHAI) if given.at.tzinfo is None else given.at
    return dispatch.whistle(
        work, id_, unit_ids=given.units, at=at.astimezone(dt.UTC), words=given.words, seen=given.seen
    )


def _ask(work: Work, id_: UUID, given: answers.Requested) -> object:
    return handling.ask(
        work, id_, request=given.request, until=given.until, words=given.words, seen=given.seen
    )


def _approve(work: Work, id_: UUID, given: answers.Agreed) -> object:
    return handling.approve(work, id_, until=given.until, words=given.words, seen=given.seen)


def _projectise(work: Work, id_: UUID, given: answers.Projected) -> object:
    return handling.projectise(work, id_, words=given.words, milestone=given.milestone, seen=given.seen)


def _feed_back(work: Work, id_: UUID, given: answers.Told) -> object:
    return closing.feed_back(work, id_, words=given.words, means=given.means, seen=given.seen)


def _rate(work: Work, id_: UUID, given: answers.Rated) -> object:
    return rating.rate(work, id_, stars=given.stars, words=given.words, by_proxy=True, seen=given.seen)


def _supervise(work: Work, id_: UUID, given: answers.Supervised) -> object:
    return attention.supervise(work, id_, words=given.words, until=given.until, seen=given.seen)


def _say(work: Work, id_: UUID, given: answers.Said) -> object:
    word = handling.Word(
        step=given.step,
        words=given.words,
        how_solved=given.how_solved,
        cannot_reason=given.cannot_reason,
    )
    return handling.say(work, id_, word, seen=given.seen)


def _asked(verb: Callable[..., object]) -> Callable[[Work, UUID, answers.Asked], object]:
    return lambda work, id_, given: verb(work, id_, given.person, seen=given.seen)


_A, _E, _W = answers.Act, answers.Explained, answers.MayExplain

ACTS: Mapping[str, Desk] = {
    "register": Desk(_A, _bare(triage.register), "已登记。"),
    "list": Desk(_A, _bare(triage.list_), "已列入清单。"),
    "ask_info": Desk(_E, _explained(triage.ask_info), "已请反映人补充，等他回话。"),
    "supply": Desk(_E, _explained(triage.supply), "补充的内容已记下。"),
    "reject": Desk(answers.Reasoned, _reasoned(triage.reject), "已不予受理，原因会告诉反映人。"),
    "refer": Desk(answers.Referred, _refer, "已告知他该走的法定渠道。"),
    "merge": Desk(answers.Merged, _merge, "已并到那一件，反映人都会得到回音。"),
    "split": Desk(_A, _bare(triage.split), "已拆成单独的一件。"),
    "classify": Desk(answers.Classified, _classify, "{number} 已分到「{class_}」。"),
    "put_on_agenda": Desk(answers.OnAgenda, _put_on_agenda, "已列为议题。"),
    "offer": Desk(_W, _explained(dispatch.offer), "已发布，等人认领。"),
    "claim": Desk(answers.Claimed, _claim, "已由您认领。"),
    "assign": Desk(answers.Given, _give(dispatch.assign), "已派出。"),
    "transfer": Desk(answers.Given, _give(dispatch.transfer), "已转派。"),
    "recall": Desk(_E, _explained(dispatch.recall), "已收回，可以重新分类、派单。"),
    "escalate": Desk(answers.Reasoned, _reasoned(dispatch.escalate), "已上报，时限照走，可以随时看进展。"),
    "send_down": Desk(_E, _explained(dispatch.send_down), "已退回下一级重新分派。"),
    "whistle": Desk(answers.Whistled, _whistle, "已通知这几家到场。"),
    "accept": Desk(_A, _bare(handling.accept), "已接单。"),
    "return_order": Desk(answers.Reasoned, _reasoned(handling.return_order), "已退单，由派单的人重新安排。"),
    "start": Desk(_A, _bare(handling.start), "已开始办理。"),
    "say": Desk(answers.Said, _say, "已记下。"),
    "look": Desk(answers.Said, _say, "核实结果已记下。"),
    "check": Desk(answers.Said, _say, "核查结果已记下。"),
    "ask": Desk(answers.Requested, _ask, "已报给上一级，等他们答复。"),
    "approve": Desk(answers.Agreed, _approve, "已同意。"),
    "deny": Desk(_E, _explained(handling.deny), "已答复不同意，照原时限办。"),
    "resume": Desk(_W, _explained(handling.resume), "已恢复办理。"),
    "projectise": Desk(answers.Projected, _projectise, "已列入项目。"),
    "feed_back": Desk(answers.Told, _feed_back, "已记下反馈。"),
    "decide_appeal": Desk(answers.Decided, _decide_appeal, "申诉已有结论，会告诉反映人。"),
    "rate": Desk(answers.Rated, _rate, "评价已代为记下，注明是代评。"),
    "call_back": Desk(_E, _explained(closing.call_back), "回访已记下。"),
    "reopen": Desk(_E, _explained(closing.reopen), "已重新办理。"),
    "withdraw": Desk(_E, _explained(closing.withdraw), "已撤回。"),
    "urge": Desk(_W, _explained(attention.urge), "已催办，会提醒在办的人。"),
    "supervise": Desk(answers.Supervised, _supervise, "已督办。"),
    "end_supervision": Desk(_W, _explained(attention.end_supervision), "已不再督办。"),
    "ask_to_look": Desk(answers.Asked, _asked(closing.ask_to_look), "已请他先去看看。"),
    "ask_to_check": Desk(answers.Asked, _asked(closing.ask_to_check), "已请他去核查。"),
}
"""What can be done from a desk. Meetings decide on their own page; reporters, units and evaluators act by link."""
