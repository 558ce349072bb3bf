"""封账表 of patrols: a grid's duty days and those patrolled, as plain values (METRICS D3, P1, P2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from server.domain.obligation.figure import Figure
from server.domain.obligation.patrol_days import PatrolDays
from server.domain.obligation.sheet import Values


def written(lines: Mapping[str, PatrolDays]) -> list[Values]:
    """Return grids, by code, with their days: `d` those owed, `n` those patrolled, and by key the patrols of each."""
    return [
        {
            "grid": code,
            "vacant": line.vacant,
            "d": _written(line.reached.rows_d),
            "n": _written(line.reached.rows_n),
            "own": _written(line.by_own_role.rows_n),
            "located": _written(line.located.rows_n),
            "exempt": _written(line.exempt),
            "exempt_worked": _written(line.exempt_worked),
            "patrols": {
                day.isoformat(): [patrol.id for patrol in patrols] for day, patrols in line.patrols.items()
            },
        }
        for code, line in lines.items()
    ]


def read(values: Values, *, now: PatrolDays) -> PatrolDays:
    """Return a grid's patrols with the figures of its sheet; who is in post, today and the patrols are as `now`."""
    vacant = int(values["vacant"])

    def days(name: str) -> tuple[dt.date, ...]:
        return tuple(map(dt.date.fromisoformat, values[name]))

    done, due = days("n"), days("d")
    return replace(
        now,
        reached=Figure(done, due, vacant),
        by_own_role=Figure(days("own"), due, vacant),
        located=Figure(days("located"), done, vacant),
        exempt=days("exempt"),
        exempt_worked=days("exempt_worked"),
    )


def _written(days: Iterable[dt.date]) -> list[str]:
    return [day.isoformat() for day in days]
