"""What is kept of an act gives the demand back, and nothing that somebody wrote or is called."""

import datetime as dt
import json
from uuid import UUID

import pytest

from server.domain.demand_acts import Action, Facts
from server.domain.demand_replay import ActRecord, begun, evolve, kept, recorded
from server.domain.problems import Conflict
from tests.cast import PROFILES, UNIT, Cast, calendar_of
from tests.story import at, day

CAST = Cast(PROFILES["zhongxian"])
ORDER = Facts(
    place=CAST.grid,
    channel="hotline",
    class_="COMMUNITY",
    words="不要写出去",
    measure="张三来换灯",
    reason="money",
    referred_to="某法院",
    handler_id=CAST.worker.id,
    handler_level="grid",
    deadline=day(4),
    unit_id=UNIT,
    upheld=False,
    stars=2,
    by_proxy=True,
)


def test_what_is_kept_reads_back_from_json_and_names_nobody() -> None:
    written = json.dumps(kept(ORDER), ensure_ascii=False)
    assert not any(said in written for said in ("不要写出去", "张三", "法院", "money", CAST.grid))
    act = ActRecord.of(
        action="assign", at=at(0), by_id=CAST.cadre.id, by_level="village", kept=json.loads(written)
    )
    assert act.facts == Facts(
        place="",
        channel="hotline",
        class_="COMMUNITY",
        handler_id=CAST.worker.id,
        handler_level="grid",
        deadline=day(4),
        unit_id=UNIT,
        upheld=False,
        stars=2,
        by_proxy=True,
    )


def test_a_claim_of_a_unit_is_recorded_as_its_own() -> None:
    facts = Facts(place=CAST.grid, channel="visit", handler_unit="township")
    assert recorded(Action.CLAIM, actor=CAST.unit, facts=facts, now=at(0)).facts.unit_id == UNIT
    assert recorded(Action.CLAIM, actor=CAST.worker, facts=facts, now=at(0)).facts.unit_id is None


def test_folding_what_was_kept_gives_every_state() -> None:
    acts = [
        recorded(Action.TAKE_IN, actor=CAST.worker, facts=ORDER, now=at(0)),
        recorded(Action.REGISTER, actor=CAST.cadre, facts=ORDER, now=at(0, 10)),
        recorded(Action.CLASSIFY, actor=CAST.cadre, facts=ORDER, now=at(0, 11)),
        recorded(Action.ASSIGN, actor=CAST.cadre, facts=ORDER, now=at(0, 12)),
        recorded(Action.FINISH, actor=CAST.worker, facts=ORDER, now=at(1)),
    ]
    lived = folded = begun(at(0))
    for act in acts:
        again = ActRecord.of(
            action=act.action.value,
            at=act.at,
            by_id=act.by_id,
            by_level=act.by_level,
            kept=json.loads(json.dumps(kept(act.facts))),
        )
        calendar = calendar_of(CAST.profile)
        lived = evolve(lived, act, profile=CAST.profile, calendar=calendar)
        folded = evolve(folded, again, profile=CAST.profile, calendar=calendar)
        assert folded == lived
    assert (folded.key, folded.first_asked_id, folded.due_at) == ("done", CAST.worker.id, at(5, 0))
    assert isinstance(folded.handler_id, UUID)
    assert folded.since == at(1).astimezone(dt.UTC)


def test_what_has_no_way_is_not_replayed_either() -> None:
    act = recorded(Action.RATE, actor=CAST.resident, facts=ORDER, now=at(0))
    with pytest.raises(Conflict) as refusal:
        evolve(begun(at(0)), act, profile=CAST.profile, calendar=calendar_of(CAST.profile))
    assert refusal.value.code == "demand.step_not_allowed"
