"""封账: writing down what a window's figures rest on, as it stood at the instant it is frozen (METRICS D3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from server.domain.events.visits import SheetFrozen
from server.domain.obligation import (
    Duty,
    Window,
    WindowKind,
    freeze_instant,
    next_window,
    patrol_sheet,
    sheet,
    window_of,
)
from server.domain.people import SYSTEM
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import occasions
from server.figures.patrolled import patrolled
from server.figures.standings import Owing, judge
from server.storage import grids, jurisdictions, profiles
from server.storage import sheets as storage
from server.storage.base import insert_once
from server.storage.jurisdictions import Jurisdiction
from server.storage.profiles import Installed, ProfileVersion, parsed
from server.storage.sheets import FrozenSheet
from server.work import Reading, Work

_KINDS: tuple[WindowKind, ...] = ("month", "quarter", "half_year", "year")
_VILLAGE_DIGITS = 12
_UNIQUE = ("village", "duty", "window_kind", "first_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A window of a village that is to be frozen, as it stood at `frozen_at`; `version` is the mechanism's."""

    village: str
    window: Window
    frozen_at: dt.datetime
    version: ProfileVersion

    def duties(self) -> list[Duty]:
        """The duties that are frozen with this window."""
        return [duty for duty in parsed(self.version.text).duties() if _frozen_with(duty) == self.window.kind]


def due(reading: Reading) -> list[Due]:
    """Return what has passed its freezing instant and has no sheet yet, the oldest windows of each village first.

    A window is frozen where the village had begun in it and its mechanism was installed by that instant: of the
    time before a county used the product there is nothing to freeze.
    """
    installed = profiles.installed(reading.session)
    last = storage.newest(reading.session)
    kinds = {_frozen_with(duty) for version in installed.versions() for duty in parsed(version.text).duties()}
    villages = jurisdictions.listing(reading.session, scope=reading.actor.scope, digits=_VILLAGE_DIGITS)
    return [
        each
        for village in villages
        for kind in _KINDS
        if kind in kinds
        for window in _windows(village, kind, last, today=local_day(reading.now))
        if (each := _due(village.code, window, installed)) is not None and each.frozen_at <= reading.now
    ]


def freeze(work: Work, each: Due) -> int:
    """封账 one window of one village; how many sheets were written. One that is there already stays as it is."""
    return sum(_write(work, each, duty, _taken(work, each, duty)) for duty in each.duties())


class _Taken(NamedTuple):
    """What a sheet holds."""

    n: int
    d: int
    grids: list[sheet.Values]
    visits: dict[str, sheet.Values]


def _taken(work: Work, each: Due, duty: Duty) -> _Taken:
    """The figures of a duty as they stood at the freezing instant."""
    scope = Scope.of([each.village])
    then = Reading(work.session, replace(SYSTEM, scope=scope), each.frozen_at)
    if duty.what in ("need_visit", "session"):
        places = occasions.occasions(then, duty.id, window=each.window, live=True).places
        n, d = sum(place.held.n for place in places), sum(place.held.d for place in places)
        return _Taken(n, d, occasions.written(places), {})
    if duty.what == "patrol":
        days = patrolled(then, each.window, live=True).days
        n, d = sum(line.reached.n for line in days.values()), sum(line.reached.d for line in days.values())
        return _Taken(n, d, patrol_sheet.written({code: days[code] for code in sorted(days)}), {})
    codes = {grid.code for grid in grids.listing(work.session, scope=scope)}
    owing = [Owing(duty, parsed(each.version.text), codes)]
    judged = judge(work.session, owing, each.window, scope=scope, as_of=each.frozen_at)
    lines = {code: judged.lines[code] for code in sorted(judged.lines)}
    n, d = sum(line.reached.n for line in lines.values()), sum(line.reached.d for line in lines.values())
    return _Taken(n, d, *sheet.written(lines))


def _write(work: Work, each: Due, duty: Duty, taken: _Taken) -> bool:
    """Write a sheet unless another worker did; say which."""
    row = FrozenSheet(
        village=each.village,
        duty=duty.id,
        window_kind=each.window.kind,
        first_day=each.window.first,
        last_day=each.window.last,
        profile_id=each.version.id,
        frozen_at=each.frozen_at,
        written_at=work.now,
        **taken._asdict(),
    )
    written = insert_once(work.session, row, unique=_UNIQUE)
    if written is None:
        return False
    work.record(
        SheetFrozen(
            subject_id=written[0],
            jurisdiction=row.village,
            duty=row.duty,
            first_day=row.first_day,
            last_day=row.last_day,
            n=row.n,
            d=row.d,
        )
    )
    return True


def _frozen_with(duty: Duty) -> WindowKind:
    """The kind of window a duty is frozen by: days, weeks and sessions of a day of the month go by the month."""
    by_month = duty.what in ("patrol", "need_visit") or duty.on_day is not None
    return "month" if by_month else duty.window


def _windows(
    village: Jurisdiction,
    kind: WindowKind,
    last: Mapping[tuple[str, str], dt.date],
    *,
    today: dt.date,
) -> Iterator[Window]:
    """The windows of a village that are over and come after the last one frozen."""
    if village.start_date is None:
        return
    frozen = last.get((village.code, kind))
    window = window_of(kind, village.start_date) if frozen is None else next_window(window_of(kind, frozen))
    while window.last < today:
        yield window
        window = next_window(window)


def _due(village: str, window: Window, installed: Installed) -> Due | None:
    version = installed.at(village, on=window.last)
    if version is None:
        return None
    frozen_at = freeze_instant(window, freeze_day=parsed(version.text).freeze_day)
    version = installed.at(village, on=window.last, known_at=frozen_at)
    if version is None:
        return None
    each = Due(village=village, window=window, frozen_at=frozen_at, version=version)
    return each if each.duties() else None
