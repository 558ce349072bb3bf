"""The invented county: a map without gaps, people to visit, and posts that are filled."""

import datetime as dt

import pytest
import shapely

from server.demo.county import County, invent_county
from server.demo.geography import draw_county
from server.demo.names import PHONE_PREFIX
from server.domain.roles import Function, Role

SEEDED_ON = dt.date(2026, 11, 21)
CARE_TAGS = {
    "alone_elder", "empty_nest", "aged_80", "left_elder", "frail_elder", "lost_child", "disability", "illness",
    "extreme_poor", "low_income", "poverty_watch", "left_child", "hard_child", "orphan", "veteran", "hardship",
}  # fmt: skip


@pytest.fixture(scope="module")
def county() -> County:
    return invent_county(SEEDED_ON)


def test_the_grids_cover_the_county_without_gap_or_overlap(county):
    outlines = [grid.outline for grid in county.map.grids]
    whole = next(division.outline for division in county.map.divisions if division.level == "county")
    assert len(outlines) == 120
    assert shapely.coverage_is_valid(outlines)
    assert all(outline.geom_type == "Polygon" and outline.is_valid for outline in outlines)
    assert shapely.union_all(outlines).symmetric_difference(whole).area < 1e-12


def test_villages_and_townships_are_unions_of_what_lies_in_them(county):
    levels = {
        level: [d for d in county.map.divisions if d.level == level] for level in ("township", "village")
    }
    assert (len(levels["township"]), len(levels["village"])) == (6, 40)
    for division in (*levels["township"], *levels["village"]):
        inside = [grid.outline for grid in county.map.grids if grid.code.startswith(division.code)]
        assert division.outline.equals(shapely.coverage_union_all(inside))


def test_codes_follow_the_standard_and_are_nobody_elses(county):
    for division in county.map.divisions:
        assert len(division.code) == {"city": 4, "county": 6, "township": 9, "village": 12}[division.level]
        assert division.code.startswith("5099")
    assert len({grid.code for grid in county.map.grids}) == 120
    kinds = {
        division.name[-1]: division.code[6]
        for division in county.map.divisions
        if division.level == "township"
    }
    assert kinds == {"道": "0", "镇": "1", "乡": "2"}


def test_grid_serials_run_west_to_east_then_south(county):
    for village in {grid.village for grid in county.map.grids}:
        own = [grid for grid in county.map.grids if grid.village == village]
        assert [grid.code for grid in own] == [f"{village}{n:03d}" for n in range(1, len(own) + 1)]
        middles = [grid.outline.representative_point() for grid in own]
        halfway = (max(p.y for p in middles) + min(p.y for p in middles)) / 2
        rows = [(p.y < halfway, p.x) for p in middles]
        assert rows == sorted(rows)


def test_town_grids_are_small_and_country_grids_are_large(county):
    sizes = {area: [g.square_km for g in county.map.grids if g.area == area] for area in ("urban", "rural")}
    assert min(sizes["urban"]) >= 0.1
    assert max(sizes["urban"]) <= 0.4
    assert min(sizes["rural"]) >= 1
    assert max(sizes["rural"]) <= 6


def test_every_door_and_must_see_point_lies_in_its_grid(county):
    for grid in county.map.grids:
        assert 3 <= len(grid.must_see) <= 6
        places = [(point.lon, point.lat) for point in grid.must_see]
        places += [household.position for household in county.by_grid[grid.code] if household.position]
        assert shapely.contains_xy(grid.outline, *zip(*places, strict=True)).all()


def test_two_grids_know_too_few_of_their_doors(county):
    shares = [sum(h.position is not None for h in group) / len(group) for group in county.by_grid.values()]
    assert sum(share < 0.7 for share in shares) == 2
    assert 0.75 < sum(shares) / len(shares) < 0.95


def test_the_people_are_as_many_and_as_uneven_as_in_a_real_county(county):
    heads = sum(household.people for household in county.households)
    cared_for = sum(len(household.cared_for) for household in county.households)
    sizes = sorted(len(group) for group in county.by_grid.values())
    assert 3300 <= len(county.households) <= 3900
    assert 8000 <= heads <= 10_000
    assert 0.07 <= cared_for / heads <= 0.09
    assert sizes[-1] > 3 * sizes[0]
    assert len({household.address for household in county.households}) == len(county.households)


def test_care_tags_are_those_of_the_list_and_of_every_tier(county):
    persons = [person for household in county.households for person in household.persons]
    tags = [tag for person in persons for tag in person.tags]
    assert {tag.code for tag in tags} == CARE_TAGS
    assert {person.tier for person in persons} == {None, "weekly", "monthly", "quarterly"}
    assert all(tag.begun_on < SEEDED_ON for tag in tags)
    assert any(tag.begun_on > county.first_day for tag in tags)
    assert any(tag.ended_on for tag in tags)
    assert all(
        sum(person.householder for person in household.persons) == 1 for household in county.households
    )


def test_nobody_can_be_telephoned(county):
    phones = [person.phone for household in county.households for person in household.persons if person.phone]
    phones += [member.phone for member in county.staff]
    assert all(number.startswith(PHONE_PREFIX) and len(number) == 11 for number in phones)
    assert len(set(phones)) == len(phones)


def test_every_grid_but_the_vacant_one_has_its_own_worker(county):
    stood_in_for = [
        grid
        for grid in county.grids
        for post in county.worker(grid, SEEDED_ON).posts
        if post.jurisdiction == grid and post.stand_in_for
    ]
    workers = [member for member in county.staff if member.role is Role.GRID_WORKER]
    registrars = [
        post.jurisdiction for m in county.staff for post in m.posts if post.function is Function.REGISTRAR
    ]
    assert len(stood_in_for) == 1
    assert len(workers) == 117
    assert len(registrars) == len(set(registrars)) == 40
    assert sum(len([p for p in m.posts if p.stand_in_for is None]) == 2 for m in workers) == 3


def test_the_vacant_grid_had_nobody_for_three_days(county):
    vacant = next(p.jurisdiction for m in county.staff for p in m.posts if p.stand_in_for)
    days = [county.first_day + dt.timedelta(days=n) for n in range(92)]
    assert sum(county.worker(vacant, day) is None for day in days) == 2


def test_the_admin_signs_in_with_an_email_address(county):
    assert [member.username.count("@") for member in county.staff if member.role is Role.ADMIN] == [1]
    assert {member.role for member in county.staff} == set(Role)
    assert len({member.username for member in county.staff}) == len(county.staff)


def test_the_same_date_invents_the_same_county(county):
    again = invent_county(SEEDED_ON)
    assert again.households == county.households
    assert again.staff == county.staff
    assert [g.outline.wkb for g in draw_county().grids] == [g.outline.wkb for g in county.map.grids]
