"""台账和会议: the pages that go through all demands, as tabs over each of them."""

from __future__ import annotations

from flask import request, url_for

from server.domain.people import Permission
from server.web.authentication import current_actor

_TABS = (
    ("台账", "staff.ledger", Permission.VIEW_LISTS),
    ("超期和将到期", "staff.queue", Permission.VIEW_LISTS),
    ("周例会", "staff.weekly", Permission.HOLD_MEETING),
)

Tab = tuple[str, str, bool]
"""Its words, its address, and whether it is the page shown."""


def ledger_tabs() -> list[Tab]:
    """The tabs for whoever is signed in."""
    actor = current_actor()
    return [
        (label, url_for(endpoint), request.endpoint == endpoint)
        for label, endpoint, permission in _TABS
        if actor.may(permission)
    ]
