"""通知: what a person decided about messages; what machines sent stands in the deliveries."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class SentAgain(Event, kind="notification.sent_again"):
    """再发一次: a message that failed, or of which nobody knows, is to be sent once more; `what` is its kind."""

    what: str
