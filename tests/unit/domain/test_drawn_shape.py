"""What a browser sends as a drawing, and what of it is no drawing."""

from __future__ import annotations

import json

import pytest

from server.domain import drawn_shape
from server.domain.problems import Invalid


def geojson(kind: str, coordinates: object) -> str:
    return json.dumps({"type": kind, "coordinates": coordinates})


SQUARE = [[108, 30], [108.01, 30], [108.01, 30.01], [108, 30.01], [108, 30]]
BOW_TIE = [[108, 30], [108.01, 30.01], [108.01, 30], [108, 30.01], [108, 30]]


def test_an_outline_comes_as_it_was_drawn_without_heights() -> None:
    raised = [[lon, lat, 350.0] for lon, lat in SQUARE]
    shape = drawn_shape.outline(geojson("Polygon", [raised]))
    assert not shape.has_z
    assert shape.bounds == (108, 30, 108.01, 30.01)


def test_what_was_not_moved_stays_where_it_was_to_the_last_digit() -> None:
    lon = 108.00466666666667
    shape = drawn_shape.line(geojson("LineString", [[lon, 30], [108, 31]]))
    assert shape.coords[0][0] == lon


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_shape"),
        ("[]", "not_a_shape"),
        ("{", "not_a_shape"),
        (geojson("Point", [108, 30]), "not_a_shape"),
        (geojson("Polygon", []), "not_a_shape"),
        (geojson("Polygon", [[[108, 30], [108.01, 30]]]), "not_a_shape"),
        (geojson("Polygon", [BOW_TIE]), "crosses_itself"),
        (geojson("Polygon", [[[500, 30], [501, 30], [501, 31], [500, 30]]]), "not_on_earth"),
        (
            geojson("Polygon", [[[108, 30], [108.000001, 30], [108.000001, 30.000001], [108, 30]]]),
            "too_small",
        ),
        (
            geojson(
                "Polygon", [[[108 + each / 1e6, 30] for each in range(100_000)] + [[108, 31], [108, 30]]]
            ),
            "too_many_points",
        ),
    ],
)
def test_what_is_no_outline_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        drawn_shape.outline(text)
    assert refused.value.code == f"redrawing.{code}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (geojson("Polygon", [SQUARE]), "not_a_shape"),
        (geojson("LineString", BOW_TIE), "crosses_itself"),
    ],
)
def test_what_is_no_line_to_cut_along_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        drawn_shape.line(text)
    assert refused.value.code == f"redrawing.{code}"
