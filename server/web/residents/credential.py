"""编号和查询码: what a reporter shows to see his matter."""

from __future__ import annotations

from flask import current_app, request

from server.domain import resident_code
from server.domain.demand_number import parse_number
from server.domain.people import SYSTEM
from server.domain.problems import Invalid, NotFound
from server.domain.scope import Scope
from server.services import residents
from server.storage import demands
from server.storage.demands import Demand
from server.web.parts import database


def code_for(number: str) -> str:
    """The code of the demand with a public number."""
    return resident_code.code_of(number, secret=_secret())


def opened(number: str, code: str) -> Demand:
    """The demand a number and its code open, as it is now.

    Raises NotFound("resident.no_such_matter") for a wrong one of either, TooMany after too many wrong ones from an address.
    """
    with database().read(SYSTEM) as reading:
        residents.check_trials(reading, _address(), what="code")
        written = _number(number)
        if written is not None and resident_code.is_code(code, number=written, secret=_secret()):
            demand = demands.of_number(reading.session, written, scope=Scope.everything())
            if demand is not None:
                return demand
    _note_trial()
    raise NotFound("resident.no_such_matter")


def numbered(number: str) -> Demand | None:
    """The demand of a number alone, for what anybody may know of it; asking counts as a try. Raises TooMany."""
    with database().read(SYSTEM) as reading:
        residents.check_trials(reading, _address(), what="code")
        written = _number(number)
        demand = (
            None if written is None else demands.of_number(reading.session, written, scope=Scope.everything())
        )
    _note_trial()
    return demand


def _note_trial() -> None:
    with database().transaction(residents.stranger()) as work:
        residents.note_trial(work, _address(), what="code")


def _number(written: str) -> str | None:
    """The number as it is kept, spaces and hyphens taken out; None for what is none."""
    try:
        county, day, serial = parse_number(written)
    except Invalid:
        return None
    return f"{county}{day:%y%m%d}{serial:06d}"


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _address() -> str:
    return request.remote_addr or ""
