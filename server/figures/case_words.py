"""How a demand is written in lists, on phones and on maps: what, when it is due, how long it is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import cast

from forms import catalogue
from server.domain.demand import may_be_point
from server.domain.demand_clock import is_due_today, is_overdue
from server.domain.demand_states import DemandState, is_unresolved
from server.domain.mechanism import Canonical
from server.domain.work_calendar import local_day
from server.storage.demands import Demand

CLASSES: Mapping[Canonical, str] = {
    "PRIVATE": "一家一户的事",
    "GRID": "网格内的事",
    "COMMUNITY": "村（社区）的事",
    "GOVERNMENT": "要上级办的事",
}
"""The canonical classes in plain words, beside the county's own (MECHANISMS S1.2)."""

MEANS: Mapping[str, str] = {"phone": "电话", "visit": "上门", "message": "短信、微信", "in_person": "当面"}
"""How a reporter was told."""

REQUESTS: Mapping[str, str] = {"suspension": "暂缓", "explanation": "解释说明", "extension": "延期"}
"""What the level above is asked to agree to."""

RETURN_REASONS: Mapping[str, str] = {
    "not_ours": "不归我们办",
    "wrong_class": "类别分错了",
    "no_such_matter": "现场没有这回事",
    "unclear": "说得不清，办不下去",
    "other": "其他",
}
"""Why an order is given back; the basis is in the words beside it."""

_INSTANT = dt.timedelta(microseconds=1)
_LABEL_LENGTH = 16
UNSORTED = "other"
"""The kind of what its reporter could not sort."""


@cache
def kinds() -> Mapping[str, str]:
    """Kinds of demands by code, in the form's order."""
    return catalogue.choices("demand_intake", "demand_kind")


@cache
def channels() -> Mapping[str, str]:
    """Channels by code, in the form's words and for what needs no form; a county's own are in its profile."""
    return {**catalogue.choices("demand_intake", "channel"), "online": "居民扫码"}


@cache
def steps() -> Mapping[str, str]:
    """Steps of the follow-up form by code."""
    return catalogue.choices("case_followup", "step")


@cache
def _details() -> Mapping[tuple[str, str], str]:
    return {(each.kind, each.name): each.label for each in catalogue.details()}


def suggested(demand: Demand) -> Canonical | None:
    """The class the demand's detail suggests."""
    return cast("Canonical | None", demand.suggested_class)  # written from the same four


def held_as(demand: Demand) -> Canonical | None:
    """The class a demand is held to be: its own, until then what its detail suggests."""
    return demand.state.class_ or suggested(demand)


def may_be_shown(demand: Demand) -> bool:
    """Whether a map may show the demand as a point, if it has a place (METRICS C, "On the map")."""
    return may_be_point(
        demand.state.class_, suggested=suggested(demand), found_on_patrol=demand.found_on_patrol
    )


def what(demand: Demand) -> str:
    """What it is about: the detail, else the kind."""
    return _details().get((demand.kind, demand.detail or ""), kinds().get(demand.kind, "其他"))


def short(demand: Demand) -> str:
    """What it is about with the first of its words."""
    words = _beginning(demand)
    return f"{what(demand)}：{words}" if words else what(demand)


def title(demand: Demand) -> str:
    """What it is called among others: what it is about, and of what is 其他 the first of its words."""
    return (_beginning(demand) if demand.kind == UNSORTED else "") or what(demand)


def _beginning(demand: Demand) -> str:
    words = " ".join((demand.words or "").split())
    return f"{words[:_LABEL_LENGTH]}{'…' if len(words) > _LABEL_LENGTH else ''}"


def due_day(state: DemandState) -> dt.date | None:
    """The day a demand is due; time is up at its 24:00, or within it where hours are allowed."""
    return None if state.due_at is None else due_day_of(state.due_at)


def due_day_of(due_at: dt.datetime) -> dt.date:
    """The day whose end, or an hour of which, is this due moment."""
    return local_day(due_at - _INSTANT)


def days_over(state: DemandState, *, as_of: dt.datetime) -> int:
    """Calendar days since the due day of an overdue demand; 0 on the due day itself and for what is not overdue."""
    due = due_day(state)
    if due is None or not is_overdue(state, as_of=as_of):
        return 0
    return (local_day(as_of) - due).days


def due_words(state: DemandState, *, as_of: dt.datetime) -> str:
    """超期3天, 今天到期, 10月25日到期, or nothing where nothing is due any more."""
    if not is_unresolved(state.key):
        return ""
    due = due_day(state)
    if is_overdue(state, as_of=as_of):
        over = days_over(state, as_of=as_of)
        return f"超期{over}天" if over else "已过时限"
    if due is None:
        return ""
    return "今天到期" if is_due_today(state, as_of=as_of) else f"{due.month}月{due.day}日到期"
