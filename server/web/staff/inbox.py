"""办件: the office's five tabs, with one next step for each row."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, url_for

from server.domain.demand_states import Group
from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.figures import inbox as figures
from server.figures import open_cases
from server.storage.inbox import Badge, Cursor, Wanted
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, query
from server.web.parts import database
from server.web.staff.case_acts import done_at_once
from server.web.staff.pages import page
from server.work import Reading


class InboxQuery(Submitted):
    """Which tab; `whose` is "mine" or "all", None for what the reader has a desk for; `after` is where to go on."""

    tab: Group | None = None
    whose: str | None = None
    badge: Badge | None = None
    after: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/inbox")(inbox)


@requires(Permission.VIEW_LISTS)
def inbox() -> str:
    """The rows of a tab; unless one is asked for, the first that has any."""
    asked = query(InboxQuery)
    after = None if asked.after is None else cursor_of(asked.after)
    with database().read(current_actor()) as reading:
        mine = _mine(reading, asked.whose)
        tabs = figures.tabs(reading, mine=mine)
        group = asked.tab or next((tab.group for tab in tabs if tab.number), Group.TO_REGISTER)
        found = figures.rows(reading, Wanted(group=group, mine=mine, badge=asked.badge), after=after)
        whose = "mine" if mine else "all"
        return page(
            "inbox.html",
            as_of=reading.now,
            tabs=[(tab.group.label, tab.told, _here(tab.group, whose), tab.group is group) for tab in tabs],
            marks=[
                ("全部", _here(group, whose), asked.badge is None),
                *(
                    (badge.label, _here(group, whose, badge=badge.value), badge is asked.badge)
                    for badge in Badge
                ),
            ],
            whose=[
                (words, _here(group, each), each == whose)
                for each, words in (("mine", "我的"), ("all", "全部"))
            ],
            rows=found.rows,
            group=group.value,
            at_once=done_at_once,
            first=None if after is None else _here(group, whose, badge=_value(asked.badge)),
            following=None
            if found.next is None
            else _here(group, whose, badge=_value(asked.badge), after=written(found.next)),
            may_claim=_may_claim(reading),
            may_screen=reading.actor.may(Permission.CLASSIFY_DEMAND),
            may_take_in=reading.actor.may(Permission.TAKE_IN_DEMAND),
        )


def _mine(reading: Reading, whose: str | None) -> bool:
    """Who works at a desk sees his own first; who only looks has no desk and sees all."""
    return figures.has_own_work(reading) if whose is None else whose == "mine"


def _may_claim(reading: Reading) -> bool:
    """Whether the county leaves matters to whoever claims them, and the reader may."""
    profile, _ = open_cases.mechanism(reading)
    return "claim" in profile.dispatch.modes and reading.actor.may(Permission.CLAIM_DEMAND)


def _here(group: Group, whose: str, **more: Any) -> str:
    return url_for("staff.inbox", tab=group.value, whose=whose, **more)


def _value(badge: Badge | None) -> str | None:
    return None if badge is None else badge.value


def written(cursor: Cursor) -> str:
    """A cursor as an address carries it."""
    moment, number = cursor
    when = "" if moment is None else moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat()
    return f"{when}_{number}"


def cursor_of(text: str) -> Cursor:
    """A cursor from an address. Raises Invalid("request.malformed")."""
    when, _, number = text.partition("_")
    if not number.isdecimal():
        raise Invalid("request.malformed")
    try:
        return (dt.datetime.fromisoformat(when).replace(tzinfo=dt.UTC) if when else None), number
    except ValueError as error:
        raise Invalid("request.malformed") from error
