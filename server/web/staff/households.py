"""名册: the households of the reader's divisions, one of them, and what an office enters and corrects."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, request
from pydantic import Field
from shapely import Point

from forms import catalogue
from server.domain.permissions import Permission
from server.domain.problems import Invalid, Problem
from server.domain.register_change import BY_STAFF, change_of
from server.domain.work_calendar import local_day
from server.figures import areas, register_desk
from server.figures.register_desk import HouseholdCard
from server.services.register import households as services
from server.services.register.households import Details
from server.storage.selection import Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.maps import PAGE_SIZE, area_filter
from server.web.staff.pages import back_to, page
from server.work import Reading

_STATES = (("", "在册"), ("away", "外出"), ("pending", "待核定"), ("left", "已移出"))

Short = Annotated[str, Field(max_length=60)]
Longer = Annotated[str, Field(max_length=200)]


class Wanted(Submitted):
    """What the list is asked: words of an address or name, the area, the state."""

    search: Short = ""
    area: str | None = None
    state: Literal["", "away", "pending", "left"] = ""
    page: Annotated[int, Field(ge=1)] = 1


class Stated(Submitted):
    """What the form of a household holds; `lon` and `lat` in degrees WGS-84."""

    address: Longer
    head_name: Short | None = None
    telephone: Short | None = None
    people: Annotated[int, Field(ge=0, le=999)] | None = None
    hint: Longer | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None

    def details(self) -> Details:
        """The same for the register. Raises Invalid("register.bad_position") for half a position."""
        if (self.lon is None) != (self.lat is None):
            raise Invalid("register.bad_position")
        point = None if self.lon is None or self.lat is None else Point(self.lon, self.lat)
        return Details(
            address=self.address,
            head_name=self.head_name,
            telephone=self.telephone,
            people=self.people,
            hint=self.hint,
            point=point,
        )


class NewHousehold(Stated):
    """A new household and its grid."""

    grid: str


class Corrected(Stated):
    """A household corrected, and the version the form was made from."""

    version: int


class Moved(Submitted):
    """Where to, and since when."""

    to_grid: str
    moved_on: dt.date


class Why(Submitted):
    """Why somebody opens personal data."""

    reason: Longer = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    one = "/households/<uuid:household_id>"
    blueprint.get("/households")(households)
    blueprint.get("/households/new", endpoint="household_new")(new)
    blueprint.post("/households", endpoint="household_add")(add)
    blueprint.get(one)(household)
    blueprint.get(f"{one}/correct", endpoint="household_form")(correction)
    blueprint.post(f"{one}/correct", endpoint="household_correct")(correct)
    blueprint.post(f"{one}/move", endpoint="household_move")(move)
    blueprint.post(f"{one}/reveal", endpoint="household_reveal")(reveal)


@requires(Permission.VIEW_LISTS)
def households() -> str:
    """The list."""
    wanted = query(Wanted)
    with database().read(current_actor()) as reading:
        listed = register_desk.listing(
            reading,
            search=wanted.search,
            area=wanted.area,
            state=wanted.state,
            page=Page(wanted.page, PAGE_SIZE),
        )
        return page(
            "households.html",
            listed=listed,
            pages=-(-listed.total // PAGE_SIZE),
            filters=[
                {"name": "search", "label": "地址或姓名", "kind": "search", "value": wanted.search},
                area_filter(reading, wanted.area),
                {
                    "name": "state",
                    "label": "状态",
                    "kind": "select",
                    "options": _STATES,
                    "value": wanted.state,
                },
            ],
            may_add=reading.actor.may(Permission.PROPOSE_REGISTER_CHANGE),
            may_decide=reading.actor.may(Permission.CONFIRM_REGISTER_CHANGE),
        )


@requires(Permission.VIEW_LISTS)
def household(household_id: UUID) -> str:
    """One household."""
    return _card(household_id)


@requires(Permission.REVEAL_PERSONAL_DATA)
def reveal(household_id: UUID) -> Response:
    """查看个人信息: opened once, for this answer; who looked and why is written down."""
    reason = form(Why).reason
    with database().transaction(current_actor()) as work:
        services.reveal(work, household_id, reason=reason)
    response = make_response(_card(household_id, revealed=True))
    response.headers["Cache-Control"] = "no-store"
    return response


def _card(household_id: UUID, *, revealed: bool = False) -> str:
    with database().read(current_actor()) as reading:
        card = register_desk.card(reading, household_id, revealed=revealed)
        return page(
            "household.html",
            card=card,
            revealed=revealed,
            may_reveal=reading.actor.may(Permission.REVEAL_PERSONAL_DATA, at=card.household.grid_code),
            today=local_day(reading.now),
            outcomes=catalogue.choices("household_visit", "visit_outcome"),
            changes=[(code, change_of(code).label) for code in BY_STAFF],
            grids=_grids(reading) if card.may_decide else [],
            tags=list(card.tag_labels.items()),
            reason_of=lambda code: change_of(code).label,
        )


def _grids(reading: Reading) -> list[tuple[str, str]]:
    names = areas.grid_names(reading.session, scope=reading.actor.scope)
    today = local_day(reading.now)
    return [(code, name.full_name) for code, name in sorted(names.items()) if name.is_in_force(today)]


@requires(Permission.PROPOSE_REGISTER_CHANGE)
def new() -> str:
    """The form for a new household."""
    return _form("household_new.html", request.args.to_dict())


@requires(Permission.PROPOSE_REGISTER_CHANGE)
def add() -> Response | tuple[str, int]:
    """新增住户."""
    try:
        given = form(NewHousehold)
        with database().transaction(current_actor()) as work:
            added = services.add_household(work, grid=given.grid, details=given.details())
            waits = added.state == "pending"
    except Problem as refusal:
        return _form("household_new.html", request.form.to_dict(), refusal), 400
    flash("已登记，等村（社区）核定后进入名册。" if waits else "已进入名册。", "success")
    return back_to("staff.household", household_id=added.id)


def _form(template: str, values: dict[str, Any], refusal: Problem | None = None, **context: Any) -> str:
    with database().read(current_actor()) as reading:
        grids = _grids(reading)
    return page(
        template,
        values=values,
        grids=grids,
        errors={} if refusal is None else refusal.details.get("fields", {}),
        error=None if refusal is None else say(refusal.code, **refusal.details),
        **context,
    )


@requires(Permission.CONFIRM_REGISTER_CHANGE)
def correction(household_id: UUID) -> str:
    """The form of a household, as it is."""
    with database().read(current_actor()) as reading:
        card = register_desk.card(reading, household_id)
    return _form("household_form.html", _values(card), household=card.household, sees_names=card.sees_names)


def _values(card: HouseholdCard) -> dict[str, Any]:
    row = card.household
    point = None if row.point is None else row.point.centroid
    return {
        "address": row.address,
        "head_name": row.head_name,
        "telephone": row.telephone,
        "people": row.people,
        "hint": row.hint,
        "lon": None if point is None else point.x,
        "lat": None if point is None else point.y,
        "version": row.version,
    }


@requires(Permission.CONFIRM_REGISTER_CHANGE)
def correct(household_id: UUID) -> Response | tuple[str, int]:
    """更正住户."""
    try:
        given = form(Corrected)
        with database().transaction(current_actor()) as work:
            services.edit_household(work, household_id, given.details(), version=given.version)
    except Invalid as refusal:
        with database().read(current_actor()) as reading:
            card = register_desk.card(reading, household_id)
        values = request.form.to_dict()
        return _form(
            "household_form.html", values, refusal, household=card.household, sees_names=card.sees_names
        ), 400
    flash("已更正。", "success")
    return back_to("staff.household", household_id=household_id)


@requires(Permission.CONFIRM_REGISTER_CHANGE)
def move(household_id: UUID) -> Response:
    """迁居."""
    given = form(Moved)
    with database().transaction(current_actor()) as work:
        services.move_household(work, household_id, to_grid=given.to_grid, moved_on=given.moved_on)
    flash("已迁到新的网格，走访记录跟着这一户。", "success")
    return back_to("staff.household", household_id=household_id)
