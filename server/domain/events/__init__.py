"""Everything that can happen, one file per subject. An event row is audit, timeline and outbox at once."""

from __future__ import annotations

from server.domain.events import (
    back_checks,
    demands,
    entities,
    forms,
    meetings,
    notifications,
    orders,
    patrols,
    people,
    questions,
    register,
    retagging,
    submissions,
    suggestions,
    units,
    visits,
)
from server.domain.events.event import Event, JsonValue

__all__ = [
    "EVENT_BY_KIND",
    "Event",
    "JsonValue",
    "back_checks",
    "demands",
    "entities",
    "forms",
    "meetings",
    "notifications",
    "orders",
    "patrols",
    "people",
    "questions",
    "register",
    "retagging",
    "submissions",
    "suggestions",
    "units",
    "visits",
]

EVENT_BY_KIND: dict[str, type[Event]] = {event.kind: event for event in Event.__subclasses__()}
"""Every event class by its stable kind, as event rows name it."""
