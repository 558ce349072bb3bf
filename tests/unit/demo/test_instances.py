"""What the demo's phones send is what the shipped forms ask."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from lxml import etree

from forms import catalogue
from forms.compiler import compile_form
from forms.instance import parse, values
from forms.schema import Shape, shape
from server.demo.acts import FollowUpAct, PatrolAct, Record, VisitAct
from server.demo.county import County, invent_county
from server.demo.instances import PhoneAct, xml_of
from server.demo.story import day_story

SEEDED_ON = dt.date(2026, 10, 20)
DEMAND = UUID(int=7)


@pytest.fixture(scope="module")
def county() -> County:
    return invent_county(SEEDED_ON)


@pytest.fixture(scope="module")
def acts(county: County) -> list[PhoneAct]:
    """Everything sent by phone on a few days, one of them with its market-day stands."""
    days = (dt.date(2026, 9, 23), dt.date(2026, 10, 6), dt.date(2026, 10, 16))
    return [act for day in days for act in day_story(county, day) if isinstance(act, Record)]


@pytest.fixture(scope="module")
def shapes() -> dict[str, Shape]:
    return {name: shape(compile_form(catalogue.source(name)).xml) for name in catalogue.shipped()}


def paths(element: etree._Element, prefix: str = "") -> set[str]:
    here = f"{prefix}/{etree.QName(element).localname}"
    return {here}.union(*(paths(inner, here) for inner in element))


def test_every_path_is_one_of_the_form_and_every_form_is_used(
    acts: list[PhoneAct], shapes: dict[str, Shape]
) -> None:
    used = set()
    for act in acts:
        root = etree.fromstring(xml_of(act, demand_id=DEMAND))
        form = shapes[root.get("id", "")]
        used.add(form.form_id)
        assert root.get("version") == form.version
        known = {field.path for field in form.fields}
        known |= {path.rsplit("/", depth)[0] for path in known for depth in (1, 2, 3)}
        assert paths(root) <= known
    assert used == set(shapes)


def test_an_instance_is_read_back_with_its_number_its_time_and_its_place(
    acts: list[PhoneAct], shapes: dict[str, Shape]
) -> None:
    act = next(act for act in acts if isinstance(act, PatrolAct) and act.fix_start and act.findings)
    instance = parse(xml_of(act))
    answers = values(instance, shapes["patrol"])
    assert instance.instance_id == f"uuid:{act.instance_id}"
    assert str(answers["start"]).endswith("+08:00")
    assert dt.datetime.fromisoformat(str(answers["start"])) == act.start
    assert act.fix_start is not None
    assert answers["fix_start"] == f"{act.fix_start.lat} {act.fix_start.lon} 0 {act.fix_start.accuracy}"
    assert answers["grid"] == act.grid
    rounds = answers["finding"]
    assert isinstance(rounds, list)
    assert len(rounds) == len(act.findings)


def test_a_follow_up_names_the_demand_and_a_new_household_its_new_key(
    acts: list[PhoneAct], county: County, shapes: dict[str, Shape]
) -> None:
    follow_up = next(act for act in acts if isinstance(act, FollowUpAct))
    answers = values(parse(xml_of(follow_up, demand_id=DEMAND)), shapes["case_followup"])
    assert answers["case_id"] == str(DEMAND)
    days = (county.first_day + dt.timedelta(days=n) for n in range(92))
    found = next(
        act
        for day in days
        for act in day_story(county, day)
        if isinstance(act, VisitAct) and act.show == "new"
    )
    answers = values(parse(xml_of(found)), shapes["household_visit"])
    assert answers["household_id"] == answers["new_id"] == str(found.household)
