"""From a submission to domain rows: one projector per shipped form, found by what the record's form stands for.

A projector has two halves. `read` turns answers into facts without a database; `write` puts the facts into tables
inside the transaction, keyed by the submission's first version, so that running it again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

from server.domain.problems import Problem
from server.services.projection import case_followup, demand_intake, household_visit, patrol
from server.services.projection.record import Record
from server.storage.submissions import Submission
from server.work import Work


class Projector(Protocol):
    """What a module of this package offers."""

    def grid_of(self, record: Record) -> str | None:
        """The grid the answers name."""

    def read(self, record: Record) -> Any:
        """Facts from answers. Raises ValueError for answers that make no sense."""

    def write(self, work: Work, submission: Submission, record: Record, facts: Any) -> None:
        """Rows from facts; a second time it updates the same rows."""


PROJECTORS: dict[str, Projector] = {
    "case_followup": case_followup,
    "demand_intake": demand_intake,
    "household_visit": household_visit,
    "patrol": patrol,
}


@dataclass(frozen=True)
class Reading:
    """A record with its grid and its questions, its facts, and the reason where there are none."""

    record: Record
    facts: object | None
    failure: str | None


def read(record: Record) -> Reading:
    """Project a record as far as it goes without a database; a form without a projector has no facts."""
    if record.projector is None:
        return Reading(record, None, None)
    projector = PROJECTORS[record.projector]
    try:
        record = replace(record, grid=projector.grid_of(record))
        record = replace(record, flags=record.questions())
        return Reading(record, projector.read(record), None)
    except (Problem, ValueError, LookupError, TypeError) as error:
        return Reading(record, None, f"{type(error).__name__}: {error}")


def write(work: Work, submission: Submission, record: Record, facts: object) -> None:
    """Write a record's rows under the submission's first version. A record without a projector has no facts."""
    if record.projector is not None:
        PROJECTORS[record.projector].write(work, submission, record, facts)
