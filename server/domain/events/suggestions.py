"""投诉与建议: what happens to what somebody in the field said. The words themselves are no part of an event."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class SuggestionMade(Event, kind="suggestion.made"):
    """提意见: a suggestion or complaint was sent in."""


@dataclass(frozen=True, kw_only=True)
class SuggestionAnswered(Event, kind="suggestion.answered"):
    """答复意见: the office answered it."""
