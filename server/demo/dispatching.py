"""登记、分单、派单: from the desk to whoever is charged with a matter, the way the county's mechanism goes."""

from __future__ import annotations

import datetime as dt

from server.demo import units
from server.demo.acts import moment
from server.demo.case import Case, Taker
from server.demo.matters import MEASURE_WORDS
from server.demo.meetings import held_after, kind_at
from server.domain.deadline import due_at
from server.domain.mechanism import HOTLINE
from server.domain.work_calendar import local_day

_ALLOWED_DAYS = {"PRIVATE": 6, "GRID": 5, "COMMUNITY": 7, "GOVERNMENT": 12}
_OFFERED_SHARE, _CLAIMED_SHARE = 0.5, 0.8
_MET_ON_SHARE = 0.25
_ALLIED_SHARE, _UNIT_SHARE = 0.35, 0.85
_WHISTLE_SHARE = 0.3
_A_MOMENT = dt.timedelta(seconds=1)
_A_DAY, _UNCLAIMED_DAYS = dt.timedelta(days=1), dt.timedelta(days=4)

_UPWARD = ("不是村里能办的，请上级安排", "要行业部门来处理，村里已做好记录", "涉及公共设施，请街道乡镇协调")
_SENT_FOR = "请到现场会商，一起定处理办法"


def dispatch(case: Case, day: dt.date, *, registered: bool = False) -> tuple[dt.date, dt.date]:
    """登记、分单、派单 from a working day on: the day it is in somebody's hands, and the day it is due."""
    if not registered:
        case.at_desk("register", day, 8.7)
    case.at_desk("classify", day, 9.3, klass=case.klass)
    return _send(case, day)


def send_upward(case: Case, day: dt.date, *, reason: str, words: str) -> tuple[dt.date, dt.date]:
    """上报, and the township's 派单 on the next working day: when it is in somebody's hands, and when it is due."""
    case.at_desk("escalate", day, 9.6, reason=reason, words=words)
    case.desk = "township"
    return assign(case, _met_on(case, case.waits("official", case.after(day))), _taker(case))


def assign(case: Case, day: dt.date, taker: Taker) -> tuple[dt.date, dt.date]:
    """派单 to a taker: that day, and the day it is due."""
    due = _within_channel(case, day, day + dt.timedelta(days=_ALLOWED_DAYS[case.klass]))
    case.taker = taker
    case.at_desk(
        "assign",
        day,
        9.9,
        assignee=taker.person,
        unit=taker.unit,
        until=None if case.klass == "PRIVATE" else due,
        words=MEASURE_WORDS[case.klass],
    )
    return day, due


def _within_channel(case: Case, given: dt.date, due: dt.date) -> dt.date:
    """The day a matter given out on a day is due: an order of the hotline has days of its own (XA-28)."""
    if case.raised.channel != HOTLINE:
        return due
    county = case.county
    allowance = county.mechanism.deadlines.hotline
    return min(due, local_day(due_at(moment(given, 0.0), allowance, calendar=county.calendar) - _A_MOMENT))


def another(case: Case) -> Taker:
    """Who gets what was given back."""
    if case.desk == "township":
        other = units.office_of(case.county, case.village[:9])
        return Taker(case.dispatcher) if case.taker.unit == other else Taker(unit=other)
    return Taker(case.worker if case.taker.person == case.secretary else case.secretary)


def _send(case: Case, day: dt.date) -> tuple[dt.date, dt.date]:
    mechanism, class_ = case.county.mechanism, case.klass
    if class_ == "GOVERNMENT" and mechanism.routed_to(class_) != "village":
        return send_upward(case, day, reason="needs_units", words=case.pick("upward", _UPWARD))
    day = _met_on(case, case.waits("assign", day))
    offered = case.raised.example == "claim" or case.chance("offered") < _OFFERED_SHARE
    if offered and mechanism.may_claim(class_):
        return _offer(case, day)
    given = assign(case, day, _taker(case))
    if "whistle" in mechanism.dispatch.modes and class_ == "GOVERNMENT":
        _whistle(case, given[0])
    return given


def _met_on(case: Case, day: dt.date) -> dt.date:
    """The day it may be assigned: after the meeting, where one has to settle it or the desk wants one."""
    class_ = case.klass
    kind = kind_at(case.county, class_, case.desk)
    by_choice = not case.raised.example and case.chance("met on") < _MET_ON_SHARE
    wanted = case.county.mechanism.class_of(class_).on_agenda or by_choice
    if kind is None or not wanted:
        return day
    case.at_desk("put_on_agenda", day, 9.7, reason=kind)
    division = case.village if case.desk == "village" else case.village[:9]
    return case.after(held_after(case.county, division, day))


def _taker(case: Case) -> Taker:
    if case.klass in ("PRIVATE", "GRID"):
        return Taker(case.worker)
    if case.desk == "township" or case.klass == "GOVERNMENT":
        return _above(case)
    own = units.allied(case.county, case.village)
    by_unit = not case.raised.example and case.chance("allied") < _ALLIED_SHARE
    return Taker(unit=own) if own and by_unit else Taker(case.secretary)


def _above(case: Case) -> Taker:
    """Whose business it is; else a member of the alliance, or the township's own people."""
    if case.raised.example == "official":
        return Taker(case.dispatcher)
    if case.chance("unit") >= _UNIT_SHARE and case.desk == "township":
        return Taker(case.dispatcher)
    township = case.village[:9]
    division = case.village if case.desk == "village" else township
    own = units.responsible(case.raised.matter) or units.allied(case.county, division)
    return Taker(unit=own or units.office_of(case.county, township))


def _offer(case: Case, day: dt.date) -> tuple[dt.date, dt.date]:
    """发布认领: mostly somebody claims it; what nobody does is given to who offered it when the offer ends."""
    due = day + dt.timedelta(days=_ALLOWED_DAYS[case.klass])
    case.at_desk("offer", day, 9.7, words="请在职党员、网格员认领")
    if case.raised.example != "claim" and case.chance("claimed") >= _CLAIMED_SHARE:
        case.taker = Taker(case.registrar)
        return day + _UNCLAIMED_DAYS, due + _UNCLAIMED_DAYS
    taken = min(case.waits("claim", day + _A_DAY), day + _UNCLAIMED_DAYS - _A_DAY)
    # What lies in no grid is mostly for the village's own people.
    claimed_by = case.worker if case.raised.form in ("patrol", "online") else case.secretary
    case.taker = Taker(claimed_by)
    due = _within_channel(case, taken, max(due, taken + dt.timedelta(days=3)))
    case.at_desk("claim", taken, 8.5, author=claimed_by, until=due)
    return taken, due


def _whistle(case: Case, day: dt.date) -> None:
    """吹哨: some matters bring several units to the place."""
    if case.chance("whistle") < _WHISTLE_SHARE:
        office = units.office_of(case.county, case.village[:9])
        called = tuple(dict.fromkeys(unit for unit in (case.taker.unit, office) if unit))
        until = case.after(day)
        case.at_desk("whistle", day, 10.6, units=called, until=until, words=_SENT_FOR)
