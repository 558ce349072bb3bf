"""回传: what goes back to another platform about its orders, in its own columns and in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.demand import treated_as_private
from server.domain.demand_states import Group, StateKey, group_of
from server.domain.outer_order import ANSWERS
from server.domain.permissions import Permission
from server.domain.work_calendar import local_day
from server.figures.case_words import suggested
from server.storage import outer_orders as storage
from server.storage.demands import Demand
from server.storage.outer_orders import OrderList, OuterOrder
from server.work import Reading

_TOLD = ("feed_back", "reject", "refer", "done", "approve", "projectise", "answer", "progress")
"""The steps whose words are meant for whoever asked; what offices write to each other goes to no platform."""

_NAMED: Mapping[StateKey, str] = {
    StateKey.NEED_INFO: "等反映人补充",
    StateKey.SUSPENDED: "暂缓",
    StateKey.PROJECTISED: "已列入项目",
    StateKey.EXPLAINED: "已解释说明",
    StateKey.REJECTED: "不予受理",
    StateKey.REFERRED: "已告知法定渠道",
    StateKey.WITHDRAWN: "反映人已撤回",
    StateKey.MERGED: "与同一诉求合并办理",
}
_BY_GROUP: Mapping[Group, str] = {
    Group.TO_REGISTER: "已收到",
    Group.TO_ASSIGN: "已受理，正在安排",
    Group.IN_HAND: "正在办理",
    Group.TO_REPORT_BACK: "已办结，正在答复",
    Group.ENDED: "已办结并答复",
}


@dataclass(frozen=True, slots=True)
class Returned:
    """The file that goes back: the platform's columns and ours after them, and its rows."""

    titles: Sequence[str]
    rows: Sequence[Sequence[object]]


def returned(reading: Reading, taken: OrderList) -> Returned:
    """Return a list the reader has been given, as the platform reads it back.

    Name and telephone stand in it only for those who may see them; of a matter of one household only how it stands.
    """
    orders = storage.orders_of(reading.session, taken.id)
    words = storage.last_words(reading.session, [demand.id for _, demand in orders], steps=_TOLD)
    ours = [label for field, label in ANSWERS.items() if field not in taken.columns]
    titles = [*taken.titles, *ours]
    rows = []
    for order, demand in orders:
        cells = _cells(reading, order, demand, taken=taken, words=words.get(demand.id, ""))
        rows.append([cells.get(title, "") for title in titles])
    return Returned(titles, rows)


def stands(demand: Demand) -> str:
    """How a demand stands, in words for another platform."""
    key = StateKey(demand.key)
    group = group_of(key)
    return _NAMED.get(key) or ("" if group is None else _BY_GROUP[group])


def _cells(
    reading: Reading, order: OuterOrder, demand: Demand, *, taken: OrderList, words: str
) -> dict[str, object]:
    private = treated_as_private(demand.state.class_, suggested=suggested(demand))
    told: dict[str, object] = {
        "our_number": demand.number,
        "state": stands(demand),
        "result": "" if private else words,
        "done_on": _done_on(demand),
    }
    if reading.actor.may(Permission.SEE_NAMES, at=demand.jurisdiction):
        told |= {"name": demand.reporter_name or "", "phone": demand.reporter_phone or ""}
    cells: dict[str, object] = dict(order.cells)
    for field, value in told.items():
        title = taken.columns.get(field, ANSWERS.get(field))
        if title is not None and value not in (None, ""):
            cells[title] = value
    return cells


def _done_on(demand: Demand) -> dt.date | None:
    if demand.resolved_at is not None:
        return local_day(demand.resolved_at)
    return local_day(demand.since) if group_of(StateKey(demand.key)) is Group.ENDED else None
