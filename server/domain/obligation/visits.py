"""走访: which visits reach a unit, and how each unit stands in a window (METRICS V)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from server.domain.obligation.duty import Duty, Id, WorkdayCalendar
from server.domain.obligation.records import EVENING, Visit, accepted
from server.domain.obligation.roster import Exit, Membership, Spell, Unit, spells, tier_of
from server.domain.obligation.windows import (
    Window,
    first_owed_window,
    next_window,
    window_of,
)
from server.domain.work_calendar import SHANGHAI, local_day

DueState = Literal["overdue", "due", "done", "none"]

_ATTEMPTS = frozenset({"not_home", "refused"})
_REACHED = frozenset({"met", "phone"})
_ATTEMPTS_ON_DAYS = 2
_UNSEEN_AFTER_DAYS: Mapping[str | None, int] = MappingProxyType({"weekly": 21, "quarterly": 184})
_UNSEEN_AFTER_DAYS_ELSE = 62


class VisitIndex:
    """The visits that count at one instant, by household and by the persons seen, each in order of day.

    Made once for all duties and windows of an `as_of`. To judge a window it needs that window's visits and, from
    before it, each unit's last counted, last face-to-face and last imported one; more does no harm.
    """

    def __init__(self, visits: Iterable[Visit], *, as_of: dt.datetime) -> None:
        self.as_of = as_of
        self.today = local_day(as_of)
        self._by_household: dict[Id, list[Visit]] = {}
        self._by_person: dict[Id, list[Visit]] = {}
        for visit in sorted(accepted(visits, as_of=as_of), key=lambda visit: (visit.day, visit.at)):
            self._by_household.setdefault(visit.household, []).append(visit)
            for person in visit.seen:
                self._by_person.setdefault(person, []).append(visit)

    def at(self, household: Id) -> Sequence[Visit]:
        """Return the visits to a household, oldest first."""
        return self._by_household.get(household, ())

    def to(self, unit: Unit, duty: Duty) -> Sequence[Visit]:
        """Return the visits that could reach `unit`: a person is reached where it was seen, whatever the household."""
        return self._by_person.get(unit.id, ()) if duty.what == "visit_person" else self.at(unit.household)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one unit of d stands in a window: the row of the list, the map's table and the printed sheet.

    `counted` are the visits of the window that did it. `attempts` are those that met nobody or were declined,
    `calls` those that went well by telephone without counting. `family_only`: the family was met, the person not
    (见到家属). `not_met`, `never` and `long_unseen` are V4, V5 and V6. `last_missed`: the last visit reached the
    family, the person not. `due_on` is the next due day.
    """

    unit: Unit
    entered_on: dt.date
    tier: str | None
    strictness: int
    counted: tuple[Visit, ...]
    by_own_role: bool
    phone_only: bool
    attempts: tuple[Visit, ...]
    calls: tuple[Visit, ...]
    family_only: bool
    not_met: bool
    never: bool
    long_unseen: bool
    last_visit: Visit | None
    last_missed: bool
    last_face_to_face: dt.date | None
    due_on: dt.date | None
    overdue_days: int
    exit: Exit | None

    @property
    def done(self) -> bool:
        """Whether the duty is done in the window."""
        return bool(self.counted)


def counts(duty: Duty, unit: Unit, visit: Visit, *, as_of: dt.datetime) -> bool:
    """Say whether `visit`, one that could reach `unit`, does its duty (METRICS D7, V *Phone*).

    Face to face always; a call by the profile's rule. An imported visit never does.
    """
    if visit.imported or not duty.accepts(visit.roles):
        return False
    if visit.outcome == "phone":
        return duty.phone == "always" or (duty.phone == "away" and unit.is_away(visit.day, as_of=as_of))
    return visit.outcome == "met"


def next_due(duty: Duty, unit: Unit, index: VisitIndex, *, start_date: dt.date) -> dt.date | None:
    """Return the day by which `unit` is to be visited next; None where it is owed nothing (any more).

    A tier with an interval of k days: k days after the last counted visit, or after the day it was first owed.
    Otherwise the end of the first window, after the one of its last counted visit, in which it is owed. A missed
    window stays missed in its own figure, but the next visit makes good for it.
    """
    owed = spells(unit, duty, as_of=index.as_of)
    if not owed:
        return None
    tier = tier_of(unit, duty, as_of=index.as_of)
    return _due_on(duty, owed[-1], tier, last=_last_day(_counted(duty, unit, index)), start_date=start_date)


def standing(
    duty: Duty,
    member: Membership,
    window: Window,
    index: VisitIndex,
    *,
    start_date: dt.date,
    calendar: WorkdayCalendar,
) -> Standing:
    """Return how the unit of `member` stands in `window` at the index's `as_of`."""
    unit = member.unit
    counted = _counted(duty, unit, index)
    in_window = tuple(visit for visit in counted if _within(visit, window, member))
    met_before = _last_seen_before(duty, unit, index)
    known = [visit for visit in (*counted, *met_before) if visit.day >= member.first]
    faces = [visit.day for visit in (*counted, *met_before) if visit.outcome == "met"]
    last_face = max(faces, default=None)
    tier = tier_of(unit, duty, as_of=index.as_of)
    here = [visit for visit in index.at(unit.household) if visit.day in window and not visit.imported]
    attempts = tuple(visit for visit in here if visit.outcome in _ATTEMPTS and duty.accepts(visit.roles))
    never = not in_window and not known
    due_on = _due_on(duty, member.newest, tier, last=_last_day(counted), start_date=start_date)
    last = max((*index.at(unit.household), *index.to(unit, duty)), key=lambda v: (v.day, v.at), default=None)
    return Standing(
        unit=unit,
        entered_on=member.first,
        tier=tier,
        strictness=duty.strictness(tier),
        counted=in_window,
        by_own_role=any(duty.is_own(visit.roles) for visit in in_window),
        phone_only=bool(in_window) and all(visit.outcome == "phone" for visit in in_window),
        attempts=attempts,
        calls=_calls(duty, unit, index, window=window, counted=in_window),
        family_only=_family_only(duty, here, in_window),
        not_met=not in_window and _in_vain(attempts, calendar),
        never=never,
        long_unseen=_long_unseen(
            duty, tier, since=last_face or max(member.first, start_date), today=index.today, never=never
        ),
        last_visit=last,
        last_missed=last is not None and last.day >= member.first and _missed(duty, unit, last),
        last_face_to_face=last_face,
        due_on=due_on,
        overdue_days=max(0, (index.today - due_on).days) if due_on is not None else 0,
        exit=member.exit,
    )


def _due_on(
    duty: Duty, owed: Spell, tier: str | None, *, last: dt.date | None, start_date: dt.date
) -> dt.date | None:
    if owed.exit is not None:
        return None
    interval = duty.interval(tier)
    if interval is not None:
        owed_since = max(owed.first, start_date)
        return max(owed_since, last or owed_since) + dt.timedelta(days=interval)
    window = first_owed_window(duty.window, entered_on=owed.first, start_date=start_date)
    if last is not None:
        window = max(window, next_window(window_of(duty.window, last)))
    return window.last


def _last_day(visits: Iterable[Visit]) -> dt.date | None:
    return max((visit.day for visit in visits), default=None)


def _counted(duty: Duty, unit: Unit, index: VisitIndex) -> list[Visit]:
    return [visit for visit in index.to(unit, duty) if counts(duty, unit, visit, as_of=index.as_of)]


def _last_seen_before(duty: Duty, unit: Unit, index: VisitIndex) -> list[Visit]:
    """The last visits that lists remember; one that names nobody speaks of the whole household (METRICS V5, D11)."""
    of_all = (visit for visit in index.at(unit.household) if not visit.seen)
    return [visit for visit in (*index.to(unit, duty), *of_all) if visit.imported and visit.outcome == "met"]


def _within(visit: Visit, window: Window, member: Membership) -> bool:
    """Of somebody who left, only what was done by the day of leaving counts: he is to be done *already* (D4)."""
    return visit.day in window and (member.exit is None or visit.day <= member.exit.day)


def _calls(
    duty: Duty, unit: Unit, index: VisitIndex, *, window: Window, counted: tuple[Visit, ...]
) -> tuple[Visit, ...]:
    calls = (visit for visit in index.to(unit, duty) if visit.outcome == "phone" and visit.day in window)
    return tuple(visit for visit in calls if visit not in counted and not visit.imported)


def _family_only(duty: Duty, here: Iterable[Visit], in_window: tuple[Visit, ...]) -> bool:
    return duty.what == "visit_person" and not in_window and any(visit.outcome == "met" for visit in here)


def _missed(duty: Duty, unit: Unit, visit: Visit) -> bool:
    """Whether a visit reached somebody, but not this person; an imported one does not say whom."""
    reached = visit.outcome in _REACHED and not visit.imported
    return duty.what == "visit_person" and reached and unit.id not in visit.seen


def _in_vain(attempts: tuple[Visit, ...], calendar: WorkdayCalendar) -> bool:
    """屡访未遇: two attempts on different dates, one of them in the evening or on a non-working day (METRICS V4)."""
    if len({visit.day for visit in attempts}) < _ATTEMPTS_ON_DAYS:
        return False
    return any(
        visit.at.astimezone(SHANGHAI).time() >= EVENING or not calendar.is_working(visit.day)
        for visit in attempts
    )


def _long_unseen(duty: Duty, tier: str | None, *, since: dt.date, today: dt.date, never: bool) -> bool:
    """久未见面 (METRICS V6). Who was only ever telephoned is unseen since his entry; never visited is V5's matter."""
    if duty.what != "visit_person" or never:
        return False
    return (today - since).days > _UNSEEN_AFTER_DAYS.get(tier, _UNSEEN_AFTER_DAYS_ELSE)
