"""查一查 of figures: crowded visits, telephones, exits, what is set apart, ratings at once (METRICS Q1, Q5 to Q8)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from server.domain.jurisdiction import Level
from server.domain.obligation import GridVisits, Window, percentage, window_of
from server.domain.question import (
    AT_THE_END_PERCENT,
    BURST,
    BURST_RATINGS,
    BY_PHONE_PERCENT,
    FEWEST_VISITS,
    LAST_DAYS,
    SET_APART_CASES,
    SET_APART_TIMES,
    Kind,
    Question,
    largest_burst,
)
from server.domain.work_calendar import end_of_day, local_day
from server.figures.case_rates import SET_APART, case_rates
from server.figures.case_ratings import REPORTER
from server.figures.compliance import compliance, duties
from server.storage import ratings
from server.work import Reading

_BURST_MINUTES = BURST // dt.timedelta(minutes=1)
_ONE_DAY = dt.timedelta(days=1)
_SET_APART_WORDS = {"private": "私事", "rejected": "剔除", "suspended": "暂缓"}
_VILLAGE_DIGITS = Level.VILLAGE.digits
_UNITS = {"visit_person": "人", "visit_household": "户"}


def of_visits(reading: Reading, month: Window) -> Iterator[Question]:
    """Return what the visits of the windows that end with a month give occasion to ask, grid by grid."""
    for duty in duties(reading):
        if duty.what not in _UNITS:
            continue
        window = window_of(duty.window, month.last)
        if window.last > month.last:
            continue
        found = compliance(reading, duty.id, window=window, live=True)
        unit = _UNITS[duty.what]
        for line in found.grids:
            asked = (
                (Kind.AT_THE_END, _at_the_end(line.visits, window, today=local_day(reading.now))),
                (Kind.BY_PHONE, _by_phone(line.visits, unit)),
                (Kind.MANY_EXITS, _exits(line.visits, unit)),
            )
            for kind, words in asked:
                if words:
                    yield Question(
                        kind=kind,
                        jurisdiction=line.grid.code,
                        month=month.first,
                        seen=words,
                        mark=duty.id,
                    )


def _at_the_end(visits: GridVisits, window: Window, *, today: dt.date) -> str:
    if today < window.last:
        return ""
    counted = {visit.id: visit for standing in visits.standings for visit in standing.counted}
    last = window.last - dt.timedelta(days=LAST_DAYS - 1)
    late = sum(visit.day >= last for visit in counted.values())
    if len(counted) < FEWEST_VISITS or late * 100 < AT_THE_END_PERCENT * len(counted):
        return ""
    return f"{len(counted)} 次算数的走访里，{late} 次在最后 {LAST_DAYS} 天。"


def _by_phone(visits: GridVisits, unit: str) -> str:
    phoned = visits.by_phone
    if phoned.d < FEWEST_VISITS or phoned.n * 100 <= BY_PHONE_PERCENT * phoned.d:
        return ""
    return f"走到的 {phoned.d} {unit}里，{phoned.n} {unit}只打了电话。"


def _exits(visits: GridVisits, unit: str) -> str:
    if not visits.exits_need_township:
        return ""
    return f"这一期移出 {visits.exits} {unit}，应走访 {visits.reached.d} {unit}。"


def of_demands(reading: Reading, month: Window) -> Iterator[Question]:
    """Return where a village sets apart more than twice the county's share of what it received (Q6)."""
    rates = case_rates(reading, month)
    for village in rates.villages:
        for what in SET_APART:
            here, (n, d) = rates.figures[f"C12-{what}-{village}"], rates.county[what]
            is_more = here.n * d > SET_APART_TIMES * n * here.d
            if here.n >= SET_APART_CASES and is_more:
                share, whole = percentage(here.n, here.d), percentage(n, d)
                yield Question(
                    kind=Kind.SET_APART,
                    jurisdiction=village,
                    month=month.first,
                    seen=f"收到的 {here.d} 件里{_SET_APART_WORDS[what]} {here.n} 件（{share}），全县是 {whole}。",
                    mark=what,
                )


def of_ratings(reading: Reading, month: Window) -> Iterator[Question]:
    """Return the days of a month on which many reporters rated a village's work within minutes (Q8).

    Asked once none of these ratings can be changed any more: whoever's work they judge learns of none before.
    """
    given = ratings.given(
        reading.session,
        scope=reading.actor.scope,
        who=REPORTER,
        since=end_of_day(month.first - _ONE_DAY),
        before=end_of_day(month.last),
        settled_at=reading.now,
    )
    by_village: dict[tuple[str, dt.date], list[dt.datetime]] = defaultdict(list)
    for place, instant in given:
        by_village[place[:_VILLAGE_DIGITS], local_day(instant)].append(instant)
    for (village, day), instants in by_village.items():
        together = largest_burst(instants)
        if together >= BURST_RATINGS:
            yield Question(
                kind=Kind.RATING_BURST,
                jurisdiction=village,
                month=month.first,
                seen=f"{day.month} 月 {day.day} 日有 {together} 个评价在 {_BURST_MINUTES} 分钟以内给出。",
                mark=day.isoformat(),
            )
