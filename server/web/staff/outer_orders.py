"""外部平台工单: a list of another platform is looked at, taken in once, and given back; nothing is typed twice."""

from __future__ import annotations

import base64
from contextlib import closing
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request
from pydantic import Base64Bytes

from server.domain.outer_order import ANSWERS, FIELDS, REQUIRED, OrderChannel
from server.domain.permissions import Permission
from server.domain.problems import Invalid, TooLarge
from server.figures import order_return
from server.figures.case_words import kinds
from server.figures.open_cases import mechanism
from server.services import outer_orders as services
from server.services.order_columns import guessed
from server.services.outer_orders import OrderFile, WrongOrders
from server.services.register.spreadsheet import read
from server.storage import outer_orders as storage
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.ledger_tabs import ledger_tabs
from server.web.staff.pages import back_to, page
from server.web.staff.workbook import workbook
from server.work import Reading

_MOST_BYTES = 2_000_000
"""The file travels with the page until it is taken in or given up: nothing of it stays here in between."""
_SHOWN = 100
_LISTS_SHOWN = 30
_CHANNELS: tuple[OrderChannel, ...] = ("hotline", "upper")
_COLUMN = "column-"
"""Before the name of a field: which column it is."""
_KIND = "kind-"
"""Before a category of the platform's: which kind of ours it is."""
_WIDTH = 18


class Sent(Submitted):
    """The channel a list came by."""

    channel: OrderChannel = "hotline"


class Chosen(Sent):
    """A file that was looked at; `content` as Base64. Its columns stand in fields of their own."""

    name: str
    content: Base64Bytes


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/orders")(orders)
    blueprint.post("/orders", endpoint="orders_examine")(examine)
    blueprint.post("/orders/take-in", endpoint="orders_take_in")(take_in)
    blueprint.post("/orders/<uuid:list_id>/return", endpoint="orders_return")(give_back)


@requires(Permission.IMPORT_ORDERS)
def orders() -> str:
    """Where to choose a list, and the lists taken in."""
    return _page()


@requires(Permission.IMPORT_ORDERS)
def examine() -> str | tuple[str, int]:
    """Look at a list, just chosen or with other columns than before; nothing is written."""
    try:
        file = _uploaded() if "file" in request.files else _chosen()
        return _preview(file)
    except (Invalid, TooLarge) as refusal:
        return _page(error=say(refusal.code, **refusal.details)), 400


@requires(Permission.IMPORT_ORDERS)
def take_in() -> Response | str | tuple[str, int]:
    """导入工单: all of the list in one transaction, or nothing."""
    file = _chosen()
    try:
        with database().transaction(current_actor()) as work:
            _, examined = services.take_in(work, file)
    except WrongOrders:
        return _preview(file)
    except Invalid as refusal:
        return _page(error=say(refusal.code, **refusal.details)), 400
    repeats = f"，{len(examined.repeats)} 件原来就有，没有重复登记" if examined.repeats else ""
    flash(f"已导入 {len(examined.fresh)} 件工单{repeats}。", "success")
    return back_to("staff.orders")


@requires(Permission.IMPORT_ORDERS)
def give_back(list_id: UUID) -> Response:
    """回传: the file that goes back to the platform. It is a change, because it is on record."""
    with database().transaction(current_actor()) as work:
        taken = services.give_back(work, list_id)
        file = order_return.returned(work, taken)
        name = f"回传 {taken.name.rpartition('.')[0] or taken.name} {day(work.now.date())}"
    return workbook(name, [(title, _WIDTH) for title in file.titles], file.rows)


def _uploaded() -> OrderFile:
    """The file just chosen, with the columns it seems to have. Raises TooLarge, Invalid("register.bad_file")."""
    with closing(request.files["file"]) as sent:
        name, content = sent.filename or "", sent.stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise TooLarge("register.too_large", most=_MOST_BYTES // 1_000_000)
    channel = form(Sent).channel
    with database().read(current_actor()) as reading:
        known = services.remembered(reading, channel)
    columns = guessed(read(name, content).columns, remembered=known)
    return OrderFile(name=name, content=content, channel=channel, columns=columns)


def _chosen() -> OrderFile:
    chosen = form(Chosen)
    columns = {
        name.removeprefix(_COLUMN): title
        for name, title in request.form.items()
        if name.startswith(_COLUMN) and title
    }
    said = {
        name.removeprefix(_KIND): kind
        for name, kind in request.form.items()
        if name.startswith(_KIND) and kind
    }
    return OrderFile(
        name=chosen.name, content=chosen.content, channel=chosen.channel, columns=columns, kinds=said
    )


def _preview(file: OrderFile) -> str | tuple[str, int]:
    """The page with what the list holds: 400 where it cannot be taken in as it is."""
    sheet = read(file.name, file.content)
    kept = {
        "name": file.name,
        "content": base64.b64encode(file.content).decode(),
        "channel": file.channel,
        "lines": len(sheet.rows),
        "titles": [(title, title) for title in sheet.columns],
        "chosen": file.columns,
    }
    try:
        with database().read(current_actor()) as reading:
            found = services.examine(reading, file)
    except Invalid as refusal:
        return _page(kept, error=say(refusal.code, **refusal.details)), 400
    shown = _page(kept, found=found)
    return (shown, 400) if found.wrong else shown


def _page(
    kept: dict[str, Any] | None = None, *, found: services.Examined | None = None, error: str | None = None
) -> str:
    with database().read(current_actor()) as reading:
        return page(
            "orders.html",
            as_of=reading.now,
            tabs=ledger_tabs(reading),
            channels=_channels(reading),
            fields=[(field, label, field in REQUIRED) for field, label in FIELDS.items()],
            answers=list(ANSWERS.items()),
            kinds=list(kinds().items()),
            kept=kept,
            found=found,
            shown=_SHOWN,
            lists=storage.listing(reading.session, scope=reading.actor.scope, limit=_LISTS_SHOWN),
            covers=reading.actor.scope.covers,
            error=error,
        )


def _channels(reading: Reading) -> list[tuple[str, str]]:
    """The channels by the county's own words."""
    own = {each.code: each.label for each in mechanism(reading)[0].channels}
    usual = {"hotline": "12345 热线", "upper": "上级平台"}
    return [(code, own.get(code, usual[code])) for code in _CHANNELS]
