"""城口, 西安, 南岸, 丰都: under each mechanism one demand of every class goes from its report to its end.

Left out: what these four say beside the way of a demand — indicators (CK-K1 to CK-K9, XA-25, NA-05, FD-26), posts and
teams, points (CK-11, FD-09), the emergency switch (CK-13), admission of tasks (XA-40) — and 西安's way up to the district
and the city (XA-04, XA-05): the small county has a desk at its village and at its township.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.scenarios import meeting
from tests.scenarios.diary import Matter
from tests.scenarios.pages_of_figures import ledger_file
from tests.scenarios.stories import Story, Waiting, play
from tests.scenarios.world import World

Steps = Iterator[Waiting]
AFFAIRS = {
    "PRIVATE": ("想找份工作", "school_job.job"),
    "GRID": ("楼道堵了", "fire.blocked_exit"),
    "COMMUNITY": ("健身器坏了", "facility.fitness"),
    "GOVERNMENT": ("断头路要通", "road.surface"),
}
"""What is told, by class, and its detail in the catalogue."""


@dataclass(frozen=True)
class Place:
    """A county: the rules by which a matter comes in, is sorted, goes up, is done, told and judged; its meeting."""

    profile: str
    comes_in: str
    sorted_by: str
    goes_up: str
    done_by: str
    told_by: str
    judged_by: str
    meeting: str | None = None
    met_by: str = ""
    sorted_beside: str | None = None
    checked_by: str | None = None


PLACES = (
    Place("chengkou", "CK-08", "CK-07", "CK-03", "CK-01", "S2", "S4#30", checked_by="CK-03"),
    Place("xian", "XA-11", "XA-20", "XA-02", "XA-31", "XA-28", "XA-41", sorted_beside="复杂问题"),
    Place(
        "nanan", "NA-06", "S2", "NA-02", "S2", "S2", "S4#30", meeting="“有事好商量”民情恳谈日", met_by="NA-07"
    ),
    Place(
        "fengdu",
        "FD-21",
        "FD-23",
        "FD-20",
        "FD-24",
        "FD-22",
        "S4#30",
        meeting="议事会",
        met_by="FD-11",
        sorted_beside="一般",
    ),
)


@pytest.mark.parametrize("place", PLACES, ids=[place.profile for place in PLACES])
def test_a_demand_of_every_class_comes_to_its_end(world: Callable[[str], World], place: Place) -> None:
    here = world(place.profile)
    play(here, *(carried(place, class_) for class_ in AFFAIRS), until=(9, 16))
    listed = ledger_file(here.person("cadre"))
    assert len(listed) == len(AFFAIRS)
    assert {str(row["怎么销号"]) for row in listed.values()} == {"评价后销号"}
    assert {each.class_ for each in here.diary.matters.values()} == set(AFFAIRS)


def carried(place: Place, class_: str) -> Story:
    """The story of the demand of a class."""

    def story(world: World) -> Steps:
        cadre = world.person("cadre")
        text, detail = AFFAIRS[class_]
        matter = cadre.takes_in(text, place.comes_in, kind=detail.partition(".")[0], detail=detail)
        cadre.does(matter, "register", "S2")
        beside = {} if place.sorted_beside is None else {"dimensions": place.sorted_beside}
        cadre.does(matter, "classify", place.sorted_by, category=class_, **beside)
        if class_ == "COMMUNITY" and place.meeting is not None:
            called = meeting.call(
                cadre, place.meeting, place.met_by, matter, on="2026-08-28", division="石桥村"
            )
            called.posts(place.met_by)
            yield 8, 28
            called.holds(place.met_by, attendance=("居委会", "居民代表"), minutes="都说要修")
            called.resolves(
                matter,
                place.met_by,
                votes_for=5,
                votes_against=1,
                outcome="同意办理",
                words="修",
                to="王秀英",
                deadline="2026-09-02",
            )
        else:
            _is_given(world, place, matter)
        yield 9, 1
        _is_done(world, place, matter)
        yield 9, 2
        _is_told(world, place, matter)
        world.reporter(matter).does(matter, "rate", place.judged_by, stars=5)

    story.__name__ = f"{class_} in {place.profile}"
    return story


def _is_given(world: World, place: Place, matter: Matter) -> None:
    cadre, official = world.person("cadre"), world.person("official")
    when_due = {} if matter.class_ == "PRIVATE" else {"deadline": "2026-09-04", "measure": "上门看了再办"}
    if matter.class_ != "GOVERNMENT":
        cadre.does(matter, "assign", place.done_by, to="王秀英", **when_due)
        return
    cadre.does(matter, "escalate", place.goes_up, reason="要几个部门一起", words="村里办不了")
    unit = world.unit("交通局", official, place.done_by)
    official.does(matter, "assign", place.done_by, to="单位：交通局", **when_due)
    unit.does(matter, "accept", place.done_by)


def _is_done(world: World, place: Place, matter: Matter) -> None:
    cadre, official, worker = world.person("cadre"), world.person("official"), world.person("worker")
    how = {"how_solved": "自己解决"} if matter.class_ == "PRIVATE" else {}
    doer = official if matter.class_ == "GOVERNMENT" else worker
    doer.does(matter, "say", place.done_by, step="已办好", words="办好了", **how)
    if place.checked_by is not None:
        cadre.does(matter, "check", place.checked_by, step="已经办好")


def _is_told(world: World, place: Place, matter: Matter) -> None:
    """By the village where the county says so, else by whoever did it, or its desk."""
    by_village = "feed_back" in world.person("cadre").may_do(matter)
    teller = world.person("cadre" if by_village else "official")
    teller.does(matter, "feed_back", place.told_by, words="办好了，请看看", means="电话")
