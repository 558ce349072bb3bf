"""What a service holds while it changes something: session, actor, time, and the way to say what happened.

A `Work` lives exactly as long as one `with transaction(actor)` block (server/database.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.domain.events import Event
from server.domain.people import Actor
from server.storage import events


@dataclass(frozen=True)
class Reading:
    """A read-only look at the database by one actor at one moment (aware UTC)."""

    session: Session
    actor: Actor
    now: dt.datetime


@dataclass(frozen=True)
class Work(Reading):
    """A transaction in progress."""

    def record(self, event: Event) -> None:
        """留痕：write what happened, in the same transaction; consequences follow from the event."""
        events.append(self.session, event, actor=self.actor, at=self.now)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that can be given up alone, with the events of what happened in it."""
        events.write(self.session)
        try:
            with self.session.begin_nested():
                yield
                events.write(self.session)
        except BaseException:
            events.forget(self.session)
            raise
