"""The datums met in China, and the way between them.

Phones, browsers and 天地图 speak WGS-84 (CGCS2000 differs by about a metre and is taken as the same).
高德 and 腾讯 publish GCJ-02, about 500 m off; 百度 publishes BD-09, about a kilometre off.
Everything kept is WGS-84; these functions are for what comes in and for base maps that demand another datum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.measure import Coordinates

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
Drawn = TypeVar("Drawn", BaseGeometry, NDArray[np.object_])
"""A geometry, or an array of them at a time: of very many, ten times as fast as one by one."""

# The ellipsoid GCJ-02 is defined on is Krasovsky's, not WGS-84's.
_KRASOVSKY_RADIUS_M = 6_378_245.0
_KRASOVSKY_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_SHIFTED_WEST, _SHIFTED_EAST = 72.004, 137.8347
_SHIFTED_SOUTH, _SHIFTED_NORTH = 0.8293, 55.8271
_BD09_OFFSET: Coordinates = np.array([0.0065, 0.006])
_BD09_WAVE = np.pi * 3000 / 180
# Both shifts are contractions by a factor of about fifty or more: eight rounds reach the last bit of a double.
_ROUNDS = 8


def convert(geometry: Drawn, *, source: Datum, target: Datum) -> Drawn:
    """转换坐标系：return `geometry` (degrees of `source`) in degrees of `target`; heights are dropped."""
    return shapely.transform(geometry, lambda degrees: shift(degrees, source=source, target=target))


def shift(degrees: Coordinates, *, source: Datum, target: Datum) -> Coordinates:
    """Turn (n, 2) longitudes and latitudes of `source` into those of `target`, both in degrees."""
    return _FROM_WGS84[target](_TO_WGS84[source](np.asarray(degrees, dtype=np.float64)))


def _unchanged(degrees: Coordinates) -> Coordinates:
    return degrees


def _wgs84_to_gcj02(wgs84: Coordinates) -> Coordinates:
    lon, lat = wgs84[:, 0], wgs84[:, 1]
    shifted = (
        (lon >= _SHIFTED_WEST) & (lon <= _SHIFTED_EAST) & (lat >= _SHIFTED_SOUTH) & (lat <= _SHIFTED_NORTH)
    )
    return wgs84 + np.where(shifted[:, None], _gcj02_offset(lon - 105.0, lat - 35.0, np.radians(lat)), 0.0)


def _gcj02_offset(x: Coordinates, y: Coordinates, latitude: Coordinates) -> Coordinates:
    """Return the (n, 2) offset in degrees; `x`, `y` are degrees from 105° E, 35° N, `latitude` is in radians."""
    root = np.sqrt(np.abs(x))
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + _wave(x, (20, 1), (40, 3)) + _wave(x, (150, 12), (300, 30))) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (ripple + _wave(y, (20, 1), (40, 3)) + _wave(y, (160, 12), (320, 30))) * 2 / 3
    flattening = 1 - _KRASOVSKY_ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    prime_vertical = _KRASOVSKY_RADIUS_M / np.sqrt(flattening)
    meridional = prime_vertical * (1 - _KRASOVSKY_ECCENTRICITY_SQUARED) / flattening
    offset: Coordinates = np.column_stack([east / (prime_vertical * np.cos(latitude)), north / meridional])
    return np.degrees(offset)


def _wave(t: Coordinates, *terms: tuple[float, float]) -> Coordinates:
    """Sum sines of `t` given as (amplitude, half period)."""
    total = np.zeros_like(t)
    for amplitude, half_period in terms:
        total += amplitude * np.sin(np.pi * t / half_period)
    return total


def _gcj02_to_bd09(gcj02: Coordinates) -> Coordinates:
    x, y = gcj02[:, 0], gcj02[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD09_WAVE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD09_WAVE)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]) + _BD09_OFFSET


def _inverse(shift_forward: Callable[[Coordinates], Coordinates]) -> Callable[[Coordinates], Coordinates]:
    """Return the inverse of a small shift, by fixed point."""

    def shift_back(shifted: Coordinates) -> Coordinates:
        origin = shifted
        for _ in range(_ROUNDS):
            origin = shifted - (shift_forward(origin) - origin)
        return origin

    return shift_back


def _wgs84_to_bd09(wgs84: Coordinates) -> Coordinates:
    return _gcj02_to_bd09(_wgs84_to_gcj02(wgs84))


def _bd09_to_wgs84(bd09: Coordinates) -> Coordinates:
    return _inverse(_wgs84_to_gcj02)(_inverse(_gcj02_to_bd09)(bd09))


_FROM_WGS84: dict[Datum, Callable[[Coordinates], Coordinates]] = {
    "wgs84": _unchanged,
    "cgcs2000": _unchanged,
    "gcj02": _wgs84_to_gcj02,
    "bd09": _wgs84_to_bd09,
}
_TO_WGS84: dict[Datum, Callable[[Coordinates], Coordinates]] = {
    "wgs84": _unchanged,
    "cgcs2000": _unchanged,
    "gcj02": _inverse(_wgs84_to_gcj02),
    "bd09": _bd09_to_wgs84,
}
