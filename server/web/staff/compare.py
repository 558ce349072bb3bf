"""对比: a layer now and four weeks earlier, side by side, with what changed in each grid (METRICS H "Compare")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, url_for

from server.domain.permissions import Permission
from server.figures.grid_layers import LAYERS, GridFigure, GridLayer
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import moment
from server.web.parsing import query
from server.web.parts import database
from server.web.staff.downloads import spreadsheet
from server.web.staff.layers import LayerQuery, here, legend, then
from server.web.staff.maps import PAGE_SIZE, area_filter, map_host
from server.web.staff.pages import page
from server.work import Reading

WEEKS = 4


@dataclass(frozen=True, slots=True)
class Change:
    """A grid now and `before`; `more`: by how much its n has grown."""

    now: GridFigure
    before: GridFigure

    @property
    def more(self) -> int:
        """How many more than before; fewer where negative."""
        return self.now.n - self.before.n


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/maps/compare")(compare)
    blueprint.get("/maps/compare.csv")(compare_csv)


@requires(Permission.VIEW_MAPS)
def compare() -> str:
    """Two maps of one layer and area with one view, and the grids by how much they changed, the worse ones first."""
    wanted = query(LayerQuery)
    kind = wanted.kind
    with database().read(current_actor()) as reading:
        now, before = _both(reading, wanted)
        hosts = [
            map_host(
                reading,
                "grids",
                area=wanted.area,
                data_url=url_for("staff.layer_values", layer=wanted.layer, area=wanted.area, weeks=weeks),
                title=f"{kind.label}，{words}",
            )
            for weeks, words in ((WEEKS, "四周前"), (0, "现在"))
        ]
        area = area_filter(reading, wanted.area)
    changes = _changes(now, before)
    return page(
        "compare.html",
        as_of=now.as_of,
        kind=kind,
        now=now,
        before=before,
        hosts=list(zip(hosts, (moment(before.as_of), moment(now.as_of)), strict=True)),
        tabs=[
            (other.label, url_for("staff.compare", layer=name, area=wanted.area), name == wanted.layer)
            for name, other in LAYERS.items()
            if other.then is not None and current_actor().may(other.permission)
        ],
        filters=[area],
        keep={"layer": wanted.layer},
        legend=legend(kind),
        changes=changes[(wanted.page - 1) * PAGE_SIZE : wanted.page * PAGE_SIZE],
        total=len(changes),
        page_number=wanted.page,
        pages=-(-len(changes) // PAGE_SIZE),
        layer_url=url_for("staff.layers", layer=wanted.layer, area=wanted.area),
        csv_url=here("staff.compare_csv", page=None),
    )


@requires(Permission.VIEW_MAPS)
def compare_csv() -> Response:
    """The table as a file."""
    wanted = query(LayerQuery)
    kind = wanted.kind
    with database().read(current_actor()) as reading:
        now, before = _both(reading, wanted)
    header = (
        "网格代码", "乡镇", "村（社区）", "网格", f"现在{kind.of_n}", f"现在{kind.of_d}",
        f"四周前{kind.of_n}", f"四周前{kind.of_d}", f"{kind.of_n}的变化",
    )  # fmt: skip
    rows = [
        (
            each.now.grid.code, each.now.grid.township, each.now.grid.village, each.now.grid.name,
            each.now.n, each.now.d, each.before.n, each.before.d, each.more,
        )
        for each in _changes(now, before)
    ]  # fmt: skip
    return spreadsheet(f"{kind.label} 和四周前比", header, rows)


def _both(reading: Reading, wanted: LayerQuery) -> tuple[GridLayer, GridLayer]:
    now = wanted.kind.compute(reading, wanted.area)
    return now, then(reading, wanted.kind, wanted.area, weeks=WEEKS)


def _changes(now: GridLayer, before: GridLayer) -> Sequence[Change]:
    """The grids that were there both times, those that grew most first."""
    earlier = {line.grid.code: line for line in before.lines}
    found = [Change(line, earlier[line.grid.code]) for line in now.lines if line.grid.code in earlier]
    return sorted(found, key=lambda each: (-each.more, each.now.grid.code))
