"""评价和退单: what reporters thought of the answers of a period, and which orders came back (METRICS C9, C10)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence

import sqlalchemy as sa

from server.domain.demand_acts import Action
from server.domain.mechanism import MechanismProfile
from server.domain.obligation import Figure, Window
from server.domain.scope import Scope
from server.domain.work_calendar import end_of_day
from server.figures.merging import merged_into_any
from server.storage import events, ratings
from server.storage.demands import Demand, can_be_told
from server.storage.ratings import Rating
from server.storage.selection import within
from server.work import Reading

REPORTER = "reporter"
_DISPATCHES = frozenset({Action.ASSIGN.value, Action.TRANSFER.value, Action.CLAIM.value})
_RETURNS = frozenset({Action.RETURN_ORDER.value})
_AT_ONCE = 500
_OFTEN = 2

CaseFigure = Figure[Demand]


def rated(reading: Reading, told: Sequence[Demand], profile: MechanismProfile) -> dict[str, CaseFigure]:
    """C9 of the demands whose reporter was `told` in a period; what staff entered for him stands apart.

    "C9" is 参评率, "C9-satisfied" 满意率 of those rated, "C9-satisfied-asked" 实际满意率 of those asked, "C9-low" 差评,
    "C9-proxy" what staff entered. Reports are asked, not matters: those merged into one are told with it, and each rates
    for himself. The rating of an answer is the one given since that answer.
    """
    following = merged_into_any(reading, [row.id for row in told])
    told_at = {row.id: row.told_at for row in told}
    told_at |= {row.id: told_at[row.merged_into_id] for row in following if row.merged_into_id is not None}
    asked = tuple(row for row in (*told, *following) if can_be_told(row))
    newest = _since_told(reading, {row.id: told_at[row.id] for row in asked})
    own = {key: row.stars for key, row in newest.items() if not row.by_proxy}
    content = profile.rating.stars - 1
    rated_ = _those(asked, lambda row: row.id in own)
    satisfied = _those(rated_, lambda row: own[row.id] >= content)
    return {
        "C9": Figure(rated_, asked),
        "C9-satisfied": Figure(satisfied, rated_),
        "C9-satisfied-asked": Figure(satisfied, asked),
        "C9-low": Figure(_those(rated_, lambda row: own[row.id] <= profile.low_rating.threshold), rated_),
        "C9-proxy": Figure(_those(asked, lambda row: row.id in newest and row.id not in own), asked),
    }


def returned(reading: Reading, scope: Scope, period: Window) -> dict[str, CaseFigure]:
    """C10 within `scope`: every return of an order in the period, of every dispatch in it, and who came back often.

    A demand stands in "C10" once for each return and once for each dispatch; "C10-twice" are those returned in the
    period that have come back twice or more in all.
    """
    start, end = end_of_day(period.first - dt.timedelta(days=1)), end_of_day(period.last)
    acts = events.acts_on_demands(
        reading.session, scope=scope, start=start, end=end, actions=_DISPATCHES | _RETURNS
    )
    by_id = _demands(reading, scope, {key for key, _ in acts})
    returns = tuple(by_id[key] for key, action in acts if action in _RETURNS and key in by_id)
    dispatches = tuple(by_id[key] for key, action in acts if action in _DISPATCHES and key in by_id)
    came_back = tuple(dict.fromkeys(returns))
    return {
        "C10": Figure(returns, dispatches),
        "C10-twice": Figure(_those(came_back, lambda row: row.returns >= _OFTEN), came_back),
    }


def _demands(reading: Reading, scope: Scope, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, Demand]:
    found: dict[uuid.UUID, Demand] = {}
    wanted = sorted(keys)
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        query = sa.select(Demand).where(Demand.id.in_(some), within(Demand.jurisdiction, scope))
        found |= {row.id: row for row in reading.session.scalars(query)}
    return found


def _since_told(
    reading: Reading, told_at: Mapping[uuid.UUID, dt.datetime | None]
) -> Mapping[uuid.UUID, Rating]:
    """The reporter's rating of the last answer to each report, where he has given one."""
    found = ratings.of_demands(reading.session, list(told_at), who=REPORTER)
    return {row.demand_id: row for row in found if _is_of(row, told_at[row.demand_id])}


def _is_of(row: Rating, told_at: dt.datetime | None) -> bool:
    return told_at is not None and row.given_at >= told_at


def _those(rows: Sequence[Demand], rule: Callable[[Demand], bool]) -> tuple[Demand, ...]:
    return tuple(row for row in rows if rule(row))
