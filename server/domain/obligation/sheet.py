"""封账表: a grid's figures with their rows as plain values, so that they stand whatever changes later (METRICS D3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from server.domain.obligation.compliance import GridUnits, GridVisits, MovedOut
from server.domain.obligation.duty import Duty, Id
from server.domain.obligation.figure import Figure
from server.domain.obligation.records import Visit
from server.domain.obligation.roster import Exit, Unit
from server.domain.obligation.visits import Standing

Values = dict[str, Any]
"""What JSON holds; a name that is left out stands for nothing, no and 0."""


def written(lines: Mapping[str, GridVisits]) -> tuple[list[Values], dict[str, Values]]:
    """Return grids and the visits they rest on, by key. Units are named by the keys of the register.

    Of a unit: `n` are the visits that count for it, `tried` and `calls` those that do not, `last` the last of all.
    """
    grids: list[Values] = []
    visits: dict[str, Values] = {}
    for code, line in lines.items():
        grids.append({"grid": code} | _grid(line))
        for standing in line.standings:
            for visit in _visits_of(standing):
                visits[str(visit.id)] = _visit(visit)
    return grids, visits


def read(grids: Sequence[Values], visits: Mapping[str, Values], *, duty: Duty) -> dict[str, GridVisits]:
    """Return the grids' figures as `written` had them, by grid; of units and visits what a list shows."""
    known = {int(key): _visit_read(int(key), values) for key, values in visits.items()}
    return {values["grid"]: _grid_read(values, known, duty) for values in grids}


def _grid(line: GridVisits) -> Values:
    return {
        "vacant": line.vacant,
        "trial": line.trial,
        "pace": line.pace,
        "exits": line.exits,
        "units": [_standing(standing) for standing in line.standings],
        "moved_out": [_named(out.unit) | {"exit": _exit(out.exit)} for out in line.moved_out],
        "newcomers": [_named(unit) for unit in line.next_window],
        "unoccupied": {
            "n": [str(key) for key in line.unoccupied.rows_n],
            "d": [str(key) for key in line.unoccupied.rows_d],
        },
    }


def _grid_read(values: Values, visits: Mapping[int, Visit], duty: Duty) -> GridVisits:
    grid, vacant = values["grid"], values["vacant"]
    empty = values["unoccupied"]
    return GridUnits(
        vacant=vacant,
        trial=values["trial"],
        pace=values["pace"],
        standings=[_standing_read(unit, grid, visits, duty) for unit in values["units"]],
        moved_out=[MovedOut(_unit(out, grid), _exit_read(out["exit"])) for out in values["moved_out"]],
        next_window=[_unit(unit, grid) for unit in values["newcomers"]],
        exits=values["exits"],
        unoccupied=Figure(_keys(empty["n"]), _keys(empty["d"]), int(vacant)),
    ).counted()


def _standing(standing: Standing) -> Values:
    values = _named(standing.unit) | {
        "entered": standing.entered_on.isoformat(),
        "tier": standing.tier,
        "n": [visit.id for visit in standing.counted],
        "own": standing.by_own_role,
        "phone": standing.phone_only,
        "tried": [visit.id for visit in standing.attempts],
        "calls": [visit.id for visit in standing.calls],
        "family": standing.family_only,
        "not_met": standing.not_met,
        "never": standing.never,
        "long_unseen": standing.long_unseen,
        "last": None if standing.last_visit is None else standing.last_visit.id,
        "last_missed": standing.last_missed,
        "face": _day(standing.last_face_to_face),
        "due": _day(standing.due_on),
        "overdue": standing.overdue_days,
        "exit": None if standing.exit is None else _exit(standing.exit),
    }
    return _filled(values)


def _standing_read(values: Values, grid: str, visits: Mapping[int, Visit], duty: Duty) -> Standing:
    def those(name: str) -> tuple[Visit, ...]:
        return tuple(visits[key] for key in values.get(name, ()))

    tier, left, last = values.get("tier"), values.get("exit"), values.get("last")
    return Standing(
        unit=_unit(values, grid),
        entered_on=dt.date.fromisoformat(values["entered"]),
        tier=tier,
        strictness=duty.strictness(tier),
        counted=those("n"),
        by_own_role=values.get("own", False),
        phone_only=values.get("phone", False),
        attempts=those("tried"),
        calls=those("calls"),
        family_only=values.get("family", False),
        not_met=values.get("not_met", False),
        never=values.get("never", False),
        long_unseen=values.get("long_unseen", False),
        last_visit=None if last is None else visits[last],
        last_missed=values.get("last_missed", False),
        last_face_to_face=_day_read(values.get("face")),
        due_on=_day_read(values.get("due")),
        overdue_days=values.get("overdue", 0),
        exit=None if left is None else _exit_read(left),
    )


def _visits_of(standing: Standing) -> Iterable[Visit]:
    yield from (*standing.counted, *standing.attempts, *standing.calls)
    if standing.last_visit is not None:
        yield standing.last_visit


def _visit(visit: Visit) -> Values:
    return _filled(
        {
            "household": str(visit.household),
            "grid": visit.grid,
            "day": visit.day.isoformat(),
            "at": visit.at.astimezone(dt.UTC).isoformat(),
            "received": visit.received_at.astimezone(dt.UTC).isoformat(),
            "roles": sorted(visit.roles),
            "outcome": visit.outcome,
            "by": visit.visitor,
            "imported": visit.imported,
        }
    )


def _visit_read(key: int, values: Values) -> Visit:
    return Visit(
        id=key,
        household=UUID(values["household"]),
        grid=values["grid"],
        day=dt.date.fromisoformat(values["day"]),
        at=dt.datetime.fromisoformat(values["at"]),
        received_at=dt.datetime.fromisoformat(values["received"]),
        roles=frozenset(values.get("roles", ())),
        outcome=values["outcome"],
        visitor=values.get("by", ""),
        imported=values.get("imported", False),
    )


def _named(unit: Unit) -> Values:
    """A household is a unit by itself: only of a person it is said where he lives."""
    named = {"unit": str(unit.id)}
    return named if unit.household == unit.id else named | {"household": str(unit.household)}


def _unit(values: Values, grid: str) -> Unit:
    key = values["unit"]
    return Unit(id=UUID(key), household=UUID(values.get("household", key)), grid=grid, stays=())


def _exit(left: Exit) -> Values:
    return {"reason": left.reason, "at": left.confirmed_at.astimezone(dt.UTC).isoformat()}


def _exit_read(values: Values) -> Exit:
    return Exit(values["reason"], dt.datetime.fromisoformat(values["at"]))


def _keys(keys: Iterable[str]) -> tuple[Id, ...]:
    return tuple(UUID(key) for key in keys)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_read(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _filled(values: Values) -> Values:
    return {name: value for name, value in values.items() if value}
