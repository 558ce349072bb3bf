"""台账: every demand the reader may see, found by its number or by a word, and as a workbook (ZX-33)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.figures import ledger as figures
from server.figures.case_words import CLASSES, channels, steps
from server.figures.ledger import Entry
from server.services import saved_filters as services
from server.storage import saved_filters
from server.storage.case_filter import CaseFilter
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.case_query import ALL, CaseQuery, filter_fields
from server.web.staff.ledger_tabs import ledger_tabs
from server.web.staff.pages import back_to, page
from server.web.staff.workbook import Column, workbook
from server.work import Reading

_COLUMNS: tuple[Column, ...] = (
    ("编号", 20), ("原工单号", 16), ("收到日期", 11), ("渠道", 10), ("什么事", 12), ("说明", 36), ("网格或村", 20),
    ("地址", 22), ("类别", 14), ("谁在办", 10), ("工作措施", 24), ("完成时限", 11), ("状态", 9), ("最近一步", 12),
    ("销号日期", 11), ("怎么销号", 14), ("件龄（天）", 9), ("超期天数", 9), ("紧急", 6),
)  # fmt: skip
_WITH_NAMES: tuple[Column, ...] = (("反映人", 10), ("联系电话", 14))


class LedgerQuery(CaseQuery):
    """What the page is asked: the list's question, a word to search for, and the number after which to read on."""

    group: str = ALL
    text: str | None = None
    after: str | None = None

    def filter(self, reading: Reading) -> CaseFilter:
        """The same as the figures take it."""
        return replace(super().filter(reading), text=self.text)

    def asked(self) -> dict[str, str]:
        """What was asked beyond the usual, as an address says it; where to read on is no part of the question."""
        said = self.model_dump(mode="json", exclude_defaults=True, exclude={"after"})
        return {name: "yes" if value is True else str(value) for name, value in said.items()}


class Name(Submitted):
    """What a question is to be called."""

    name: str = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/ledger")(ledger)
    blueprint.get("/ledger.xlsx", endpoint="ledger_file")(as_file)
    blueprint.post("/ledger/filters", endpoint="ledger_filter_keep")(keep)
    blueprint.post("/ledger/filters/<int:filter_id>/give-up", endpoint="ledger_filter_give_up")(give_up)


@requires(Permission.VIEW_LISTS)
def ledger() -> str:
    """A slice of the ledger, the filters, and one's own usual questions."""
    wanted = query(LedgerQuery)
    with database().read(current_actor()) as reading:
        found = figures.ledger(reading, wanted.filter(reading), after=wanted.after)
        return page(
            "ledger.html",
            as_of=reading.now,
            tabs=ledger_tabs(reading),
            found=found,
            begins=wanted.after is None,
            filters=_fields(reading, wanted),
            asked=wanted.asked(),
            saved=saved_filters.of_account(reading.session, reading.actor.id) if reading.actor.id else (),
            steps=steps(),
            channel_words=channels(),
            class_words=CLASSES,
        )


@requires(Permission.VIEW_LISTS)
def as_file() -> Response:
    """The whole ledger that the filters leave, as a workbook; with names only for those who may see them."""
    wanted = query(LedgerQuery)
    with database().read(current_actor()) as reading:
        entries = figures.whole(reading, wanted.filter(reading))
        names = figures.sees_names(reading)
        today = reading.now.date()
    columns = _COLUMNS + _WITH_NAMES if names else _COLUMNS
    return workbook(f"台账 {day(today)}", columns, (_row(each, names=names) for each in entries))


@requires(Permission.VIEW_LISTS)
def keep() -> Response:
    """存为常用."""
    asked = form(LedgerQuery).asked()
    try:
        with database().transaction(current_actor()) as work:
            services.keep(work, name=form(Name).name, asked=asked)
    except (Invalid, Conflict) as refusal:
        flash(say(refusal.code, **refusal.details), "error")
    else:
        flash("已存为常用。", "success")
    return back_to("staff.ledger", **asked)


@requires(Permission.VIEW_LISTS)
def give_up(filter_id: int) -> Response:
    """删除一个常用筛选."""
    with database().transaction(current_actor()) as work:
        services.give_up(work, filter_id)
    flash("已删除。", "success")
    return back_to("staff.ledger")


def _fields(reading: Reading, wanted: LedgerQuery) -> list[dict[str, Any]]:
    """The filter bar, with one field for numbers and words alike."""
    hint = "编号、地址、内容" + ("、姓名、电话" if figures.sees_names(reading) else "")
    text = {"name": "text", "label": "找", "kind": "search", "value": wanted.text, "hint": hint}
    return [text, *(field for field in filter_fields(reading, wanted) if field["name"] != "number")]


def _row(entry: Entry, *, names: bool) -> tuple[object, ...]:
    case, demand = entry.case, entry.case.demand
    group = case.group
    told = (
        demand.number,
        demand.outer_number,
        demand.raised_on,
        channels().get(demand.channel, demand.channel),
        case.what,
        demand.words,
        case.where,
        demand.address,
        CLASSES[demand.state.class_] if demand.state.class_ else "还没分类",
        entry.held_by,
        demand.measure,
        case.due_day,
        "" if group is None else group.label,
        steps().get(demand.last_step or "", ""),
        entry.struck_off_on,
        entry.ending,
        case.age,
        case.over,
        "是" if demand.urgent else "",
    )
    return (*told, entry.reporter, entry.phone) if names else told
