from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Fix, choices_of, day, geopoint, geotrace, moment

degrees = st.floats(-90, 90)


@given(lat=degrees, lon=st.floats(-180, 180), altitude=st.floats(-500, 9000), accuracy=st.floats(0, 5000))
def test_a_position_reads_back_as_it_was_written(lat, lon, altitude, accuracy):
    assert geopoint(f"{lat!r} {lon!r} {altitude!r} {accuracy!r}") == Fix(lon, lat, altitude, accuracy)


def test_a_tap_on_the_map_has_neither_altitude_nor_accuracy():
    assert geopoint("31.2315 121.4749") == Fix(121.4749, 31.2315, None, None)
    assert geopoint("31.2315 121.4749 4.5") == Fix(121.4749, 31.2315, 4.5, None)


def test_an_accuracy_of_zero_is_kept_because_it_marks_a_mock_location():
    assert geopoint("31.2 121.4 0.0 0.0") == Fix(121.4, 31.2, 0.0, 0.0)


def test_a_negative_accuracy_is_not_believed():
    assert geopoint("31.2 121.4 0 -1") == Fix(121.4, 31.2, 0.0, None)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "31.2",
        "nan 121",
        "inf 121",
        "31.2 abc",
        "91 121",
        "31 181",
        "1_0 2",
        "３１ １２１",
        "1 2 3 4 5",
        "31,2 121,4",
        "1e999 2",
    ],
)
def test_a_broken_position_is_none(text):
    assert geopoint(text) is None


@given(
    points=st.lists(st.tuples(degrees, degrees), max_size=8),
    separator=st.sampled_from([";", "; ", " ; "]),
    last=st.booleans(),
)
def test_a_track_reads_back_in_order(points, separator, last):
    text = separator.join(f"{lat!r} {lon!r} 0.0 5.0" for lat, lon in points) + (separator if last else "")
    assert geotrace(text) == tuple(Fix(lon, lat, 0.0, 5.0) for lat, lon in points)


def test_a_broken_point_does_not_cost_the_rest_of_the_track():
    assert [fix.lat for fix in geotrace("31.1 121 0 0; rubbish; 31.2 121 0 0;")] == [31.1, 31.2]
    assert geotrace(None) == ()


@pytest.mark.parametrize("zone", ["+08:00", "+08", "+0800"])
def test_a_moment_is_read_in_its_zone(zone):
    assert moment(f"2026-11-21T19:37:39.579{zone}") == datetime(2026, 11, 21, 11, 37, 39, 579000, tzinfo=UTC)


def test_a_moment_in_utc_is_read():
    assert moment(" 2026-11-21T11:37Z ") == datetime(2026, 11, 21, 11, 37, tzinfo=UTC)


@given(said=st.datetimes().filter(lambda said: 1 < said.year < 9999), minutes=st.integers(-14 * 60, 14 * 60))
def test_a_moment_reads_back_as_it_was_written(said, minutes):
    aware = said.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(aware.isoformat()) == aware


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "2026-11-21",
        "2026-11-21T19:37:39",
        "2026-13-21T19:37:39Z",
        "0001-01-01T00:00:00+08:00",
        "2026-11-21T19:37:39+99:00",
        "２026-11-21T11:37Z",
    ],
)
def test_a_broken_moment_is_none(text):
    assert moment(text) is None


@pytest.mark.parametrize("text", ["2026-11-21", " 2026-11-21 ", "2026-11-21T00:00:00.000+08:00"])
def test_a_day_is_the_one_the_phone_showed(text):
    assert day(text) == date(2026, 11, 21)


@pytest.mark.parametrize("text", [None, "", "2026-02-30", "20261121", "2026-W47-6", "昨天", "2026-11-21 x"])
def test_a_broken_day_is_none(text):
    assert day(text) is None


def test_chosen_names_keep_their_order_and_come_once():
    assert choices_of(" police  volunteer police\n") == ("police", "volunteer")
    assert choices_of(None) == ()


@given(text=st.text())
def test_no_text_whatever_raises(text):
    geopoint(text), geotrace(text), moment(text), day(text), choices_of(text)
