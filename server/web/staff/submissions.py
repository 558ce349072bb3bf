"""收到的记录: the list of what phones sent, narrowed down form by form."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from flask import Blueprint

from server.domain.permissions import Permission
from server.domain.review import Standing
from server.domain.submission import STATES
from server.domain.work_calendar import end_of_day
from server.figures import areas
from server.figures.personnel import place_names
from server.figures.received_list import RecordPage, Said, record_page
from server.services.projection.record import Flag
from server.storage import forms, posts
from server.storage.record_list import RecordFilter
from server.storage.selection import Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, query
from server.web.parts import database
from server.web.staff.maps import area_filter, select
from server.web.staff.pages import page
from server.work import Reading

_NEEDING_ATTENTION = ("quarantined", "held", "superseded", "rejected", "withdrawn")
_STANDINGS = (Standing.UNSEEN, Standing.RETURNED, Standing.CORRECTED, Standing.APPROVED)


class Wanted(Submitted):
    """Which records the list is to show; days are those of receipt in Shanghai, the last included."""

    form: str | None = None
    area: str | None = None
    sender: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    state: Literal["", "quarantined", "held", "superseded", "rejected", "withdrawn", "failed"] = ""
    standing: Standing | None = None
    flag: Flag | None = None
    text: str | None = None
    twice: Literal["", "yes"] = ""
    page: int = 1


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/submissions", endpoint="submissions")(listing)


@requires(Permission.VIEW_SUBMISSIONS)
def listing() -> str:
    """The records of the reader's divisions, newest first."""
    wanted = query(Wanted)
    with database().read(current_actor()) as reading:
        may_search = reading.actor.may(Permission.SEE_NAMES)
        found = record_page(
            reading,
            _filter(reading, wanted),
            scope=areas.narrowed(reading.actor.scope, wanted.area),
            page=Page(max(1, wanted.page)),
            said=_said(wanted) if may_search else None,
        )
        return page(
            "submissions.html",
            as_of=reading.now,
            found=found,
            places=place_names(reading.session, (row.submission.jurisdiction for row in found.rows)),
            pages=-(-found.total // found.page.size),
            # Of one person it is never counted how many records came back: a list is no tally of mistakes.
            total=None if wanted.sender else _total(found),
            wanted=wanted,
            tabs=[("", "全部"), *((each.form_id, each.title) for each in forms.every(reading.session))],
            fields=_fields(reading, wanted, may_search=may_search),
            states=STATES,
            flags={flag.value: flag.label for flag in Flag},
            may_read=may_search,
            may_reveal=reading.actor.may(Permission.REVEAL_PERSONAL_DATA),
            may_export=reading.actor.may(Permission.EXPORT_SUBMISSIONS),
        )


def _filter(reading: Reading, wanted: Wanted) -> RecordFilter:
    return RecordFilter(
        form_id=wanted.form,
        senders=frozenset(posts.called(reading.session, wanted.sender)) if wanted.sender else None,
        first=None if wanted.first is None else end_of_day(wanted.first - dt.timedelta(days=1)),
        last=None if wanted.last is None else end_of_day(wanted.last),
        state=wanted.state if wanted.state not in ("", "failed") else None,
        failed=wanted.state == "failed",
        flag=None if wanted.flag is None else wanted.flag.value,
        standing=wanted.standing,
    )


def _said(wanted: Wanted) -> Said | None:
    return Said(text=wanted.text, twice=bool(wanted.twice)) if wanted.text or wanted.twice else None


def _total(found: RecordPage) -> str:
    return f"{found.total}+" if found.more else str(found.total)


def _fields(reading: Reading, wanted: Wanted, *, may_search: bool) -> list[dict[str, Any]]:
    """The fields of the filter bar; somebody who may not read records has no field to look into them."""
    states = {"": "现行的", "failed": "没有转换成", **{key: STATES[key] for key in _NEEDING_ATTENTION}}
    standings = {"": "全部", **{each.value: each.label for each in _STANDINGS}}
    flags = {"": "全部", **{flag.value: flag.label for flag in Flag}}
    fields = [
        area_filter(reading, wanted.area),
        {"name": "first", "label": "从", "kind": "date", "value": wanted.first},
        {"name": "last", "label": "到", "kind": "date", "value": wanted.last},
        select("standing", "审核", standings, wanted.standing or ""),
        {"name": "sender", "label": "谁填的", "kind": "search", "value": wanted.sender, "hint": "姓名"},
        select("state", "情况", states, wanted.state),
        select("flag", "要问的", flags, wanted.flag or ""),
    ]
    if may_search:
        fields.insert(
            0, {"name": "text", "label": "找", "kind": "search", "value": wanted.text, "hint": "回答里的字"}
        )
        fields.append(select("twice", "重复", {"": "全部", "yes": "可能重复"}, wanted.twice))
    return fields
