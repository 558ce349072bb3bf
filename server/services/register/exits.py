"""移出过多: when so many leave a grid in one window that the township confirms (METRICS D4)."""

from __future__ import annotations

from server.domain.obligation import Duty, VisitIndex, compliance, window_of
from server.domain.people import ActorKind
from server.domain.problems import Forbidden
from server.domain.roles import Role
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import roster
from server.storage.profiles import calendar_of, profile_at
from server.work import Work


def require_township(work: Work, grid: str) -> None:
    """Refuse the exit just made where it is one too many for the village to confirm alone.

    Raises Forbidden("register.township_confirms"): more than 3 % of a duty's denominator, and at least three.
    """
    if work.actor.kind is ActorKind.SYSTEM or work.actor.role is Role.TOWNSHIP_OFFICIAL:
        return
    profile = profile_at(work.session, grid, on=local_day(work.now))
    duties = [duty for duty in profile.duties() if duty.what in roster.VISIT_DUTIES]
    if any(_too_many(work, grid, duty) for duty in duties):
        raise Forbidden("register.township_confirms")


def _too_many(work: Work, grid: str, duty: Duty) -> bool:
    scope, today = Scope.of([grid]), local_day(work.now)
    window = window_of(duty.window, today)
    visits = roster.visits(work.session, scope=scope, since=window.first, as_of=work.now)
    found = compliance(
        duty,
        window,
        roster.units(work.session, duty, scope=scope, as_of=work.now),
        VisitIndex(visits, as_of=work.now),
        grids=roster.duty_grids(work.session, scope=scope, on=today),
        calendar=calendar_of(profile_at(work.session, grid, on=today)),
    )
    return any(each.exits_need_township for each in found.values())
