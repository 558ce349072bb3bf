"""办理: what those who handle a demand do and say — 接单, 退单, 进展, 办结, 办不了, 申请, 核实, 核查 (FORMS §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from server.domain.demand_acts import RESULTS, Action
from server.domain.demand_states import Request
from server.domain.events.demands import ReporterTold
from server.domain.problems import Conflict, Forbidden, Invalid
from server.services.demands.acts import perform
from server.services.demands.notes import noted
from server.services.demands.reach import reached
from server.services.demands.words import legible
from server.storage.demands import Demand, DemandNote
from server.work import Work

ACTION_OF_STEP: Mapping[str, Action] = {
    **{step: action for action, steps in RESULTS.items() for step in steps},
    "done": Action.FINISH,
    "cannot": Action.CANNOT,
}
"""The act each step of the follow-up form stands for."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word on a demand: `step` in the codes of the follow-up form, and what goes with it.

    `words` is what was written, for `cannot` what was tried. `told` is the handler's own statement that he told the
    reporter. `ask_until` asks for more time.
    """

    step: str
    words: str | None = None
    photo: str | None = None
    how_solved: str | None = None
    cannot_reason: str | None = None
    told: str | None = None
    ask_until: dt.date | None = None


def report(
    work: Work, demand_id: uuid.UUID, word: Word, *, submission_id: int | None = None, at: dt.datetime
) -> DemandNote:
    """办理反馈: keep the word and do the act it stands for, as of `at` (aware).

    A word that comes too late, or from somebody whose case it is not any more, moves nothing and is kept with the
    reason in details["refused"]; one whose wish for more time alone is refused, in details["ask_refused"]. The same
    submission again only corrects the words.
    Raises NotFound for a demand the actor has nothing to do with.
    """
    demand = reached(work, demand_id)
    note = _noted(work, submission_id)
    if note is None:
        refused = _refused(
            lambda: _act(work, demand, word, submission_id=submission_id, at=at), "refused"
        ) or _refused(
            lambda: _ask_for_time(work, demand, word, submission_id=submission_id, at=at), "ask_refused"
        )
        note = _note(work, demand, word, submission_id=submission_id, at=at)
        note.details = _details(word) | refused
    note.words, note.photo = word.words, word.photo
    work.session.flush()
    return note


def _refused(act: Callable[[], None], key: str) -> dict[str, str]:
    """Do an act; its refusal under `key`, nothing where it was done."""
    try:
        act()
    except (Conflict, Forbidden, Invalid) as refusal:
        return {key: refusal.code}
    return {}


def say(work: Work, demand_id: uuid.UUID, word: Word, *, seen: int | None = None) -> DemandNote:
    """办理反馈 at a desk or through a unit's link: whoever sits there is told at once what is refused.

    Raises NotFound, Conflict, Forbidden, Invalid.
    """
    demand = reached(work, demand_id, seen=seen)
    said = replace(word, words=legible(word.words))
    _act(work, demand, said, submission_id=None, at=work.now)
    _ask_for_time(work, demand, said, submission_id=None, at=work.now)
    note = _note(work, demand, said, submission_id=None, at=work.now)
    work.session.flush()
    return note


def accept(work: Work, demand_id: uuid.UUID, *, seen: int | None = None) -> Demand:
    """接单. Raises NotFound, Forbidden, Conflict."""
    return _done(work, demand_id, Action.ACCEPT, None, seen=seen)


def return_order(
    work: Work, demand_id: uuid.UUID, *, reason: str, words: str, seen: int | None = None
) -> Demand:
    """退单 with its basis; the time it costs is the dispatcher's (MECHANISMS S4 #7, #24).

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _done(work, demand_id, Action.RETURN_ORDER, words, seen=seen, reason=reason)


def start(work: Work, demand_id: uuid.UUID, *, seen: int | None = None) -> Demand:
    """开始办理. Raises NotFound, Forbidden, Conflict."""
    return _done(work, demand_id, Action.START, None, seen=seen)


def ask(
    work: Work,
    demand_id: uuid.UUID,
    *,
    request: Request,
    words: str,
    until: dt.date | None = None,
    seen: int | None = None,
) -> Demand:
    """申请暂缓、解释说明、延期: the level above agrees or not; `until` is the day asked for (XA-31).

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _done(work, demand_id, Action.ASK, words, seen=seen, request=request, until=until)


def approve(
    work: Work,
    demand_id: uuid.UUID,
    *,
    until: dt.date | None = None,
    words: str | None = None,
    seen: int | None = None,
) -> Demand:
    """同意 what was asked for, `until` another day where one is named. Raises NotFound, Forbidden, Conflict, Invalid."""
    return _done(work, demand_id, Action.APPROVE, words, seen=seen, until=until)


def deny(work: Work, demand_id: uuid.UUID, *, words: str, seen: int | None = None) -> Demand:
    """不同意 what was asked for. Raises NotFound, Forbidden, Conflict, Invalid."""
    return _done(work, demand_id, Action.DENY, words, seen=seen)


def resume(work: Work, demand_id: uuid.UUID, *, words: str | None = None, seen: int | None = None) -> Demand:
    """恢复办理 what was suspended. Raises NotFound, Forbidden, Conflict."""
    return _done(work, demand_id, Action.RESUME, words, seen=seen)


def projectise(
    work: Work, demand_id: uuid.UUID, *, words: str, milestone: dt.date, seen: int | None = None
) -> Demand:
    """列入项目: a project of the county's takes it up, and something is to be seen of it by `milestone` (NA-02).

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _done(work, demand_id, Action.PROJECTISE, words, seen=seen, until=milestone)


def _done(
    work: Work,
    demand_id: uuid.UUID,
    action: Action,
    words: str | None,
    *,
    seen: int | None,
    **stated: Any,
) -> Demand:
    """An act with what was stated, which is kept beside its words."""
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, action, words=legible(words), **stated)
    told = {name: str(value) for name, value in stated.items() if value is not None}
    noted(work, demand, action.value, words, **told)
    return demand


def _noted(work: Work, submission_id: int | None) -> DemandNote | None:
    if submission_id is None:
        return None
    return work.session.scalars(
        sa.select(DemandNote).where(DemandNote.submission_id == submission_id)
    ).first()


def _act(work: Work, demand: Demand, word: Word, *, submission_id: int | None, at: dt.datetime) -> None:
    action = ACTION_OF_STEP.get(word.step)
    if action is None:
        raise Invalid("demand.result_unknown", result=word.step)
    perform(
        work,
        demand,
        action,
        at=at,
        submission_id=submission_id,
        result=word.step if action in RESULTS else "",
        words=word.words or "",
        reason=word.cannot_reason or "",
        how_solved=word.how_solved or "",
    )
    demand.last_step, demand.last_step_at = word.step, at
    _settle(demand, action, word)
    _tell(work, demand, word)


def _note(
    work: Work, demand: Demand, word: Word, *, submission_id: int | None, at: dt.datetime
) -> DemandNote:
    note = DemandNote(
        demand_id=demand.id,
        submission_id=submission_id,
        at=at,
        account_id=work.actor.id,
        step=word.step,
        words=word.words,
        photo=word.photo,
        details=_details(word),
    )
    work.session.add(note)
    return note


def _settle(demand: Demand, action: Action, word: Word) -> None:
    """What the act leaves on the row beside the state."""
    if action is Action.FINISH:
        demand.how_solved = word.how_solved or demand.how_solved
    elif action is Action.LOOK:
        demand.looker_id = None
    elif action is Action.CHECK:
        demand.checker_id = None


def _tell(work: Work, demand: Demand, word: Word) -> None:
    if word.step == "done" and word.told == "yes":
        work.record(
            ReporterTold(subject_id=demand.id, jurisdiction=demand.jurisdiction, by="handler", means="stated")
        )


def _ask_for_time(
    work: Work, demand: Demand, word: Word, *, submission_id: int | None, at: dt.datetime
) -> None:
    """想延到: the worker's form asks for more time beside the progress it reports (FORMS §6)."""
    if word.step == "progress" and word.ask_until is not None:
        perform(
            work,
            demand,
            Action.ASK,
            at=at,
            submission_id=submission_id,
            request="extension",
            until=word.ask_until,
            words=word.words or "",
        )


def _details(word: Word) -> dict[str, str]:
    stated = {
        "how_solved": word.how_solved,
        "cannot_reason": word.cannot_reason,
        "told": word.told,
        "ask_until": None if word.ask_until is None else word.ask_until.isoformat(),
    }
    return {name: value for name, value in stated.items() if value}
