"""图层: what a map of grids can be coloured by; patrols of any period and visits have pages of their own besides."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from server.figures.grid_layers.cases import AGEING, DEADLINES, oldest_levels
from server.figures.grid_layers.ground import UNSEEN, VACANCIES
from server.figures.grid_layers.hot import HOT
from server.figures.grid_layers.layer import GridFigure, GridLayer, Layer, earlier
from server.figures.grid_layers.norms import SIZES
from server.figures.grid_layers.unresolved import unresolved_now
from server.figures.grid_layers.walked import PATROLS

LAYERS: Mapping[str, Layer] = MappingProxyType(
    {
        "ageing": AGEING,
        "deadlines": DEADLINES,
        "hot": HOT,
        "patrols": PATROLS,
        "unseen": UNSEEN,
        "vacancies": VACANCIES,
        "sizes": SIZES,
    }
)
"""The layers by the name their address has, in the order of their tabs."""

__all__ = ["LAYERS", "GridFigure", "GridLayer", "Layer", "earlier", "oldest_levels", "unresolved_now"]
