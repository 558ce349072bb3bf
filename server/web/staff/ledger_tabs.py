"""台账和会议: the pages that go through all demands, as tabs over each of them."""

from __future__ import annotations

from flask import request, url_for

from server.domain.permissions import Permission
from server.figures import meetings
from server.work import Reading

_MEETINGS = "staff.meetings"
_TABS = (
    ("台账", "staff.ledger", Permission.VIEW_LISTS),
    ("超期和将到期", "staff.queue", Permission.VIEW_LISTS),
    ("周例会", "staff.weekly", Permission.HOLD_MEETING),
    ("会议", _MEETINGS, Permission.VIEW_LISTS),
    ("外部工单", "staff.orders", Permission.IMPORT_ORDERS),
)

Tab = tuple[str, str, bool]
"""Its words, its address, and whether it is the page shown."""


def ledger_tabs(reading: Reading) -> list[Tab]:
    """The tabs for the reader; meetings only where his county decides matters by them."""
    return [
        (label, url_for(endpoint), request.endpoint == endpoint)
        for label, endpoint, permission in _TABS
        if reading.actor.may(permission) and (endpoint != _MEETINGS or meetings.held_in(reading))
    ]
