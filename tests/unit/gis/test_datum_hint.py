"""Known places tell in which datum a map really is."""

import numpy as np
import pytest
import shapely
from shapely import box

from gis.coordinates import Datum, convert, shift
from gis.datum_hint import hinted
from gis.grid_index import GridIndex
from gis.measure import Coordinates

CODES = [f"500233001001{number:03d}" for number in range(1, 26)]
SQUARES = [
    box(108 + 0.004 * column, 30 + 0.004 * row, 108.004 + 0.004 * column, 30.004 + 0.004 * row)
    for column in range(5)
    for row in range(5)
]
TRUE = GridIndex(CODES, SQUARES)


def places() -> tuple[Coordinates, list[str | None]]:
    found = shapely.get_coordinates([shape.centroid for shape in SQUARES])
    return found, TRUE.locate_many(found[:, 0], found[:, 1])


def as_declared(real: Datum, declared: Datum) -> GridIndex:
    """The grids of a file in `real` that was converted as if it were in `declared`."""
    drawn = [convert(shape, source="wgs84", target=real) for shape in SQUARES]
    return GridIndex(CODES, [convert(shape, source=declared, target="wgs84") for shape in drawn])


@pytest.mark.parametrize("real", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("declared", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_the_datum_a_map_is_really_in_is_told_where_another_was_declared(
    real: Datum, declared: Datum
) -> None:
    known, codes = places()
    hint = hinted(as_declared(real, declared), known, codes, declared=declared)
    if real == declared or {real, declared} == {"wgs84", "cgcs2000"}:
        assert hint is None
    else:
        assert hint is not None
        assert (hint.datum, hint.share_then) == (real, 1.0)
        assert hint.share_declared < 0.5
        assert "请核对坐标系" in hint.message


def test_places_nobody_knows_the_grid_of_tell_where_they_fall_out_of_all() -> None:
    far = box(108.002, 30.002, 108.003, 30.003)
    index = GridIndex(CODES[:1], [convert(far, source="wgs84", target="bd09")])
    centre = np.array([[108.0025, 30.0025]])
    hint = hinted(index, centre, [None], declared="wgs84")
    assert hint is not None
    assert hint.datum == "bd09"


def test_no_places_and_places_that_fit_no_datum_tell_nothing() -> None:
    known, codes = places()
    assert hinted(TRUE, np.empty((0, 2)), [], declared="wgs84") is None
    assert hinted(TRUE, known + 5.0, codes, declared="wgs84") is None
    moved = shift(known, source="wgs84", target="gcj02")
    assert hinted(TRUE, moved, [None] * len(moved), declared="wgs84") is None, "most still lie in some grid"
