"""走访: the visits of a day, as their records say."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace
from uuid import UUID

from server.demo.acts import Ask, Fix, VisitAct, moment
from server.demo.chance import dice, key_of, weighted
from server.demo.county import County
from server.demo.faults import planted
from server.demo.geography import Place, moved
from server.demo.matters import Raised
from server.demo.names import surname
from server.demo.raising import answer_words, promised_on, raised_on
from server.demo.rounds import Attempt, attempts_on

_CONDITIONS = (("ok", 0.955), ("concern", 0.0435), ("help", 0.0015))
_CONCERN_WORDS = ("走路不稳，家里门槛高", "这几天胃口不好", "一个人住，话比以前少", "药快吃完了，要有人去取")
_HELP_WORDS = ("一个人在家，起不来床，已叫家属", "家里断粮，先送了米油")
_CHANGES: tuple[tuple[str, str, float], ...] = (
    ("phone", "换了新号码，已记在本子上", 3.0),
    ("left_for_work", "儿子去外地打工了", 3.0),
    ("back", "女儿一家回来住了", 2.0),
    ("tenant", "一楼租给了做早餐的", 1.5),
    ("moved_in", "孙子转学回来同住", 1.5),
    ("moved_out", "小儿子分家搬走", 1.0),
    ("birth", "添了个孙女", 1.0),
    ("new_need", "老人摔伤后行动不便", 1.5),
    ("need_over", "孩子父母已回来带", 0.7),
    ("house_risk", "后墙有裂缝", 1.2),
    ("death", "老人上周过世", 0.5),
)
_RETRY = (("evening", 4.0), ("weekend", 2.0), ("phone", 3.0), ("family", 1.0))
_TOPICS = (
    ("safety", 4.0), ("fraud", 3.0), ("policy", 2.0), ("weather", 2.0), ("errand", 1.0), ("mediation", 0.3),
)  # fmt: skip
_COMPANY = (
    ("village_cadre", 4.0),
    ("volunteer", 3.0),
    ("doctor", 2.0),
    ("linked_unit", 1.0),
    ("township_cadre", 1.0),
)
_CHANGE_SHARE, _TOPIC_SHARE, _COMPANY_SHARE, _RETRY_SHARE = 0.025, 0.45, 0.05, 0.6
_NO_FIX_SHARE, _DOOR_SHARE = 0.04, 0.1
_NEW_SHARE = 0.07
"""How often, per day in the whole county, a household is found that is on no list."""


def visits_on(county: County, day: dt.date) -> list[VisitAct]:
    """入户走访 of the day: the rounds' tries, the visits on which something was raised, a household newly found."""
    asked: dict[UUID, list[Raised]] = {}
    for raised in raised_on(county, day):
        if raised.form == "visit" and raised.household is not None:
            asked.setdefault(raised.household, []).append(raised)
    attempts = attempts_on(county, day)
    for key in asked:
        attempts[key] = Attempt(county.by_key[key], day, "worker", "met")
    visits = [_visit(county, attempt, asked.get(key, [])) for key, attempt in attempts.items()]
    return [*visits, *_newly_found(county, day)]


def _visit(county: County, attempt: Attempt, asked: list[Raised]) -> VisitAct:
    household, day = attempt.household, attempt.day
    throw = dice("visit", household.key, day)
    start = moment(day, throw.uniform(18.6, 20.0) if attempt.evening else _working_hour(throw))
    reached = attempt.outcome in ("met", "phone")
    act = VisitAct(
        key=f"visit/{household.key}/{day}",
        author=_author(county, attempt),
        start=start,
        end=start + dt.timedelta(minutes=throw.randint(2, 14)),
        at=start + dt.timedelta(minutes=throw.randint(14, 120)),
        fix_start=_door_fix(attempt, throw),
        household=household.key,
        grid=household.grid,
        show="all" if asked else "due",
        outcome=attempt.outcome,
        asks=tuple(_ask(raised) for raised in asked),
        retry=_retry(attempt, throw),
        companions=(weighted(throw, _COMPANY),) if throw.random() < _COMPANY_SHARE else (),
        door_point=_door_point(county, attempt, throw),
    )
    return _talked(act, attempt, throw) if reached else act


def _working_hour(throw: random.Random) -> float:
    return throw.uniform(8.6, 11.8) if throw.random() < 0.5 else throw.uniform(14.2, 17.8)


def _author(county: County, attempt: Attempt) -> UUID:
    village = attempt.household.grid[:12]
    if attempt.visitor == "registrar":
        return county.registrar(village).key
    if attempt.visitor == "secretary":
        return county.secretary(village).key
    return county.own_hand(attempt.household.grid, attempt.day).key


def _door_fix(attempt: Attempt, throw: random.Random) -> Fix | None:
    """Where the visitor stood; a call is made from anywhere, so it has no position."""
    if attempt.outcome == "phone" or throw.random() < _NO_FIX_SHARE:
        return None
    return Fix.at(
        _near(attempt.household.position or attempt.household.hamlet, throw), round(throw.uniform(4, 28), 1)
    )


def _near(place: Place, throw: random.Random) -> Place:
    return moved(place, east=throw.gauss(0, 7), north=throw.gauss(0, 7))


def _door_point(county: County, attempt: Attempt, throw: random.Random) -> Fix | None:
    """The position of a door that had none, now and then; never in the grids that are to stay sparse."""
    household = attempt.household
    if attempt.outcome != "met" or household.position or household.grid in planted(county).sparse_grids:
        return None
    return Fix.at(_near(household.hamlet, throw), 6.0) if throw.random() < _DOOR_SHARE else None


def _retry(attempt: Attempt, throw: random.Random) -> str:
    tried = attempt.outcome in ("not_home", "away")
    return weighted(throw, _RETRY) if tried and throw.random() < _RETRY_SHARE else ""


def _ask(raised: Raised) -> Ask:
    throw = dice("ask", raised.key)
    return Ask(
        key=raised.key,
        kind=raised.matter.kind,
        detail=raised.matter.detail,
        words=raised.words,
        answer=raised.answer,
        answer_words=answer_words(raised.answer, throw),
        promised_on=promised_on(raised.answer, raised.day, dice("promise", raised.key)),
        anonymous="yes" if raised.reporter_kind == "anonymous" else "no",
    )


@dataclass(frozen=True, slots=True)
class _Condition:
    code: str = ""
    words: str = ""


def _talked(act: VisitAct, attempt: Attempt, throw: random.Random) -> VisitAct:
    """What a visit that reached somebody adds: who was seen, how they are, what has changed."""
    cared_for = () if attempt.relatives_only else attempt.household.cared_for_on(attempt.day)
    condition = _condition(throw) if cared_for else _Condition()
    change, change_words = "", ""
    if throw.random() < _CHANGE_SHARE:
        change, change_words = weighted(throw, (((code, words), share) for code, words, share in _CHANGES))
    return replace(
        act,
        seen=tuple(person.key for person in cared_for),
        condition=condition.code,
        condition_words=condition.words,
        changes=(change,) if change else (),
        change_words=change_words,
        topics=(weighted(throw, _TOPICS),) if throw.random() < _TOPIC_SHARE else (),
    )


def _condition(throw: random.Random) -> _Condition:
    code = weighted(throw, _CONDITIONS)
    words = {"ok": ("",), "concern": _CONCERN_WORDS, "help": _HELP_WORDS}[code]
    return _Condition(code, throw.choice(words))


def _newly_found(county: County, day: dt.date) -> list[VisitAct]:
    """名册里没有的一户, met at the door."""
    throw = dice("newly found", day)
    if throw.random() >= _NEW_SHARE:
        return []
    grid = throw.choice(county.map.grids)
    place = throw.choice(county.by_grid[grid.code]).hamlet
    start = moment(day, _working_hour(throw))
    return [
        VisitAct(
            key=f"visit/new/{day}",
            author=county.own_hand(grid.code, day).key,
            start=start,
            end=start + dt.timedelta(minutes=6),
            at=start + dt.timedelta(minutes=30),
            fix_start=Fix.at(place, 8.0),
            household=key_of("new household", day),
            grid=grid.code,
            show="new",
            outcome="met",
            door_point=Fix.at(place, 6.0),
            new_address=f"{grid.name}新建房{throw.randint(1, 9)}号",
            new_head=surname(throw) + "师傅",
            new_people=throw.randint(1, 5),
        )
    ]
