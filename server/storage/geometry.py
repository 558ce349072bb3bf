"""One geometry column for two databases: a Shapely geometry in WGS-84 degrees, longitude first.

PostGIS keeps a true geometry column for QGIS and analysts; SQLite keeps WKB. The order of the variants matters: with
GeoAlchemy2 as the plain type its DDL hooks look for SpatiaLite functions on SQLite (DECISIONS 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from geoalchemy2 import Geometry as PostgisColumn
from geoalchemy2.elements import WKBElement
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from shapely import from_wkb, set_srid, to_wkb
from shapely.geometry.base import BaseGeometry
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

WGS84 = 4326


class _WkbGeometry(TypeDecorator[BaseGeometry]):
    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> bytes | None:
        return None if value is None else to_wkb(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> BaseGeometry | None:
        return None if value is None else from_wkb(value)


class _PostgisGeometry(TypeDecorator[BaseGeometry]):
    impl = PostgisColumn
    cache_ok = True

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> str | None:
        # Hexadecimal EWKB: of a WKBElement GeoAlchemy2 would make text again, digit by digit.
        return None if value is None else to_wkb(set_srid(value, WGS84), hex=True, include_srid=True)

    def process_result_value(self, value: WKBElement | None, dialect: Dialect) -> BaseGeometry | None:
        return None if value is None else to_shape(value)


def geometry(kind: str) -> TypeEngine[BaseGeometry]:
    """A column of one geometry kind ("POINT", "MULTIPOLYGON", "LINESTRING"): PostGIS geometry there, WKB elsewhere."""
    return _WkbGeometry().with_variant(_PostgisGeometry(kind, srid=WGS84, spatial_index=False), "postgresql")


def undecoded(column: Any) -> sa.ColumnElement[Any]:
    """A geometry column as the database keeps it: bytes, or hexadecimal text. For many rows at once, with `decoded`."""
    return sa.type_coerce(column, sa.types.NullType())


def decoded(values: Sequence[Any]) -> NDArray[np.object_]:
    """Return the geometries of what `undecoded` gave, None for None; ten times as fast as one by one."""
    shapes: NDArray[np.object_] = from_wkb(np.array(values, dtype=object))
    return shapes


def point_degrees(values: Sequence[bytes | str]) -> NDArray[np.float64]:
    """Longitude and latitude of points that `undecoded` gave, shape (n, 2): of many, ten times as fast as geometries."""
    written: Any = values  # one database gives all as text, the other none
    raw = bytes.fromhex("".join(written)) if isinstance(values[0], str) else b"".join(written)
    return degrees_of(raw, len(values))


def degrees_of(raw: bytes, number: int) -> NDArray[np.float64]:
    """Longitude and latitude of so many points one after the other, shape (number, 2).

    Whether or not its system stands before them, the record of a point ends with its two numbers.
    """
    records = np.frombuffer(raw, np.uint8).reshape(number, -1)
    return records[:, -16:].copy().view("<f8")


def gist_index(table: str, column: str) -> sa.Index:
    """The spatial index of a geometry column; it exists on PostGIS only."""
    return sa.Index(f"ix_{table}_{column}_gist", column, postgresql_using="gist").ddl_if(dialect="postgresql")
