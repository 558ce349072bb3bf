"""一份记录: what it says, where it was recorded, how it was corrected, and what the office found."""

from __future__ import annotations

from flask import Blueprint

from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.domain.review import MOST_CHARACTERS, Verdict
from server.domain.submission import STATES
from server.figures import received as figures
from server.figures.personnel import place_names
from server.services import submissions as services
from server.services.projection.record import Flag
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import page
from server.work import Reading

_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Pictures a browser draws; what a phone only calls a picture, submission_files.py refuses to show."""


class Reason(Submitted):
    """Why a record is opened."""

    reason: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    base = "/submissions/<int:submission_id>"
    blueprint.get(base, endpoint="submission")(submission)
    blueprint.post(base, endpoint="submission_opened")(opened)


@requires(Permission.VIEW_SUBMISSIONS)
def submission(submission_id: int) -> str:
    """One record; what it says only for those who see names."""
    with database().read(current_actor()) as reading:
        return _page(reading, submission_id)


@requires(Permission.REVEAL_PERSONAL_DATA)
def opened(submission_id: int) -> str:
    """What a record says, for somebody above the village who gave a reason."""
    reason = form(Reason).reason
    if not reason:
        raise Invalid("record.reason_needed")
    with database().transaction(current_actor()) as work:
        services.reveal(work, submission_id, reason=reason)
        return _page(work, submission_id, revealed=True)


def _page(reading: Reading, submission_id: int, *, revealed: bool = False) -> str:
    record = figures.received(reading, submission_id, revealed=revealed)
    row = record.submission
    may = reading.actor.may
    return page(
        "submission.html",
        as_of=reading.now,
        record=record,
        places=place_names(reading.session, filter(None, (row.jurisdiction, row.located_grid))),
        state=STATES[row.state],
        flags=[Flag(flag) for flag in row.flags],
        failure=failure_words(row.projection_error),
        photos=[file for file in record.files if file.mime in _SHOWN],
        verdicts=tuple(Verdict),
        most=MOST_CHARACTERS,
        may_reveal=not record.is_open
        and not row.is_encrypted
        and may(Permission.REVEAL_PERSONAL_DATA, at=row.jurisdiction),
        may_reproject=may(Permission.REPROJECT_SUBMISSIONS, at=row.jurisdiction),
        may_review=may(Permission.REVIEW_SUBMISSIONS, at=row.jurisdiction),
    )


def failure_words(failure: str | None) -> str:
    """A failure in words: a code has its sentence; of a bug the sentence after its name is shown."""
    if not failure:
        return ""
    name, _, words = failure.partition(": ")
    code = (words or name).partition(" ")[0]
    return say(code) if "." in code and code.isascii() else words or name
