"""导出: whole records leave the house, so who takes them where to is written down first."""

from __future__ import annotations

from server.domain.events.people import PersonalDataRevealed
from server.domain.people import Permission
from server.domain.problems import Invalid
from server.figures.exports.order import Order, Wanted, order
from server.services.projection.record import Flag
from server.work import Work


def begin(work: Work, wanted: Wanted, *, reason: str | None) -> Order:
    """Settle an export and record who took it, of which form, and why (METRICS V).

    Raises Forbidden, NotFound as order() does, Invalid("export.reason_needed"), Invalid("export.wrong_days").
    """
    work.actor.require(Permission.EXPORT_SUBMISSIONS, at=wanted.area)
    if not reason:
        raise Invalid("export.reason_needed")
    if wanted.first is not None and wanted.last is not None and wanted.last < wanted.first:
        raise Invalid("export.wrong_days")
    prepared = order(work, wanted, flags={flag.value: flag.label for flag in Flag})
    for code in sorted(prepared.scope.codes):
        work.record(
            PersonalDataRevealed(
                subject_id=wanted.form_id, jurisdiction=code or None, what="export", reason=reason
            )
        )
    return prepared
