"""Eighteen patrols of rangers and five ways through Beijing, as real receivers told them."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString

from gis.measure import LocalPlane
from gis.measure import length_m as line_length_m
from gis.swath import length_m
from gis.tracks import LONGEST_GAP_M, Fix, clean

pytestmark = pytest.mark.shared

ACCURACY_M = 10.0
"""Neither source says its accuracy; this is what phones say in the open."""
Tracks = dict[str, list[Fix]]


def fixes(frame: pd.DataFrame, points: np.ndarray, times: list[datetime]) -> list[Fix]:
    places = shapely.get_coordinates(points).tolist()
    return [Fix(lon, lat, ACCURACY_M, at) for (lon, lat), at in zip(places, times, strict=True)]


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(os.environ["WANGGE_TEST_SHARED"]) / "data"


@pytest.fixture(scope="module")
def patrols(folder: Path) -> Tracks:
    frame = pd.read_parquet(folder / "patrol" / "smart_patrols.parquet")
    return {
        name: fixes(rows, shapely.from_wkb(rows.geometry.to_numpy()), list(rows.fixtime.dt.to_pydatetime()))
        for name, rows in frame.groupby("patrol_id")
    }


@pytest.fixture(scope="module")
def ways(folder: Path) -> Tracks:
    frame = gpd.read_file(folder / "traces" / "geolife.gpkg")
    times = pd.to_datetime(frame.t)
    return {
        str(name): fixes(rows, rows.geometry.to_numpy(), list(times[rows.index].dt.to_pydatetime()))
        for name, rows in frame.groupby("trajectory_id")
    }


def raw_m(track: list[Fix]) -> float:
    in_order = sorted(track, key=lambda fix: 0 if fix.at is None else fix.at.timestamp())
    return line_length_m(LineString([(fix.lon, fix.lat) for fix in in_order]))


def test_of_a_thousand_raw_kilometres_a_quarter_was_walked(patrols: Tracks) -> None:
    """Gaps of kilometres were drawn as walked; a repeated time adds nothing."""
    assert (len(patrols), sum(map(len, patrols.values()))) == (18, 32_145)
    instants = sum(len({fix.at for fix in track}) for track in patrols.values())
    assert instants < 11_000
    raw = sum(raw_m(track) for track in patrols.values())
    walked = sum(length_m(clean(track)) for track in patrols.values())
    assert raw > 1_000_000
    assert 0.18 * raw < walked < 0.28 * raw


def test_five_ways_through_beijing_keep_what_was_not_ridden_too_fast(ways: Tracks) -> None:
    shares = sorted(length_m(clean(track)) / raw_m(track) for track in ways.values())
    assert (len(ways), sum(map(len, ways.values()))) == (5, 5_908)
    assert shares[0] < 0.2, "one was ridden faster than anybody patrols, with gaps"
    assert 0.75 < shares[1] <= shares[-1] < 1


@pytest.mark.parametrize("source", ["patrols", "ways"])
def test_no_part_bridges_a_gap_and_order_and_repeats_change_nothing(
    source: str, request: pytest.FixtureRequest
) -> None:
    tracks: Tracks = request.getfixturevalue(source)
    for track in tracks.values():
        parts = clean(track)
        assert clean(track[::-1] + track[::7]) == parts
        plane = LocalPlane(track[0].lon, track[0].lat)
        for part in parts:
            steps = np.hypot(*np.diff(plane.to_local(np.array(part.coords)), axis=0).T)
            assert (steps < 2 * LONGEST_GAP_M).all()
