"""open_cases.csv: the cases in somebody's hands, as his phone lists them (FORMS §2)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Literal

from server.domain.demand import open_acts
from server.domain.demand_acts import Action
from server.domain.demand_clock import is_overdue
from server.domain.work_calendar import local_day
from server.figures.case_words import due_words, may_be_shown, short
from server.storage import demands as storage
from server.storage.demands import Demand
from server.storage.profiles import ProfileVersion, parsed
from server.work import Reading

Task = Literal["handle", "look", "check"]
HEADER = ("name", "label", "__version", "class", "card", "task", "geometry", "last_step", "last_report_on")

_TASK_WORDS: dict[Task, str] = {"handle": "", "look": "请您先去看看属不属实", "check": "请您看看办好没有"}
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


def rows(reading: Reading) -> Iterator[Sequence[str]]:
    """The rows of the list: overdue first, then as they fall due, then the oldest."""
    for demand, task in sorted(tasks(reading), key=lambda each: _urgency(each[0], reading.now)):
        yield _row(demand, task, as_of=reading.now)


def tasks(reading: Reading) -> list[tuple[Demand, Task]]:
    """Every case somebody has something to do about, with what it is; nobody is to check what he handled."""
    actor = reading.actor
    people = {actor.id, *(post.stand_in_for for post in actor.posts)}
    found = storage.in_hands_of(reading.session, [each for each in people if each is not None])
    tasks_of = ((demand, _task(reading, demand)) for demand in found)
    return [(demand, task) for demand, task in tasks_of if task is not None]


def gone(reading: Reading, asked: Sequence[uuid.UUID]) -> dict[uuid.UUID, bool]:
    """Of the asked cases, whether each has left this person's list; unknown ones are left out."""
    listed = {demand.id for demand, _ in tasks(reading)}
    return {key: key not in listed for key in storage.known(reading.session, asked)}


def _task(reading: Reading, demand: Demand) -> Task | None:
    actor = reading.actor
    profile = parsed(reading.session.get_one(ProfileVersion, demand.profile_version_id).text)
    acts = open_acts(demand.state, actor=actor, place=demand.jurisdiction, profile=profile)
    if Action.LOOK in acts and demand.looker_id == actor.id:
        return "look"
    if Action.CHECK in acts and demand.checker_id == actor.id:
        return "check"
    return "handle" if Action.PROGRESS in acts else None


def _urgency(demand: Demand, as_of: dt.datetime) -> tuple[bool, dt.datetime, dt.datetime]:
    state = demand.state
    waited_for = state.due_at or state.step_due_at or _NEVER
    return not is_overdue(state, as_of=as_of), waited_for, demand.received_at


def _row(demand: Demand, task: Task, *, as_of: dt.datetime) -> Sequence[str]:
    return (
        str(demand.id),
        _label(demand, as_of=as_of),
        str(demand.version),
        demand.class_ or "",
        _card(demand, task, as_of=as_of),
        task,
        _geometry(demand),
        demand.last_step or "",
        "" if demand.last_step_at is None else local_day(demand.last_step_at).isoformat(),
    )


def _label(demand: Demand, *, as_of: dt.datetime) -> str:
    """The mark for overdue is a character, not a colour."""
    mark = "！" if is_overdue(demand.state, as_of=as_of) or demand.urgent else ""
    parts = (short(demand), due_words(demand.state, as_of=as_of))
    return mark + " · ".join(part for part in parts if part)


def _card(demand: Demand, task: Task, *, as_of: dt.datetime) -> str:
    """One paragraph: what is asked of him, where it is, what was said and agreed. Never who reported it."""
    parts = (
        _TASK_WORDS[task],
        f"地址：{demand.address}" if demand.address else "",
        demand.words or "",
        f"措施：{demand.measure}" if demand.measure else "",
        due_words(demand.state, as_of=as_of),
    )
    return "；".join(part for part in parts if part)


def _geometry(demand: Demand) -> str:
    """A point for the phone's map, where a map may show it (METRICS C)."""
    if demand.point is None or not may_be_shown(demand):
        return ""
    return f"{demand.point.centroid.y:.6f} {demand.point.centroid.x:.6f} 0 0"
