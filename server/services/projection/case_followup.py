"""办理反馈 → a word on a demand, and the act it stands for (FORMS §6)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from forms import answers
from server.services.demands.handling import ACTION_OF_STEP, Word, report
from server.services.projection.record import Record
from server.storage.submissions import Submission
from server.work import Work


@dataclass(frozen=True)
class FollowUpFacts:
    """Which demand, and what was said about it."""

    demand_id: uuid.UUID
    word: Word


def grid_of(_record: Record) -> str | None:
    """None: a case may lie beyond the grid of whoever handles it."""
    return None


def read(record: Record) -> FollowUpFacts:
    """The facts. Raises ValueError where no case or no step of the form is named."""
    step = record.text("progress", "step") or ""
    if step not in ACTION_OF_STEP:
        raise ValueError("办理反馈没有写今天怎么样")
    return FollowUpFacts(
        demand_id=uuid.UUID(record.text("case_id") or ""),
        word=Word(
            step=step,
            words=record.text("progress", "words") or record.text("progress", "tried"),
            photo=record.text("progress", "photo"),
            how_solved=record.text("progress", "how_solved"),
            cannot_reason=record.text("progress", "cannot_reason"),
            told=record.text("progress", "told"),
            ask_until=answers.day(record.text("progress", "ask_until")),
        ),
    )


def write(work: Work, submission: Submission, _record: Record, facts: FollowUpFacts) -> None:
    """办理反馈: at the moment it was received first."""
    report(work, facts.demand_id, facts.word, submission_id=submission.id, at=submission.received_at)
