"""封账表 of patrols: a grid's duty days and those patrolled, as plain values (METRICS D3, P1, P2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from server.domain.obligation.figure import Figure
from server.domain.obligation.patrol_days import GridDay, PatrolDays
from server.domain.obligation.sheet import Values


def written(lines: Iterable[PatrolDays]) -> list[Values]:
    """Return grids with their days: `d` those owed, `n` those patrolled, and by key the patrols of each."""
    return [
        {
            "grid": line.grid,
            "vacant": line.vacant,
            "d": _days(line.reached.rows_d),
            "n": _days(line.reached.rows_n),
            "own": _days(line.by_own_role.rows_n),
            "located": _days(line.located.rows_n),
            "exempt": [day.isoformat() for day in line.exempt],
            "exempt_worked": [day.isoformat() for day in line.exempt_worked],
            "patrols": {
                day.isoformat(): [patrol.id for patrol in patrols] for day, patrols in line.patrols.items()
            },
        }
        for line in lines
    ]


def read(values: Values, *, now: PatrolDays) -> PatrolDays:
    """Return a grid's patrols with the figures of its sheet; who is in post, today and the patrols are as `now`."""
    grid, vacant = values["grid"], values["vacant"]

    def rows(name: str) -> tuple[GridDay, ...]:
        return tuple(GridDay(grid, dt.date.fromisoformat(day)) for day in values[name])

    done = rows("n")
    return replace(
        now,
        reached=Figure(done, rows("d"), int(vacant)),
        by_own_role=Figure(rows("own"), rows("d"), int(vacant)),
        located=Figure(rows("located"), done, int(vacant)),
        exempt=tuple(row.day for row in rows("exempt")),
        exempt_worked=tuple(row.day for row in rows("exempt_worked")),
    )


def _days(rows: Iterable[GridDay]) -> list[str]:
    return [row.day.isoformat() for row in rows]
