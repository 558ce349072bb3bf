"""到期: every demand whose time is over, or near, gets what follows from it — once, whoever sweeps and however often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

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

_Find = Callable[..., Sequence[Demand]]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One kind of what may be due: how it is found, by which moment, and what is done to it."""

    find: _Find
    at: Callable[[Demand], dt.datetime | None]
    act: Callable[[Work, Demand], bool]

    def over(self, database: Database, *, now: dt.datetime) -> int:
        """Take up everything that is found, a batch in a transaction, and what failed not again; how much was done."""
        done, after = 0, None
        while True:
            try:
                batch = self._batch(database, after, now=now, act=self.act)
            except Exception:  # one of them: now each by itself, so that only that one is left
                _log.exception("sweep_batch_failed")
                batch = self._batch(database, after, now=now, act=self._apart)
            done += sum(each is True for _, each in batch)
            # Where a whole batch fails the fault is not in the demands; the next sweep tries again.
            if len(batch) < BATCH or all(each is None for _, each in batch):
                return done
            after = batch[-1][0]

    def _batch(
        self,
        database: Database,
        after: Mark | None,
        *,
        now: dt.datetime,
        act: Callable[[Work, Demand], bool | None],
    ) -> list[tuple[Mark, bool | None]]:
        with database.transaction(SYSTEM) as work:
            at_now = replace(work, now=now)
            found = self.find(work.session, by=now, after=after, limit=BATCH)
            marks = [Mark(self.at(row) or now, row.id) for row in found]
            return [(mark, act(at_now, row)) for mark, row in zip(marks, found, strict=True)]

    def _apart(self, work: Work, row: Demand) -> bool | None:
        """Whether anything was done; None where it failed."""
        try:
            with work.savepoint():
                return self.act(work, row)
        except Exception:  # whatever it is, the other demands must not wait for it
            _log.exception("sweep_failed", demand=str(row.id), state=row.key)
            return None


def sweep(database: Database, *, now: dt.datetime | None = None) -> int:
    """Do what is due at `now`, the present by default; how many demands it changed or reminded of.

    A demand that fails keeps no other waiting and is tried again the next time.
    """
    moment = database.clock() if now is None else now
    return sum(each.over(database, now=moment) for each in _SWEEPS)


_SWEEPS = (
    *(_Sweep(partial(due.lapsing, key), lambda row: row.step_due_at, lapsing.lapse) for key in LAPSING),
    _Sweep(due.to_remind, lambda row: row.remind_at, lapsing.remind),
)
