"""网格规模: which grids are too large or too small for the norm of their county, or have nobody (FD-01, FD-03)."""

from __future__ import annotations

from server.figures.grid_layers.layer import GridFigure, GridLayer, Layer, layer_of
from server.figures.grid_norms import GridNorm, norms
from server.work import Reading

_UNITS = {"person": "人", "household": "户"}
_FITS = "fits"


def sizes(reading: Reading, area: str | None) -> GridLayer:
    """网格规模: n grids that do not keep to the norm of d 一般 grids of which the size is known."""
    return layer_of(reading, [_line(each) for each in norms(reading, area)])


def _line(each: GridNorm) -> GridFigure:
    unit = _UNITS[each.norm.unit]
    asked = f"{each.norm.least}–{each.norm.most} {unit}"
    return GridFigure(
        grid=each.grid,
        n=int(each.level != _FITS),
        d=1,
        text=f"{each.count}{unit}",
        level=each.level,
        told=f"{each.count} {unit}，规模应在 {asked}",
        cells=(each.count, unit, asked),
        weight=(int(each.level == "unstaffed"), int(each.level != _FITS), each.count),
    )


SIZES = Layer(
    label="网格规模",
    levels=("fits", "too_small", "too_large", "unstaffed"),
    of_n="不合规模或没配人",
    of_d="网格",
    unit="格",
    number="格内数字：现有户数或人数",
    columns=("现有", "单位", "应在"),
    note="只看一般网格；住户或人口都没有登记的不算",
    # Not of earlier: what the register held then is not counted again.
    compute=sizes,
)
