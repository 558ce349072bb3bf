"""导出: whole records leave the house, so who takes them where to is written down first."""

from __future__ import annotations

from server.domain.events.people import PersonalDataRevealed
from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.figures.exports.order import Order, Wanted, order
from server.services.forms import projector_of
from server.services.projection.record import Flag
from server.services.submissions.retention import FORM, TRACK
from server.work import Reading, Work


def begin(work: Work, wanted: Wanted, *, reason: str | None) -> Order:
    """Settle an export and record who took it, of which form, and why (METRICS V).

    Raises Forbidden, NotFound as order() does, Invalid("export.reason_needed"), Invalid("export.wrong_days").
    """
    work.actor.require(Permission.EXPORT_SUBMISSIONS, at=wanted.area)
    if not reason:
        raise Invalid("export.reason_needed")
    if wanted.first is not None and wanted.last is not None and wanted.last < wanted.first:
        raise Invalid("export.wrong_days")
    prepared = settle(work, wanted)
    for code in sorted(prepared.scope.codes):
        work.record(
            PersonalDataRevealed(
                subject_id=wanted.form_id, jurisdiction=code or None, what="export", reason=reason
            )
        )
    return prepared


def settle(reading: Reading, wanted: Wanted) -> Order:
    """What an export would hold. Where somebody walked is for his village alone, with a reason he reads (METRICS P).

    Raises NotFound as order() does.
    """
    walked = projector_of(reading.session, wanted.form_id) == FORM
    return order(
        reading,
        wanted,
        flags={flag.value: flag.label for flag in Flag},
        without=(TRACK,) if walked else (),
    )
