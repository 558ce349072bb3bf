"""The column for the times a clock stood still."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from server.domain.deadline import Pause, PauseReason
from server.storage.base import JSON


class Pauses(TypeDecorator[tuple[Pause, ...]]):
    """The times a demand's clock stood still, as JSON: [[reason, since, until], …]."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[Pause, ...] | None, _dialect: Dialect) -> object:
        """Moments as ISO 8601."""
        return [
            [pause.reason.value, pause.since.isoformat(), pause.until and pause.until.isoformat()]
            for pause in value or ()
        ]

    def process_result_value(self, value: list[list[str]] | None, _dialect: Dialect) -> tuple[Pause, ...]:
        """The pauses as the domain knows them."""
        return tuple(
            Pause(PauseReason(reason), _moment(since), until and _moment(until))  # type: ignore[arg-type]
            for reason, since, until in value or ()
        )


def _moment(written: str) -> dt.datetime:
    return dt.datetime.fromisoformat(written).astimezone(dt.UTC)
