"""久未到、在岗: places nobody came past for 90 days, and grids nobody answers for (METRICS P5, D6)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from server.domain.jurisdiction import Level
from server.domain.obligation import window_of
from server.domain.roles import Function
from server.domain.work_calendar import local_day
from server.figures.grid_layers.layer import GridFigure, GridLayer, Layer, grids_of, layer_of
from server.figures.patrolled import patrolled
from server.figures.places import PlacesReached, places_reached
from server.figures.staffing import staffing
from server.storage.posts import Account, PostRow
from server.work import Reading

_SOME_PERCENT, _MANY_PERCENT = 10, 30
_ONE_DAY = dt.timedelta(days=1)


def unseen(reading: Reading, area: str | None) -> GridLayer:
    """久未到: n places nobody came past for 90 days of d places; grids with too few positions say so (METRICS P5)."""
    walked = patrolled(reading, window_of("day", local_day(reading.now)), area=area)
    places = places_reached(
        reading.session, scope=walked.scope, as_of=reading.now, radius_m=walked.radius_m()
    )
    lines = []
    for code in sorted(walked.days):
        grid, there = walked.named[code], places[code]
        if not grid.is_in_force(local_day(reading.now)):
            continue
        n, d = (there.long_unseen.n, there.long_unseen.d) if there.is_shown else (0, 0)
        lines.append(
            GridFigure(
                grid=grid,
                n=n,
                d=d,
                text=f"{n}/{d}" if d else "",
                level=_unseen_level(n, d),
                told=_unseen_words(there),
                cells=(len(there.chronic) if there.is_shown else "", f"{there.positioned}/{there.dwellings}"),
                vacant=walked.days[code].vacant,
                weight=(n,),
            )
        )
    return layer_of(reading, lines)


def _unseen_level(n: int, d: int) -> str:
    if d == 0:
        return "unseen_unknown"
    if n == 0:
        return "unseen_none"
    if n * 100 < d * _SOME_PERCENT:
        return "unseen_few"
    return "unseen_some" if n * 100 < d * _MANY_PERCENT else "unseen_many"


def _unseen_words(there: PlacesReached) -> str:
    if not there.is_shown:
        return f"住户位置不足：{there.positioned}/{there.dwellings} 户有位置"
    if there.long_unseen.d == 0:
        return "没有住户和必巡点"
    return f"住户和必巡点 {there.long_unseen.d} 处，90 天没人到过 {there.long_unseen.n} 处"


def vacancies(reading: Reading, area: str | None) -> GridLayer:
    """在岗: n grids without a grid worker of d grids; a stand-in does not fill the post (METRICS D6)."""
    today = local_day(reading.now)
    grids = grids_of(reading, area)
    staff = staffing(reading.session, grids, on=today)
    since = _vacant_since(reading, [code for code in grids if not staff[code].workers], today=today)
    lines = []
    for code, grid in grids.items():
        there = staff[code]
        level = "staffed" if there.workers else "stood_in" if there.stand_ins else "nobody"
        days = (today - since[code]).days + 1 if code in since else 0
        lines.append(
            GridFigure(
                grid=grid,
                n=0 if there.workers else 1,
                d=1,
                text=f"{days}天" if days else "",
                level=level,
                told="有网格员" if there.workers else _vacant_words(days, stood_in=bool(there.stand_ins)),
                cells=(
                    "、".join(there.leads),
                    "、".join(there.workers),
                    "、".join(there.stand_ins),
                    days or ("" if there.workers else "没有记载"),
                ),
                vacant=not there.workers,
                weight=(not there.workers, not there.stand_ins, days),
            )
        )
    return layer_of(reading, lines)


def _vacant_words(days: int, *, stood_in: bool) -> str:
    lasting = f"{days} 天" if days else ""
    return f"无人在岗 {lasting}，{'有人替班' if stood_in else '没有替班'}".replace(" ，", "，")


def _vacant_since(reading: Reading, codes: Iterable[str], *, today: dt.date) -> Mapping[str, dt.date]:
    """The first day without a grid worker of each of these grids; none for one that is not known to have had any."""
    query = sa.select(PostRow.jurisdiction, PostRow.valid_to, Account.closed_on).join(
        Account, Account.id == PostRow.account_id
    )
    ended: dict[str, list[dt.date]] = defaultdict(list)
    for row in reading.session.execute(
        query.where(
            PostRow.function == Function.GRID_WORKER,
            PostRow.is_stand_in.is_(False),
            PostRow.valid_from <= today,
        )
    ):
        last_days = [row.valid_to] if row.valid_to is not None else []
        if row.closed_on is not None:
            last_days.append(row.closed_on - _ONE_DAY)
        if last_days and min(last_days) < today:
            ended[row.jurisdiction].append(min(last_days))
    found = {code: [day for level in Level for day in ended.get(code[: level.digits], ())] for code in codes}
    return {code: max(days) + _ONE_DAY for code, days in found.items() if days}


UNSEEN = Layer(
    label="久未到",
    levels=("unseen_none", "unseen_few", "unseen_some", "unseen_many", "unseen_unknown", "vacant"),
    of_n="90 天没人到过",
    of_d="住户和必巡点",
    unit="处",
    number="格内数字：没人到过/应到的处数",
    columns=("连续三个 30 天没人到过", "有位置的住户"),
    # Not of earlier: where households had their positions then, and which were lived in, is not kept.
    compute=unseen,
)
VACANCIES = Layer(
    label="在岗",
    levels=("staffed", "stood_in", "nobody"),
    of_n="无人在岗",
    of_d="网格",
    unit="格",
    number="格内数字：无人在岗多少天",
    columns=("网格长", "网格员", "替班", "无人在岗（天）"),
    note="替班照常做事，不算有人在岗",
    compute=vacancies,
    then=vacancies,
)
