"""首页: what needs me today, the people not seen this month first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from server.domain.obligation import window_of
from server.domain.people import SYSTEM
from server.domain.permissions import Permission
from server.domain.work_calendar import local_day
from server.figures import case_overview, visit_list
from server.figures.compliance import Compliance, compliance, duties
from server.figures.patrolled import patrolled
from server.storage import households, jurisdictions, suggestions
from server.web.authentication import current_actor
from server.web.authorization import public
from server.web.parts import database
from server.web.staff import visit_words
from server.web.staff.cases import leader_cards
from server.web.staff.pages import page
from server.work import Reading

_FIRST_ROWS = 8


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/")(home)


@public
def home() -> str:
    """The set-up page while the database is empty, else what waits for whoever is signed in."""
    with database().read(SYSTEM) as reading:
        empty = jurisdictions.county(reading.session) is None
    if empty:
        return page("setup.html")
    current_actor().require(Permission.USE_STAFF_PAGES)
    with database().read(current_actor()) as reading:
        context = _people_first(reading) | _patrols(reading) | _cases(reading) | _waiting(reading)
    return page("home.html", as_of=reading.now, words=visit_words, **context)


def _people_first(reading: Reading) -> dict[str, Any]:
    """The people not seen yet: how many, the first of them, and each grid's round on paper."""
    duty = next((duty for duty in duties(reading) if duty.what == "visit_person"), None)
    if duty is None:
        return {"found": None}
    found = compliance(reading, duty.id)
    first = visit_list.in_order(reading, found, found.waiting)[:_FIRST_ROWS]
    return {
        "found": found,
        "waiting": visit_list.lines(reading, found, first),
        "rounds": _rounds(found),
        "list_url": url_for("staff.visit_list", duty=duty.id),
        "visits_url": url_for("staff.visits", duty=duty.id),
    }


def _rounds(found: Compliance) -> list[tuple[str, int, str]]:
    """(grid, how many wait, address of its round) of the grids where somebody waits."""
    waiting = [
        (line.grid, line.visits.reached.d - line.visits.reached.n)
        for line in found.grids
        if line.visits.reached.d > line.visits.reached.n
    ]
    return [
        (grid.full_name, left, url_for("staff.visit_round", duty=found.duty.id, grid=grid.code))
        for grid, left in waiting
    ]


def _patrols(reading: Reading) -> dict[str, Any]:
    """The grids whose patrol of today is still to come, and those without one for days."""
    found = patrolled(reading, window_of("day", local_day(reading.now)))
    return {
        "waits_today": found.those(lambda line: line.waits_today),
        "missed": found.those(lambda line: line.missed_three),
        "vacant": found.those(lambda line: line.days.vacant),
        "patrols_url": url_for("staff.patrols", state="waiting"),
        "missed_url": url_for("staff.patrols", state="missed"),
        "vacant_url": url_for("staff.patrols", state="vacant"),
    }


def _cases(reading: Reading) -> dict[str, Any]:
    """The cards of open cases."""
    return {"cases": leader_cards(case_overview.cards(reading))}


def _waiting(reading: Reading) -> dict[str, Any]:
    """Changes to the register that wait for a second person, and suggestions that wait for an answer."""
    session, actor = reading.session, reading.actor
    confirms = actor.may(Permission.CONFIRM_REGISTER_CHANGE)
    answers = actor.may(Permission.ANSWER_SUGGESTION)
    return {
        "proposals": len(households.proposals(session, scope=actor.scope)) if confirms else 0,
        "suggestions": suggestions.waiting(session, scope=actor.scope) if answers else 0,
    }
