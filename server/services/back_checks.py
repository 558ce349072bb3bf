"""回访抽查: drawing a month's visits and settled cases, and ringing those who know (METRICS Q)."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from server.domain.back_check import Answer, Candidate, What, askers, draw
from server.domain.events.back_checks import BackCheckAnswered, BackCheckOpened, BackChecksDrawn
from server.domain.jurisdiction import Level
from server.domain.obligation import Window, freeze_instant, window_of
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Forbidden
from server.domain.scope import Scope
from server.domain.work_calendar import end_of_day, local_day
from server.storage import back_checks as storage
from server.storage import jurisdictions, profiles
from server.storage.back_checks import BackCheck, BackCheckDraw
from server.storage.base import insert_once
from server.work import Reading, Work

_ONE_DAY = dt.timedelta(days=1)
_SEED_BYTES = 8


@dataclass(frozen=True, slots=True)
class Due:
    """A county's month that is to be drawn, as it stood at `as_of` (aware)."""

    county: str
    month: Window
    as_of: dt.datetime


def asked_month(today: dt.date) -> Window:
    """The month people are asked about on a day: 「上个月有人来看过您吗？」."""
    return window_of("month", today.replace(day=1) - _ONE_DAY)


def due(reading: Reading) -> list[Due]:
    """Return the counties whose last month is frozen (METRICS D3) and not drawn yet."""
    month = asked_month(local_day(reading.now))
    installed = profiles.installed(reading.session)
    counties = jurisdictions.listing(reading.session, scope=reading.actor.scope, digits=Level.COUNTY.digits)
    drawn = {each.county for each in storage.draws(reading.session, month.first)}
    found = []
    for county in counties:
        version = installed.at(county.code, on=month.last)
        if version is None or county.code in drawn:
            continue
        as_of = freeze_instant(month, freeze_day=profiles.parsed(version.text).freeze_day)
        if as_of <= reading.now:
            found.append(Due(county.code, month, as_of))
    return found


def carry_out(work: Work, each: Due) -> int:
    """抽取 a county's month; how many were drawn. Nothing where another worker did, or where there is nothing to draw.

    The seed is thrown now, when nothing of the month can be changed any more.
    """
    pools = _pools(work, each)
    seed = secrets.token_hex(_SEED_BYTES)
    asking = askers(_villages(work, each.county), seed=seed)
    drawn = [
        (village, candidate)
        for village in sorted(pools.keys() & asking.keys())
        for candidate in draw(pools[village], seed=seed)
    ]
    if not drawn:
        return 0
    row = BackCheckDraw(county=each.county, month=each.month.first, seed=seed, drawn_at=work.now)
    written = insert_once(work.session, row, unique=("county", "month"))
    if written is None:
        return 0
    work.session.add_all(
        _check(candidate, pools[village][candidate], draw_id=written[0], month=each.month, by=asking[village])
        for village, candidate in drawn
    )
    work.session.flush()
    work.record(
        BackChecksDrawn(
            subject_id=written[0],
            jurisdiction=each.county,
            month=each.month.first,
            seed=seed,
            drawn=len(drawn),
            out_of=sum(len(pools[village]) for village in asking.keys() & pools.keys()),
        )
    )
    return len(drawn)


def open_contact(work: Work, check_id: int) -> BackCheck:
    """查看电话: see whom to ring. That he looked is written down, as of all personal data above a village.

    Raises NotFound("back_check.unknown"), Forbidden("back_check.own_village"), Conflict("back_check.over"),
    Conflict("back_check.answered").
    """
    row = _open(work, check_id)
    work.record(BackCheckOpened(subject_id=row.id, jurisdiction=row.grid))
    return row


def answer(work: Work, check_id: int, answer: Answer) -> BackCheck:
    """回访: say what came of the call. Who was not reached may be rung again; what somebody said stands.

    Raises as `open_contact`.
    """
    row = _open(work, check_id)
    row.answer, row.answered_at, row.account_id = answer.value, work.now, work.actor.id
    work.session.flush()
    work.record(BackCheckAnswered(subject_id=row.id, jurisdiction=row.grid))
    return row


def _open(work: Work, check_id: int) -> BackCheck:
    """One the actor may ask about today, locked."""
    row = storage.get(work.session, check_id, asker=work.actor.scope, to_change=True)
    work.actor.require(Permission.ASK_BACK, at=row.asked_by)
    if work.actor.scope.covers(row.grid):
        raise Forbidden("back_check.own_village")
    if row.month != asked_month(local_day(work.now)).first:
        raise Conflict("back_check.over")
    if row.answer not in (None, Answer.NOT_REACHED.value):
        raise Conflict("back_check.answered")
    return row


def _pools(work: Work, each: Due) -> dict[str, dict[Candidate, dt.date]]:
    """What may be drawn of each village, with its day."""
    scope = Scope.of([each.county])
    visits = storage.visits_made(
        work.session, scope=scope, first=each.month.first, last=each.month.last, as_of=each.as_of
    )
    cases = storage.cases_settled(
        work.session,
        scope=scope,
        since=end_of_day(each.month.first - _ONE_DAY),
        before=end_of_day(each.month.last),
    )
    pools: dict[str, dict[Candidate, dt.date]] = defaultdict(dict)
    for candidate, day in (*visits, *cases):
        pools[candidate.grid[: Level.VILLAGE.digits]][candidate] = day
    return pools


def _villages(work: Work, county: str) -> Iterator[str]:
    for village in jurisdictions.listing(work.session, scope=Scope.of([county]), digits=Level.VILLAGE.digits):
        yield village.code


def _check(candidate: Candidate, day: dt.date, *, draw_id: int, month: Window, by: str) -> BackCheck:
    is_visit = candidate.what is What.VISIT
    return BackCheck(
        draw_id=draw_id,
        month=month.first,
        grid=candidate.grid,
        asked_by=by,
        what=candidate.what.value,
        visit_id=int(candidate.key) if is_visit else None,
        demand_id=None if is_visit else UUID(candidate.key),
        day=day,
    )
