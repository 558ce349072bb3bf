"""到期: every demand whose time is over, or near, gets what follows from it — once, whoever sweeps and however often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from server.database import Database
from server.domain.demand_states import StateKey
from server.domain.people import SYSTEM
from server.services.demands import lapsing
from server.storage import due
from server.storage.demands import Demand
from server.storage.due import Mark
from server.work import Work

BATCH = 200
"""Demands in one transaction: what is lost by a kill, and how long a phone waits behind it on SQLite."""

LAPSING = (
    StateKey.NEED_INFO,
    StateKey.OFFERED,
    StateKey.SUSPENDED,
    StateKey.REJECTED,
    StateKey.FED_BACK,
    StateKey.RATED,
)
"""The states that end by themselves when their step is over."""

_log = structlog.get_logger()


class _Due(Protocol):
    def __call__(
        self, session: Session, /, *, by: dt.datetime, after: Mark | None, limit: int
    ) -> Sequence[Demand]: ...


def sweep(database: Database, *, now: dt.datetime | None = None) -> int:
    """Do what is due at `now`, the present by default; how many demands it changed or reminded of.

    A demand that fails keeps no other waiting and is tried again the next time.
    """
    moment = database.clock() if now is None else now
    done = 0
    for key in LAPSING:
        done += _sweep(
            database, partial(_lapsing, key), act=lapsing.lapse, at=lambda row: row.step_due_at, now=moment
        )
    return done + _sweep(
        database, due.to_remind, act=lapsing.remind, at=lambda row: row.remind_at, now=moment
    )


def _lapsing(
    key: StateKey, session: Session, /, *, by: dt.datetime, after: Mark | None, limit: int
) -> Sequence[Demand]:
    return due.lapsing(session, key, by=by, after=after, limit=limit)


def _sweep(
    database: Database,
    find: _Due,
    *,
    act: Callable[[Work, Demand], bool],
    at: Callable[[Demand], dt.datetime | None],
    now: dt.datetime,
) -> int:
    """Take up everything that is found, a batch in a transaction, and what failed not again."""
    done, after = 0, None
    while True:
        with database.transaction(SYSTEM) as work:
            found = find(work.session, by=now, after=after, limit=BATCH)
            marks = [Mark(moment, row.id) for row in found if (moment := at(row)) is not None]
            came_of_it = [_done(replace(work, now=now), row, act) for row in found]
        done += sum(each is True for each in came_of_it)
        # Where a whole batch fails the fault is not in the demands; the next sweep tries again.
        if len(found) < BATCH or all(each is None for each in came_of_it):
            return done
        after = marks[-1]


def _done(work: Work, row: Demand, act: Callable[[Work, Demand], bool]) -> bool | None:
    """Whether anything was done; None where it failed."""
    try:
        with work.savepoint():
            return act(work, row)
    except Exception:  # whatever it is, the other demands must not wait for it
        _log.exception("sweep_failed", demand=str(row.id), state=row.key)
        return None
