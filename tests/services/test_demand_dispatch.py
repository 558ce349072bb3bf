"""派单 as services: to persons and units, claimed, sent up and down, and called together."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from server.domain.events.demands import UnitsCalled
from server.domain.problems import Conflict, Forbidden, Invalid, NotFound
from server.domain.roles import Function
from server.services import units as unit_services
from server.services.demands import dispatch, handling
from server.services.demands.handling import Word
from server.services.demands.reach import concerns
from server.storage import units
from tests.factories import NOW
from tests.offices import COUNTY, TOWNSHIP, Office

FRIDAY = dt.date(2026, 10, 23)


def roles(office: Office, key: uuid.UUID) -> dict[str, str]:
    with office.reading() as reading:
        return {unit.name: call.role for call, unit in units.called_to(reading.session, key)}


def test_an_order_names_who_leads_and_who_supports(office: Office) -> None:
    water, road = office.unit(), office.unit("镇建管办", division=TOWNSHIP, kind="office")
    key = office.classified()
    with office.as_("cadre") as work:
        dispatch.assign(work, key, unit_id=road.id, support=[water.id], measure="开挖检修", deadline=FRIDAY)
    demand = office.demand(key)
    assert (demand.key, demand.unit_id, demand.handler_id) == ("assigned", road.id, None)
    assert roles(office, key) == {"镇建管办": "lead", "县水务局": "support"}
    with office.as_("cadre") as work:
        dispatch.transfer(work, key, office.county.accounts["worker"], measure="先看看", deadline=FRIDAY)
    assert office.demand(key).unit_id is None
    assert roles(office, key) == {}


@pytest.mark.parametrize("missing", ["measure", "deadline"])
def test_an_order_without_what_the_county_asks_for_is_not_saved(office: Office, missing: str) -> None:
    key = office.classified()
    stated = {"measure": "换灯", "deadline": FRIDAY} | {missing: None}
    with pytest.raises(Invalid, match=r"demand\.required_fields"), office.as_("cadre") as work:
        dispatch.assign(work, key, office.county.accounts["worker"], **stated)  # type: ignore[arg-type]
    assert office.demand(key).key == "classified"


def test_an_unknown_unit_a_past_deadline_and_two_takers_are_refused(office: Office) -> None:
    unit, key = office.unit(), office.classified()
    worker = office.county.accounts["worker"]
    with pytest.raises(NotFound, match=r"unit\.unknown"), office.as_("cadre") as work:
        dispatch.assign(work, key, unit_id=uuid.uuid4(), measure="查", deadline=FRIDAY)
    with pytest.raises(NotFound, match=r"unit\.unknown"), office.as_("cadre") as work:
        dispatch.assign(work, key, worker, support=[uuid.uuid4()], measure="查", deadline=FRIDAY)
    with pytest.raises(NotFound, match=r"demand\.cannot_be_given"), office.as_("cadre") as work:
        dispatch.assign(work, key, office.county.accounts["admin"], measure="查", deadline=FRIDAY)
    with pytest.raises(Invalid, match=r"demand\.deadline_past"), office.as_("cadre") as work:
        dispatch.assign(work, key, worker, measure="查", deadline=dt.date(2026, 10, 1))
    with pytest.raises(Invalid, match=r"demand\.one_taker"), office.as_("cadre") as work:
        dispatch.assign(work, key, worker, unit_id=unit.id, measure="查", deadline=FRIDAY)
    assert (office.demand(key).key, office.demand(key).version) == ("classified", 3)


def test_a_closed_unit_is_given_nothing_and_its_link_opens_nothing(office: Office) -> None:
    unit, key = office.unit(), office.classified()
    with office.as_("admin") as work:
        unit_services.close(work, unit.id)
    with pytest.raises(NotFound, match=r"unit\.unknown"), office.as_("cadre") as work:
        dispatch.assign(work, key, unit_id=unit.id, measure="查", deadline=FRIDAY)
    with pytest.raises(Conflict, match=r"unit\.closed"), office.as_("admin") as work:
        unit_services.give_link(work, unit.id)


def test_members_of_a_unit_act_on_its_orders_and_see_no_other(office: Office) -> None:
    unit, key, other = office.unit(), office.classified(), office.classified()
    with office.as_("cadre") as work:
        dispatch.assign(work, key, unit_id=unit.id, measure="查", deadline=FRIDAY)
    member = unit_services.actor_of(unit)
    with pytest.raises(NotFound), office.as_(member) as work:
        handling.accept(work, other)
    with office.as_(member) as work:
        handling.accept(work, key)
        handling.say(work, key, Word(step="done", words="修好了"))
        assert concerns(work, office.demand(key))
    assert office.demand(key).key == "done"
    assert office.events(key)[-1].actor_name == "县水务局"


def test_a_second_return_is_for_an_arbiter(office: Office) -> None:
    key = office.assigned()
    worker = office.county.accounts["worker"]
    for _ in range(2):
        with office.as_("worker") as work:
            handling.return_order(work, key, reason="not_ours", words="不归我管，见职责清单")
        if office.demand(key).returns == 1:
            with office.as_("cadre") as work:
                dispatch.assign(work, key, worker, measure="还是请你看", deadline=FRIDAY)
    with pytest.raises(Forbidden, match=r"demand\.arbiter_decides"), office.as_("cadre") as work:
        dispatch.assign(work, key, worker, measure="还是请你看", deadline=FRIDAY)
    with office.as_("official") as work:
        dispatch.assign(work, key, worker, measure="由村里办", deadline=FRIDAY)
    assert office.demand(key).key == "assigned"


def test_what_is_offered_is_claimed_by_one(office: Office) -> None:
    office.follow("longli")
    office.post("worker", Function.GRID_WORKER, "509901101001")
    key = office.classified()
    with office.as_("cadre") as work:
        dispatch.offer(work, key, words="谁愿意去")
    with office.as_("worker") as work:
        usual = dispatch.claimed_until(work, office.demand(key))
        assert usual is not None
        assert usual > FRIDAY
        dispatch.claim(work, key, deadline=FRIDAY)
    assert office.demand(key).handler_id == office.county.accounts["worker"]
    with pytest.raises(Conflict), office.as_("cadre") as work:
        dispatch.claim(work, key)


def test_units_are_whistled_together_where_the_county_does_so(office: Office) -> None:
    office.follow("longli")
    one, two = office.unit("供电所", division=TOWNSHIP), office.unit("城管队", division=TOWNSHIP)
    key = office.assigned()
    at = NOW + dt.timedelta(days=1)
    with office.as_("cadre") as work:
        dispatch.whistle(work, key, unit_ids=[one.id, two.id, one.id], at=at, words="到桥头会合")
    assert roles(office, key) == {"供电所": "support", "城管队": "support"}
    assert len(office.events_of(key, UnitsCalled)) == 1
    with pytest.raises(Invalid), office.as_("cadre") as work:
        dispatch.whistle(work, key, unit_ids=[one.id], at=NOW, words="现在")


def test_no_whistle_where_the_county_has_none(office: Office) -> None:
    unit, key = office.unit(), office.assigned()
    with pytest.raises(Conflict, match=r"demand\.no_whistle"), office.as_("cadre") as work:
        dispatch.whistle(work, key, unit_ids=[unit.id], at=NOW + dt.timedelta(days=1), words="到桥头会合")


def test_a_village_never_acts_on_what_lies_on_the_townships_desk(office: Office) -> None:
    office.post("assessor", Function.DISPATCHER, COUNTY)
    key = office.classified("GOVERNMENT")
    with office.as_("cadre") as work:
        dispatch.escalate(work, key, reason="money", words="村里没钱")
    with pytest.raises(Forbidden), office.as_("cadre") as work:
        dispatch.assign(work, key, office.county.accounts["worker"], measure="办", deadline=FRIDAY)
    with office.as_("official") as work:
        dispatch.assign(work, key, office.county.accounts["official"], measure="办", deadline=FRIDAY)
    assert office.demand(key).level == "township"
