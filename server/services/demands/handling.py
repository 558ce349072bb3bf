"""What those in the field say about a demand: 进展, 办结, 办不了, 核实, 核查 (FORMS §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.demand_acts import RESULTS, Action
from server.domain.events.demands import ExtensionAsked, ReporterTold
from server.domain.people import Actor
from server.domain.problems import Conflict, Forbidden, Invalid, NotFound
from server.domain.scope import Scope
from server.services.demands.acts import perform
from server.storage import demands as storage
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
    reason in details["refused"]. The same submission again only corrects the words.
    Raises NotFound for a demand the actor has nothing to do with.
    """
    demand = _reachable(work, demand_id)
    note = _noted(work, submission_id)
    if note is None:
        refused: dict[str, str] = {}
        try:
            _act(work, demand, word, submission_id=submission_id, at=at)
        except (Conflict, Forbidden, Invalid) as refusal:
            refused = {"refused": refusal.code}
        note = _note(work, demand, word, submission_id=submission_id, at=at)
        note.details = _details(word) | refused
    note.words, note.photo = word.words, word.photo
    work.session.flush()
    return note


def say(work: Work, demand_id: uuid.UUID, word: Word) -> DemandNote:
    """办理反馈 at a desk: whoever sits there is told at once what is refused.

    Raises NotFound, Conflict, Forbidden, Invalid.
    """
    demand = _reachable(work, demand_id)
    _act(work, demand, word, submission_id=None, at=work.now)
    note = _note(work, demand, word, submission_id=None, at=work.now)
    work.session.flush()
    return note


def _noted(work: Work, submission_id: int | None) -> DemandNote | None:
    if submission_id is None:
        return None
    return work.session.scalars(
        sa.select(DemandNote).where(DemandNote.submission_id == submission_id)
    ).first()


def _reachable(work: Work, demand_id: uuid.UUID) -> Demand:
    """Within the actor's divisions, or in his hands wherever it lies."""
    demand = storage.get(work.session, demand_id, scope=Scope.everything(), to_change=True)
    if not work.actor.scope.covers(demand.jurisdiction) and not _hands(work.actor).intersection(
        (demand.handler_id, demand.looker_id, demand.checker_id, demand.first_asked_id)
    ):
        raise NotFound("demand.unknown", id=str(demand_id))
    return demand


def _hands(actor: Actor) -> set[uuid.UUID | None]:
    return {each for each in (actor.id, *(post.stand_in_for for post in actor.posts)) if each is not None}


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
    _tell(work, demand, word, submission_id=submission_id)


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


def _tell(work: Work, demand: Demand, word: Word, *, submission_id: int | None) -> None:
    if word.step == "done" and word.told == "yes":
        work.record(
            ReporterTold(subject_id=demand.id, jurisdiction=demand.jurisdiction, by="handler", means="stated")
        )
    if word.step == "progress" and word.ask_until is not None:
        work.record(
            ExtensionAsked(
                subject_id=demand.id,
                jurisdiction=demand.jurisdiction,
                until=word.ask_until,
                submission_id=submission_id,
            )
        )


def _details(word: Word) -> dict[str, str]:
    stated = {
        "how_solved": word.how_solved,
        "cannot_reason": word.cannot_reason,
        "told": word.told,
        "ask_until": None if word.ask_until is None else word.ask_until.isoformat(),
    }
    return {name: value for name, value in stated.items() if value}
