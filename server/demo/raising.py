"""诉求: what is raised in the county on a day, and what is taken in at the desk, on the telephone and at meetings."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from functools import lru_cache

from server.demo.acts import Finding, Fix, IntakeAct, moment
from server.demo.case_acts import ScanAct
from server.demo.chance import dice, weighted
from server.demo.county import County
from server.demo.faults import planted
from server.demo.matters import ANSWER_WORDS, ON_PATROL, STOCK, Fate, Form, Raised
from server.demo.names import REPORTER_PHONES, phone, surname
from server.demo.people import Household

_PER_DAY: tuple[tuple[Form, int, int], ...] = (
    ("patrol", 1, 5), ("visit", 0, 3), ("intake", 0, 3), ("online", 0, 2),
)  # fmt: skip

_ANSWERS: dict[Form, tuple[tuple[str, float], ...]] = {
    "patrol": (("report", 0.45), ("fixed", 0.28), ("advised", 0.17), ("watch", 0.10)),
    "visit": (("later", 0.60), ("answered", 0.20), ("promised", 0.12), ("fixed", 0.08)),
    "intake": (("later", 0.66), ("answered", 0.19), ("promised", 0.10), ("fixed", 0.05)),
    "online": (("later", 1.0),),
}
_CHANNELS = (
    ("walkin", 30.0), ("phone", 28.0), ("meeting", 10.0), ("hotline", 10.0), ("stand", 8.0), ("box", 5.0),
    ("patrol", 3.0), ("delegate", 3.0), ("upper", 2.0), ("media", 1.0),
)  # fmt: skip
_FATES: tuple[tuple[Fate, float], ...] = (
    ("handled", 0.58), ("late", 0.08), ("looked", 0.08), ("overdue", 0.03), ("cannot", 0.04), ("untouched", 0.01),
    ("stalled", 0.01), ("need_info", 0.04), ("rejected", 0.03), ("referred", 0.01), ("returned", 0.05),
    ("suspended", 0.03), ("explained", 0.01),
)  # fmt: skip
_FATES_ABOVE: tuple[tuple[Fate, float], ...] = (
    ("handled", 0.55), ("late", 0.12), ("overdue", 0.03), ("cannot", 0.04), ("need_info", 0.04), ("rejected", 0.03),
    ("referred", 0.04), ("returned", 0.06), ("suspended", 0.06), ("explained", 0.03),
)  # fmt: skip
_REPORTERS = (("named", 0.7), ("anonymous", 0.18), ("proxy", 0.12))
_TOLD_SHARE, _URGENT_SHARE, _NUMBER_LEFT_SHARE = 0.15, 0.04, 0.8
_EMPTY_SESSION_SHARE = 0.35


@lru_cache(maxsize=512)
def raised_on(county: County, day: dt.date) -> tuple[Raised, ...]:
    """Everything raised on `day`, each with the key of its demand."""
    throw = dice("raised", day)
    raised = [matter for matter in planted(county).matters if matter.day == day]
    for form, least, most in _PER_DAY:
        for _ in range(throw.randint(least, most)):
            one = _raise(county, day, throw, form=form)
            if one:
                raised.append(one)
    return _numbered(raised)


def _raise(county: County, day: dt.date, throw: random.Random, *, form: Form) -> Raised | None:
    """One matter in a grid, more often where more people live; None where nobody could have recorded it."""
    grid = throw.choices(*_crowds(county))[0]
    household = throw.choice(county.by_grid[grid])
    if not _could_be_recorded(county, day, grid=grid, household=household, form=form):
        return None
    channel = weighted(throw, _CHANNELS) if form == "intake" else form
    area = county.grids[grid].area
    fitting = [
        (matter, matter.share)
        for matter in STOCK
        if matter.area in (None, area) and ("patrol" not in (form, channel) or matter.kind in ON_PATROL)
    ]
    matter = weighted(throw, fitting)
    answer = "later" if channel == "patrol" and form == "intake" else weighted(throw, _ANSWERS[form])
    urgent = (form, channel) == ("intake", "patrol") or (
        form != "visit" and matter.kind in ("fire", "hazard") and throw.random() < _URGENT_SHARE
    )
    raised = Raised(
        day=day,
        form=form,
        channel=channel,
        grid=grid,
        matter=matter,
        words=throw.choice(matter.said),
        answer="report" if urgent and form == "patrol" else answer,
        fate=weighted(throw, _FATES_ABOVE if matter.klass == "GOVERNMENT" else _FATES),
        urgency="urgent" if urgent else "normal",
        place=household.position or household.hamlet,
        household=household.key,
    )
    return _reported(raised, household, throw)


def _could_be_recorded(county: County, day: dt.date, *, grid: str, household: Household, form: Form) -> bool:
    faults = planted(county)
    if form == "patrol":
        left_alone = grid == faults.neglected_grid and day >= faults.neglected_since
        return county.worker(grid, day) is not None and grid != faults.vacant_grid and not left_alone
    quiet = household.key in faults.unseen or household.key in faults.never_visited
    return household.status == "occupied" and not (form == "visit" and quiet)


@lru_cache(maxsize=4)
def _crowds(county: County) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Grids, and how often something is raised in each: by its people, and some places always more than others."""
    weights = tuple(
        sum(household.people for household in group) * dice("temper", code).lognormvariate(0, 0.5)
        for code, group in county.by_grid.items()
    )
    return tuple(county.by_grid), weights


def _reported(raised: Raised, household: Household, throw: random.Random) -> Raised:
    """Say who raised it: a resident on a visit or at the desk, sometimes a passer-by on patrol."""
    stranger = phone(REPORTER_PHONES + throw.randrange(100, 2000))
    if raised.form == "patrol":
        if throw.random() >= _TOLD_SHARE:
            return raised
        name = surname(throw) + throw.choice(("师傅", "大姐", "大爷", "老板"))
        return replace(raised, reporter_kind="named", reporter_name=name, reporter_phone=stranger)
    if raised.form == "visit":
        return replace(raised, reporter_kind=weighted(throw, (("named", 0.93), ("anonymous", 0.07))))
    if raised.channel == "patrol":
        return raised
    if raised.form == "online":
        kind = "named" if throw.random() < _NUMBER_LEFT_SHARE else "anonymous"
        return replace(raised, reporter_kind=kind, reporter_phone=stranger if kind == "named" else "")
    kind = weighted(throw, _REPORTERS)
    if kind == "anonymous":
        return replace(raised, reporter_kind=kind)
    number = stranger if kind == "proxy" else household.head.phone or stranger
    return replace(raised, reporter_kind=kind, reporter_name=household.head.name, reporter_phone=number)


def _numbered(raised: list[Raised]) -> tuple[Raised, ...]:
    """Give every matter its key: the act it belongs to, and its place in it."""
    seen: Counter[str] = Counter()
    numbered = []
    for n, one in enumerate(raised):
        act = {
            "patrol": f"patrol/{one.grid}/{one.day}",
            "visit": f"visit/{one.household}/{one.day}",
            "intake": f"intake/{one.day}/{n}",
            "online": f"online/{one.day}/{n}",
        }[one.form]
        seen[act] += 1
        numbered.append(replace(one, key=f"{act}/{seen[act]}"))
    return tuple(numbered)


def finding(raised: Raised, throw: random.Random) -> Finding:
    """The round of the patrol's repeat for a matter found on patrol."""
    told = bool(raised.reporter_name)
    return Finding(
        key=raised.key,
        kind=raised.matter.kind,
        detail=raised.matter.detail,
        words=raised.words,
        handled=raised.answer,
        urgency=raised.urgency if raised.answer == "report" else "",
        fix=Fix.at(raised.place, round(throw.uniform(4, 18), 1)) if raised.place else None,
        source="told" if told else "seen",
        reporter_name=raised.reporter_name,
        reporter_phone=raised.reporter_phone,
    )


def answer_words(answer: str, throw: random.Random) -> str:
    """What was said, where something was answered on the spot."""
    return throw.choice(ANSWER_WORDS) if answer == "answered" else ""


def promised_on(answer: str, day: dt.date, throw: random.Random) -> dt.date | None:
    """The day promised, where one was."""
    return day + dt.timedelta(days=throw.randint(2, 6)) if answer == "promised" else None


def intakes_on(county: County, day: dt.date) -> list[IntakeAct]:
    """诉求登记 of the day: what was taken in, and the sessions at which nothing was raised."""
    taken = [_intake(county, raised) for raised in raised_on(county, day) if raised.form == "intake"]
    return [*taken, *_empty_sessions(county, day)]


def _intake(county: County, raised: Raised) -> IntakeAct:
    throw = dice("intake", raised.key)
    village = raised.grid[:12]
    worker = county.worker(raised.grid, raised.day)
    recorder = worker if raised.channel == "patrol" and worker else county.registrar(village)
    start = moment(raised.day, throw.uniform(8.6, 17.2))
    how = _place_how(raised, throw)
    fix = Fix.at(raised.place, 9.0) if raised.place and how in ("here", "map") else None
    address = county.by_key[raised.household].address if raised.household else county.grids[raised.grid].name
    return IntakeAct(
        key=raised.key.rpartition("/")[0],
        author=recorder.key,
        start=start,
        end=start + dt.timedelta(minutes=throw.randint(2, 6)),
        at=start + dt.timedelta(minutes=throw.randint(6, 12)),
        fix_start=fix if how == "here" else None,
        village=village,
        channel=raised.channel,
        tally="one" if raised.channel in ("stand", "meeting", "box") else "",
        attendance=throw.randint(8, 60) if raised.channel == "meeting" else None,
        outer_number=f"{raised.day:%Y%m%d}{throw.randint(1000, 9999)}"
        if raised.channel in ("hotline", "upper")
        else "",
        kind=raised.matter.kind,
        detail=raised.matter.detail,
        words=raised.words,
        urgency=raised.urgency,
        place_how=how,
        place=fix if how == "map" else None,
        address=address if how == "address" else "",
        grid_pick=raised.grid if how == "address" and throw.random() < 0.7 else "",
        reporter_kind=raised.reporter_kind,
        reporter_name=raised.reporter_name,
        reporter_phone=raised.reporter_phone,
        answer=raised.answer,
        answer_words=answer_words(raised.answer, throw),
        promised_on=promised_on(raised.answer, raised.day, dice("promise", raised.key)),
    )


_NO_PLACE: frozenset[str] = frozenset({"welfare", "school_job", "errand"})


def _place_how(raised: Raised, throw: random.Random) -> str:
    """Where the matter is said to be (FORMS rule 4): standing there, on the map, by address, or nowhere."""
    if raised.channel == "patrol":
        return "here"
    if raised.matter.kind in _NO_PLACE or not raised.household:
        return "map" if raised.fault else "nowhere"
    return weighted(throw, (("address", 0.66), ("map", 0.26), ("nowhere", 0.08)))


@lru_cache(maxsize=512)
def scans_on(county: County, day: dt.date) -> tuple[ScanAct, ...]:
    """居民扫码 of the day: what residents wrote on the page of their grid, early or late."""
    return tuple(_scan(county, raised) for raised in raised_on(county, day) if raised.form == "online")


def scan_with(county: County, key: str) -> ScanAct | None:
    """What was scanned under a key of the story; None where that is something else."""
    what, day = key.split("/")[:2]
    if what != "online":
        return None
    return next((scan for scan in scans_on(county, dt.date.fromisoformat(day)) if scan.key == key), None)


def _scan(county: County, raised: Raised) -> ScanAct:
    throw = dice("scan", raised.key)
    told_where = raised.household is not None and raised.matter.kind not in _NO_PLACE
    return ScanAct(
        key=raised.key.rpartition("/")[0],
        at=moment(raised.day, throw.uniform(7.0, 21.5)),
        grid=raised.grid,
        kind=raised.matter.kind,
        words=raised.words,
        address=county.by_key[raised.household].address if told_where and raised.household else "",
        phone=raised.reporter_phone,
    )


def _empty_sessions(county: County, day: dt.date) -> list[IntakeAct]:
    """Stands on the 23rd, meetings and suggestion boxes with nothing raised: these exist too (FORMS §5)."""
    acts = []
    for village in dict.fromkeys(grid.village for grid in county.map.grids):
        throw = dice("session", village, day)
        urban = county.grids[f"{village}001"].area == "urban"
        channel = "stand" if day.day == 23 and urban else "box" if day.weekday() == 4 and urban else "meeting"
        chance = {"stand": _EMPTY_SESSION_SHARE, "box": 0.04, "meeting": 0.004}[channel]
        if throw.random() < chance:
            start = moment(day, throw.uniform(9.5, 16.5))
            acts.append(
                IntakeAct(
                    key=f"session/{village}/{day}",
                    author=county.registrar(village).key,
                    start=start,
                    end=start + dt.timedelta(minutes=1),
                    at=start + dt.timedelta(minutes=3),
                    fix_start=None,
                    village=village,
                    channel=channel,
                    tally="none",
                    attendance=throw.randint(6, 40) if channel == "meeting" else None,
                )
            )
    return acts
