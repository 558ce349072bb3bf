"""What every event has in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import ClassVar
from uuid import UUID

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to one subject, in one division.

    `kind` is stable text "subject.what"; `jurisdiction` is the division code readers are scoped by, None for what
    concerns no place. Who did it and when is known to the unit of work, not to the event. Details go into the
    audit trail for ever: keys, codes and dates, never names, telephones or what somebody said.
    """

    kind: ClassVar[str]

    subject_id: UUID | int | str
    jurisdiction: str | None

    def __init_subclass__(cls, *, kind: str) -> None:
        super().__init_subclass__()
        cls.kind = kind

    @property
    def subject(self) -> str:
        """The kind of thing it happened to: the first word of `kind`."""
        return self.kind.partition(".")[0]

    def details(self) -> dict[str, JsonValue]:
        """Return the fields beyond subject and division, ready for JSON (dates as ISO 8601, keys as text)."""
        shared = {"subject_id", "jurisdiction"}
        return {
            field.name: _json(getattr(self, field.name)) for field in fields(self) if field.name not in shared
        }


def _json(value: object) -> JsonValue:
    if isinstance(value, Enum):
        return _json(value.value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _json(item) for name, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [_json(item) for item in value]
    return str(value)
