"""入户问需, 点单日, 院坝会: the weeks and sessions a place owes, and those it held (METRICS V7, V8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from server.domain.obligation import (
    Duty,
    DutyGrid,
    Figure,
    GridWeek,
    Pace,
    Session,
    Window,
    WorkdayCalendar,
    need_visits,
    pace_of,
    session_window,
    sessions_held,
    share_elapsed,
    sheet,
)
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import areas, roster, sheets
from server.figures.areas import VILLAGE_DIGITS, GridName
from server.storage import visits as storage
from server.storage.profiles import calendar_of
from server.work import Reading

Held = Figure[GridWeek] | Figure[str]
"""Weeks of a grid, or the village itself."""

_A_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOccasions:
    """A grid (V7) or a village (V8) and what it held of what it owed; `codes` are its grids on the map."""

    code: str
    name: str
    codes: tuple[str, ...]
    held: Held
    pace: Pace
    vacant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasions:
    """The lines of an area over a window; `frozen_at`: when it was frozen, where they are those of its sheets."""

    as_of: dt.datetime
    frozen_at: dt.datetime | None
    duty: Duty
    window: Window
    places: tuple[PlaceOccasions, ...]

    @property
    def has_ended(self) -> bool:
        """Whether the window was over at `as_of`."""
        return self.window.last < local_day(self.as_of)


def occasions(
    reading: Reading, duty_id: str, *, window: Window, area: str | None = None, live: bool = False
) -> Occasions:
    """Return what an area held of a duty of weeks or sessions, in one of its `compliance.windows`.

    A window that is frozen is read from its sheets (METRICS D3); `live` asks what it would be as of now. Raises NotFound("duty.unknown") for a duty that is not owed there.
    """
    scope = areas.narrowed(reading.actor.scope, area)
    named = areas.grid_names(reading.session, scope=scope)
    today = local_day(reading.now)
    places: list[PlaceOccasions] = []
    found: tuple[Duty, Window] | None = None
    for profile, codes in areas.profiles(reading.session, named, now=reading.now, on=min(window.last, today)):
        duty = next((each for each in profile.duties() if each.id == duty_id), None)
        if duty is None:
            continue
        chosen = session_window(duty, window.first) if duty.what == "session" else window
        grids = [
            grid
            for grid in roster.duty_grids(reading.session, scope=scope, on=today, since=chosen.first)
            if grid.id in codes
        ]
        found = duty, chosen
        held = _weeks if duty.what == "need_visit" else _sessions
        places += held(_Asked(reading, duty, chosen, grids, named, scope, calendar_of(profile)))
    if found is None:
        raise NotFound("duty.unknown", duty=duty_id)
    frozen = None
    if not live and window.last < today:
        frozen = sheets.frozen_values(reading.session, [duty_id], window, scope=scope)
    if frozen is not None:
        places = [_as_frozen(place, frozen.values.get(place.code)) for place in places]
    return Occasions(
        as_of=reading.now,
        frozen_at=None if frozen is None else frozen.frozen_at,
        duty=found[0],
        window=found[1],
        places=tuple(places),
    )


def written(places: Iterable[PlaceOccasions]) -> list[sheet.Values]:
    """Return places as plain values: the Mondays of a grid's weeks, or the village itself, of n and of d."""
    return [
        {
            "grid": place.code,
            "pace": place.pace,
            "n": [_row(row) for row in place.held.rows_n],
            "d": [_row(row) for row in place.held.rows_d],
        }
        for place in places
    ]


def _row(row: GridWeek | str) -> str:
    return row if isinstance(row, str) else row.monday.isoformat()


def _as_frozen(place: PlaceOccasions, values: sheet.Values | None) -> PlaceOccasions:
    """A place with the figures of its sheet; as it is where there is none."""
    if values is None:
        return place
    code, vacant = place.code, place.held.vacant
    if len(code) == VILLAGE_DIGITS:
        return replace(
            place, pace=values["pace"], held=Figure(tuple(values["n"]), tuple(values["d"]), vacant)
        )
    weeks = {
        name: tuple(GridWeek(code, dt.date.fromisoformat(monday)) for monday in values[name])
        for name in ("n", "d")
    }
    return replace(place, pace=values["pace"], held=Figure(weeks["n"], weeks["d"], vacant))


@dataclass(frozen=True, slots=True)
class _Asked:
    reading: Reading
    duty: Duty
    window: Window
    grids: list[DutyGrid]
    named: Mapping[str, GridName]
    scope: Scope
    calendar: WorkdayCalendar

    def place(self, code: str, name: str, grids: list[DutyGrid], held: Held) -> PlaceOccasions:
        """The line of a place, with its pace in the window."""
        today = local_day(self.reading.now)
        start_date = min(grid.start_date for grid in grids)
        elapsed = share_elapsed(self.window, start_date=start_date, today=today, calendar=self.calendar)
        ended = today > self.window.last
        trial = self.window.is_trial(start_date)
        return PlaceOccasions(
            code=code,
            name=name,
            codes=tuple(grid.id for grid in grids),
            held=held,
            pace=pace_of(held.n, held.d, elapsed=elapsed, ended=ended, trial=trial),
            vacant=all(grid.vacant for grid in grids),
        )


def _weeks(asked: _Asked) -> list[PlaceOccasions]:
    """入户问需: each grid's completed weeks."""
    visits = roster.visits_in(
        asked.reading.session,
        scope=asked.scope,
        first=asked.window.first - _A_WEEK,
        last=asked.window.last,
        as_of=asked.reading.now,
    )
    held = need_visits(asked.duty, asked.window, asked.grids, visits=visits, as_of=asked.reading.now)
    return [
        asked.place(grid.id, asked.named[grid.id].full_name, [grid], held[grid.id]) for grid in asked.grids
    ]


def _sessions(asked: _Asked) -> list[PlaceOccasions]:
    """点单日、院坝会: each village's session of the window."""
    by_village: dict[str, list[DutyGrid]] = {}
    for grid in asked.grids:
        if grid.start_date <= asked.window.last:
            by_village.setdefault(grid.id[:VILLAGE_DIGITS], []).append(grid)
    sessions = [
        Session(
            id=row.id,
            place=row.jurisdiction[:VILLAGE_DIGITS],
            channel=row.channel,
            day=row.day,
            received_at=row.received_at,
            roles=frozenset(row.roles),
            removed_at=row.removed_at,
        )
        for row in storage.sessions_between(
            asked.reading.session, scope=asked.scope, first=asked.window.first, last=asked.window.last
        )
    ]
    held = sessions_held(asked.duty, asked.window, by_village, sessions=sessions, as_of=asked.reading.now)
    done = set(held.rows_n)
    return [
        asked.place(
            village,
            asked.named[grids[0].id].village,
            grids,
            Figure((village,) if village in done else (), (village,), int(all(g.vacant for g in grids))),
        )
        for village, grids in by_village.items()
    ]
