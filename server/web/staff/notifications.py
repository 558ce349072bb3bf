"""通知: what was sent to whom, what failed, and what nobody knows of; a person may send those again."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, Response, flash

from server.domain.notification import BRIEFLY
from server.domain.permissions import Permission
from server.domain.problems import Problem
from server.services import deliveries
from server.storage import notifications as storage
from server.storage.notifications import DeliveryState
from server.storage.selection import Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import back_to, page

STATES: dict[DeliveryState, str] = {
    "waiting": "等着发",
    "sending": "正在发",
    "sent": "已发出",
    "logged": "只记录，没有发",
    "failed": "没有发成",
    "unknown": "不知道发出没有",
    "gathered": "并入汇总",
}
_TROUBLES = {
    "worker_lost": "发的时候服务中断了",
    "no_answer": "网关没有回话",
    "unreachable": "网关连不上",
    "no_address": "没有电话号码了",
    "address_refused": "网关地址写得不对",
    "no_gateway": "没有设置这一类人的网关",
}
_TO_SEE: tuple[DeliveryState, ...] = ("failed", "unknown")


class Wanted(Submitted):
    """Which notifications the list is to show."""

    show: Literal["", "failed", "unknown", "waiting", "sent", "logged", "gathered"] = ""
    page: int = 1


class Again(Submitted):
    """The list to return to."""

    show: str = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/notifications", endpoint="notifications")(listing)
    blueprint.post("/notifications/<int:delivery_id>/again", endpoint="notification_again")(again)


@requires(Permission.REPORT_BACK)
def listing() -> str:
    """The notifications of the reader's divisions, the newest first."""
    wanted = query(Wanted)
    chosen: tuple[DeliveryState, ...] = (wanted.show,) if wanted.show else ()
    with database().read(current_actor()) as reading:
        scope = reading.actor.scope
        found = storage.listing(reading.session, scope=scope, page=Page(max(wanted.page, 1)), states=chosen)
        counts = storage.counts(reading.session, scope=scope)
    return page(
        "notifications.html",
        found=found,
        pages=-(-found.total // found.page.size),
        counts=counts,
        wanted=wanted,
        states=STATES,
        whats=BRIEFLY,
        trouble=_trouble,
        to_see=sum(counts.get(state, 0) for state in _TO_SEE),
    )


def _trouble(code: str | None) -> str:
    """Why it was not sent, as the office reads it."""
    if code is None:
        return ""
    kind, _, status = code.partition("_")
    if kind in ("refused", "broken"):
        return f"网关不收（{status}）"
    return _TROUBLES[code]


@requires(Permission.REPORT_BACK)
def again(delivery_id: int) -> Response:
    """再发一次."""
    back = form(Again)
    try:
        with database().transaction(current_actor()) as work:
            deliveries.send_again(work, delivery_id)
    except Problem as refusal:
        flash(say(refusal.code, **refusal.details), "error")
    else:
        flash("一分钟内再发一次。", "success")
    return back_to("staff.notifications", show=back.show or None)
