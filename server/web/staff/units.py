"""单位: departments, alliance members and firms that handle demands without accounts, and the links they act through."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, url_for
from pydantic import Field

from server.domain.permissions import Permission
from server.domain.problems import Invalid, Problem
from server.figures import open_cases
from server.services import units as services
from server.services.units import UnitKind
from server.storage import jurisdictions, links
from server.storage import units as storage
from server.storage.units import Unit
from server.web import addresses, collect_settings
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import back_to, page
from server.web.staff.people import shown_once
from server.work import Reading

KINDS: dict[UnitKind, str] = {
    "department": "部门",
    "alliance": "联合体成员",
    "office": "乡镇（街道）站办所",
    "village_org": "村（社区）组织",
    "firm": "企业、物业",
}


class UnitForm(Submitted):
    """What is known of a unit."""

    name: str = Field(max_length=100)
    kind: UnitKind
    alliance: str | None = None
    contact_name: str | None = Field(default=None, max_length=50)
    contact_phone: str | None = Field(default=None, max_length=30)


class NewUnit(UnitForm):
    """A unit with the division it belongs to for good: it may be given what lies in it."""

    division: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/units", endpoint="units")(units)
    blueprint.post("/units", endpoint="units_add")(add)
    blueprint.post("/units/<uuid:unit_id>", endpoint="unit_change")(change)
    blueprint.post("/units/<uuid:unit_id>/close", endpoint="unit_close")(close)
    blueprint.post("/units/<uuid:unit_id>/link", endpoint="unit_link")(give_link)
    blueprint.post("/units/<uuid:unit_id>/link/revoke", endpoint="unit_link_revoke")(revoke_link)


@requires(Permission.MANAGE_UNITS)
def units() -> str:
    """The units of the reader's divisions."""
    with database().read(current_actor()) as reading:
        return _page(reading)


@requires(Permission.MANAGE_UNITS)
def add() -> Response | tuple[str, int]:
    """加一家单位."""
    try:
        given = form(NewUnit)
        with database().transaction(current_actor()) as work:
            unit = services.add(work, **given.model_dump())
    except Invalid as refusal:
        return _refused(refusal)
    flash(f"已加上{unit.name}。给它一个链接，它的人就能接单。", "success")
    return back_to("staff.units")


@requires(Permission.MANAGE_UNITS)
def change(unit_id: UUID) -> Response | tuple[str, int]:
    """改单位的资料."""
    try:
        given = form(UnitForm)
        with database().transaction(current_actor()) as work:
            services.change(work, unit_id, **given.model_dump())
    except Invalid as refusal:
        return _refused(refusal)
    flash("已改好。", "success")
    return back_to("staff.units")


@requires(Permission.MANAGE_UNITS)
def close(unit_id: UUID) -> Response:
    """停用单位: it is given nothing any more, and its link ends."""
    with database().transaction(current_actor()) as work:
        services.close(work, unit_id)
    flash("已停用，它的链接也不能用了。", "success")
    return back_to("staff.units")


@requires(Permission.MANAGE_UNITS)
def give_link(unit_id: UUID) -> Response:
    """给链接: a new one, shown this once; the one before ends."""
    with database().transaction(current_actor()) as work:
        token = services.give_link(work, unit_id)
        unit = storage.get(work.session, unit_id, scope=work.actor.scope)
    address = f"{addresses.root()}{url_for('units.enter', token=token)}"
    return shown_once("unit_link.html", unit=unit, address=address, picture=collect_settings.picture(address))


@requires(Permission.MANAGE_UNITS)
def revoke_link(unit_id: UUID) -> Response:
    """收回链接: the unit waits for a new one."""
    with database().transaction(current_actor()) as work:
        services.revoke_link(work, unit_id)
    flash("已收回，旧链接打不开了。", "success")
    return back_to("staff.units")


def _refused(refusal: Problem) -> tuple[str, int]:
    with database().read(current_actor()) as reading:
        return _page(reading, refusal), 400


def _page(reading: Reading, refusal: Problem | None = None) -> str:
    found = storage.listing(reading.session, scope=reading.actor.scope)
    profile, _ = open_cases.mechanism(reading)
    names = jurisdictions.names(reading.session, sorted({unit.division for unit in found}))
    return page(
        "units.html",
        units=[_line(reading, unit, names) for unit in found],
        kinds=list(KINDS.items()),
        divisions=_divisions(reading),
        alliances=[(each.label, each.label) for each in profile.alliances],
        error=None if refusal is None else say(refusal.code, **refusal.details),
        errors={} if refusal is None else refusal.details.get("fields", {}),
    )


def _line(reading: Reading, unit: Unit, names: dict[str, str]) -> dict[str, object]:
    link = links.newest_of_unit(reading.session, unit.id)
    return {
        "unit": unit,
        "kind": KINDS.get(unit.kind, unit.kind),  # type: ignore[call-overload]
        "where": names.get(unit.division, unit.division),
        "link": None if link is None or link.revoked_at is not None else link,
    }


def _divisions(reading: Reading) -> list[tuple[str, str]]:
    found = jurisdictions.listing(reading.session, scope=reading.actor.scope)
    return [(each.code, each.name) for each in found]
