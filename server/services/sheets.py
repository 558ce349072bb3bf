"""封账: writing down what a window's figures rest on, as it stood at the instant it is frozen (METRICS D3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.domain.events.visits import SheetFrozen
from server.domain.obligation import Duty, Window, WindowKind, freeze_instant, next_window, sheet, window_of
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import roster
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
        """The duties of households and persons whose window this is."""
        return [duty for duty in _duties(self.version) if duty.window == self.window.kind]


def due(reading: Reading) -> list[Due]:
    """Return what has passed its freezing instant and has no sheet yet, the oldest windows of each village first.

    A window is frozen where the village had begun in it and its mechanism was installed by that instant: of the
    time before a county used the product there is nothing to freeze.
    """
    installed = profiles.installed(reading.session)
    last = storage.newest(reading.session)
    kinds = {duty.window for version in installed.versions() for duty in _duties(version)}
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
    scope = Scope.of([each.village])
    codes = {grid.code for grid in grids.listing(work.session, scope=scope)}
    profile = parsed(each.version.text)
    done = 0
    for duty in each.duties():
        owing = [Owing(duty, profile, codes)]
        judged = judge(work.session, owing, each.window, scope=scope, as_of=each.frozen_at)
        lines = [judged.lines[code] for code in sorted(judged.lines)]
        rows, visits = sheet.written(lines)
        row = FrozenSheet(
            village=each.village,
            duty=duty.id,
            window_kind=each.window.kind,
            first_day=each.window.first,
            last_day=each.window.last,
            profile_id=each.version.id,
            frozen_at=each.frozen_at,
            written_at=work.now,
            n=sum(line.reached.n for line in lines),
            d=sum(line.reached.d for line in lines),
            grids=rows,
            visits=visits,
        )
        done += _write(work, row)
    return done


def _write(work: Work, row: FrozenSheet) -> bool:
    """Write a sheet unless another worker did; say which."""
    key = insert_once(work.session, row, unique=_UNIQUE)
    if not isinstance(key, int):
        return False
    work.record(
        SheetFrozen(
            subject_id=key,
            jurisdiction=row.village,
            duty=row.duty,
            first_day=row.first_day,
            last_day=row.last_day,
            n=row.n,
            d=row.d,
        )
    )
    return True


def _duties(version: ProfileVersion) -> list[Duty]:
    return [duty for duty in parsed(version.text).duties() if duty.what in roster.VISIT_DUTIES]


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
    if version is None or not any(duty.window == window.kind for duty in _duties(version)):
        return None
    return Due(village=village, window=window, frozen_at=frozen_at, version=version)
