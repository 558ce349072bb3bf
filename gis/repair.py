"""Putting a wrong outline right, where somebody asks for it, and saying what that did to its area."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gis.measure import area_m2
from gis.validate import Feature

AnyFeature = TypeVar("AnyFeature", bound=Feature)


@dataclass(frozen=True, slots=True)
class Repair:
    """An outline that was put right, with its square metres before and after."""

    code: str
    name: str
    before_m2: float
    after_m2: float

    @property
    def message(self) -> str:
        """What was done, in Chinese, for the person who asked for it."""
        return f"「{self.name}」的边界已修复，面积由 {self.before_m2:,.0f} 平方米变为 {self.after_m2:,.0f} 平方米"


def repaired(feature: AnyFeature) -> tuple[AnyFeature, Repair | None]:
    """修复边界：return the feature with a valid outline of polygons only, and what that changed; None where it was fine.

    A ring that crosses itself becomes the ground its loops enclose; points and lines mixed with polygons are left
    out. An outline without any ground stays as it is, for `examine` to refuse.
    """
    shape = feature.geometry
    if shape is None or shape.is_empty or (shape.is_valid and _is_polygonal(shape)):
        return feature, None
    ground = _polygons(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    if ground.is_empty:
        return feature, None
    repair = Repair(feature.code, feature.name, area_m2(shape), area_m2(ground))
    return replace(feature, geometry=ground), repair


def _is_polygonal(shape: BaseGeometry) -> bool:
    return shape.geom_type in {"Polygon", "MultiPolygon"}


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a shape as one, those nested in collections too."""
    # Twice: the parts of a collection may be many polygons themselves.
    parts = shapely.get_parts(shapely.get_parts(shape))
    found = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    if len(found) == 1:
        single: BaseGeometry = found[0]
        return single
    united: BaseGeometry = shapely.union_all(found) if found else MultiPolygon()
    return united
