"""Which grid a household gets when boundaries change."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from server.domain.rehousing import Sited, rehoused

OLD, WEST, EAST, BESIDE = "001", "003", "004", "002"
BEFORE = {OLD: box(0, 0, 2, 1), BESIDE: box(2, 0, 4, 1)}
SPLIT = {WEST: box(0, 0, 1, 1), EAST: box(1, 0, 2, 1), BESIDE: BEFORE[BESIDE]}
FROM_OLD = {WEST: (OLD,), EAST: (OLD,), BESIDE: (BESIDE,)}


def dwelling(place: tuple[float, float] | None, *, grid: str = OLD) -> Sited:
    return Sited(uuid.uuid4(), grid, None if place is None else Point(place))


def test_a_household_without_a_door_goes_with_most_of_its_neighbours() -> None:
    homes = [
        dwelling((1.5, 0.5)),
        dwelling((1.6, 0.5)),
        dwelling((0.5, 0.5)),
        dwelling(None),
        dwelling((9, 9)),
    ]
    found = rehoused(homes, before=BEFORE, after=SPLIT, origins=FROM_OLD)
    assert [(change.to, change.placed) for change in found] == [
        (EAST, True),
        (EAST, True),
        (WEST, True),
        (EAST, False),
        (EAST, False),
    ]


def test_a_merger_takes_everybody_with_it() -> None:
    joined = {"005": box(0, 0, 4, 1)}
    homes = [dwelling(None), dwelling((3, 0.5), grid=BESIDE), dwelling(None, grid=BESIDE)]
    found = rehoused(homes, before=BEFORE, after=joined, origins={"005": (OLD, BESIDE)})
    assert [(change.to, change.placed) for change in found] == [("005", True)] * 3


def test_a_door_that_never_lay_in_its_grid_is_not_moved_by_a_border() -> None:
    moved = {OLD: box(0, 0, 1.5, 1), BESIDE: box(1.5, 0, 4, 1)}
    homes = [dwelling((1.7, 0.5)), dwelling((3, 0.5)), dwelling(None), dwelling((1, 0.5))]
    found = rehoused(homes, before=BEFORE, after=moved, origins={})
    assert [(change.sited, change.to) for change in found] == [(homes[0], BESIDE)]


def test_where_no_border_moved_nobody_does() -> None:
    homes = [dwelling((3, 0.5), grid=OLD), dwelling(None)]
    assert rehoused(homes, before=BEFORE, after=dict(BEFORE), origins={}) == []


PLACES = st.one_of(st.none(), st.tuples(st.floats(0, 4), st.floats(0, 1)))


@given(st.lists(st.tuples(PLACES, st.sampled_from([OLD, BESIDE])), max_size=30))
def test_nobody_is_left_in_a_grid_that_has_ended(homes: list[tuple[tuple[float, float] | None, str]]) -> None:
    dwellings = [dwelling(place, grid=grid) for place, grid in homes]
    found = {
        change.sited.id: change
        for change in rehoused(dwellings, before=BEFORE, after=SPLIT, origins=FROM_OLD)
    }
    for each in dwellings:
        change = found.get(each.id)
        assert (change is not None) == (each.grid == OLD)
        if change is not None:
            assert change.to in (WEST, EAST)
            assert not change.placed or SPLIT[change.to].covers(each.point)
