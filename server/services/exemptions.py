"""免巡 services: days on which grids owe no patrol."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from server.domain.events.patrols import ExemptionDeclared
from server.domain.exemption import ExemptReason
from server.domain.jurisdiction import around
from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.domain.work_calendar import local_day
from server.storage import grids
from server.storage.base import insert_once
from server.storage.patrols import Exemption
from server.work import Work

_LONGEST_DAYS = 31


def declare(
    work: Work, codes: Iterable[str], *, first_day: dt.date, last_day: dt.date, reason: ExemptReason
) -> None:
    """声明免巡: name grids and days, each before its midnight (METRICS D9). A day declared before stays as it was.

    Raises NotFound("grid.unknown") and Forbidden outside the actor's divisions, Invalid("exemption.no_grid"),
    Invalid("exemption.days") for days in no order or more than 31, Invalid("exemption.too_late") for days gone.
    """
    chosen = sorted(set(codes))
    _check_days(first_day, last_day, today=local_day(work.now))
    if not chosen:
        raise Invalid("exemption.no_grid")
    for code in chosen:
        grids.get(work.session, code, scope=work.actor.scope)
        work.actor.require(Permission.DECLARE_EXEMPTION, at=code)
        for offset in range((last_day - first_day).days + 1):
            row = Exemption(
                grid_code=code,
                day=first_day + dt.timedelta(days=offset),
                reason=reason.value,
                declared_at=work.now,
                declared_by=work.actor.id,
            )
            insert_once(work.session, row, unique=("grid_code", "day"))
    division = around(chosen) or ""
    work.record(
        ExemptionDeclared(
            subject_id=division,
            jurisdiction=division,
            grids=tuple(chosen),
            first_day=first_day,
            last_day=last_day,
            reason=reason.value,
        )
    )


def _check_days(first_day: dt.date, last_day: dt.date, *, today: dt.date) -> None:
    if not 0 <= (last_day - first_day).days < _LONGEST_DAYS:
        raise Invalid("exemption.days", most=_LONGEST_DAYS)
    if first_day < today:
        raise Invalid("exemption.too_late")
