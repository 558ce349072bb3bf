"""The shell of a staff page: who is signed in, where he can go, and how a refusal looks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Response, redirect, render_template, request, url_for

from server.domain.people import SYSTEM, Actor
from server.domain.permissions import Permission
from server.domain.problems import Problem
from server.storage import jurisdictions
from server.web.authentication import actor_or_none
from server.web.i18n import moment, say
from server.web.parts import database


@dataclass(frozen=True)
class Entry:
    """A line of the main menu: its words, its view, and the permission that shows it."""

    label: str
    endpoint: str
    permission: Permission


MENU: tuple[Entry, ...] = (
    Entry("首页", "staff.home", Permission.USE_STAFF_PAGES),
    Entry("巡查", "staff.patrols", Permission.VIEW_MAPS),
    Entry("走访", "staff.visits", Permission.VIEW_MAPS),
    Entry("图层", "staff.layers", Permission.VIEW_MAPS),
    Entry("办件", "staff.inbox", Permission.VIEW_LISTS),
    Entry("诉求", "staff.cases", Permission.VIEW_LISTS),
    Entry("热点", "staff.hot_spots", Permission.VIEW_HOT_SPOTS),
    Entry("台账", "staff.ledger", Permission.VIEW_LISTS),
    Entry("名册", "staff.households", Permission.VIEW_LISTS),
    Entry("记录", "staff.submissions", Permission.VIEW_SUBMISSIONS),
    Entry("查一查", "staff.questions", Permission.VIEW_QUESTIONS),
    Entry("抽查", "staff.back_checks", Permission.VIEW_BACK_CHECKS),
    Entry("意见", "staff.suggestions", Permission.ANSWER_SUGGESTION),
    Entry("海报", "staff.posters", Permission.REGISTER_DEMAND),
    Entry("通知", "staff.notifications", Permission.REPORT_BACK),
    Entry("单位", "staff.units", Permission.MANAGE_UNITS),
    Entry("边界", "staff.boundaries", Permission.IMPORT_BOUNDARIES),
    Entry("人员", "staff.people", Permission.MANAGE_POSTS),
    Entry("钥匙", "staff.keys", Permission.MANAGE_KEYS),
    Entry("表单", "staff.forms", Permission.PREPARE_FORMS),
    Entry("机制", "staff.mechanism", Permission.VIEW_MECHANISM),
)


def page(template: str, *, as_of: dt.datetime | None = None, **context: Any) -> str:
    """A whole page for whoever is signed in."""
    actor = actor_or_none()
    return render_template(
        template,
        navigation=_navigation(actor),
        account=None
        if actor is None
        else {"name": actor.name, "role": actor.role.label if actor.role else ""},
        county_name=_county_name(),
        as_of=moment(as_of),
        **context,
    )


def _navigation(actor: Actor | None) -> list[tuple[str, str, bool]]:
    if actor is None:
        return []
    return [
        (entry.label, url_for(entry.endpoint), request.endpoint == entry.endpoint)
        for entry in MENU
        if actor.may(entry.permission)
    ]


def _county_name() -> str:
    with database().read(SYSTEM) as reading:
        county = jurisdictions.county(reading.session)
        return "" if county is None else county.name


_HEADINGS = {
    401: "请先登录",
    403: "不能这样做",
    404: "没有找到",
    409: "有冲突",
    429: "请稍候",
    503: "请稍后再试",
}


def problem(refusal: Problem | None, status: int, reference: str) -> Response:
    """A refusal as a page; somebody not signed in is sent to sign in first."""
    if status == 401 and request.method == "GET":
        return Response(status=303, headers={"Location": url_for("staff.sign_in", next=_here())})
    words = (
        say("server.bug", reference=reference) if refusal is None else say(refusal.code, **refusal.details)
    )
    body = page(
        "error.html",
        heading=_HEADINGS.get(status, "没有办成"),
        words=words,
        request_id=reference,
    )
    return Response(body, status, content_type="text/html; charset=utf-8")


def _here() -> str:
    return quote(request.full_path.rstrip("?"), safe="/?=&")


def back_to(endpoint: str, **values: Any) -> Response:
    """Send the browser to a page after a change, so that a reload repeats nothing."""
    return redirect(url_for(endpoint, **values), 303)  # type: ignore[return-value]
