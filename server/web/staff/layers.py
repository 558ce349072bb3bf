"""图层: maps of what is not a duty — ageing, deadlines, places long unseen, vacancies —, their tables and files."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, request, url_for
from pydantic import Field

from server.domain.obligation import LOOKS
from server.domain.permissions import Permission
from server.domain.problems import Forbidden, NotFound
from server.figures import open_cases
from server.figures.case_words import CLASSES
from server.figures.compliance import duties
from server.figures.grid_layers import LAYERS, GridFigure, GridLayer, Layer, earlier
from server.figures.grid_layers.layer import Part
from server.storage.selection import Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, query
from server.web.parts import database
from server.web.staff.downloads import spreadsheet
from server.web.staff.maps import PAGE_SIZE, area_filter, map_host, values
from server.web.staff.pages import page
from server.work import Reading

Tab = tuple[str, str, bool]
"""Its words, its address, whether it is the one shown."""

_NEEDIEST = 12


class LayerQuery(Submitted):
    """What a layer is asked: which, of what area, and so many weeks earlier (only for its map's values)."""

    layer: str = "ageing"
    area: str | None = None
    weeks: int = Field(default=0, ge=0, le=52)
    page: int = Field(default=1, ge=1)

    @property
    def kind(self) -> Layer:
        """The layer. Raises NotFound("page.unknown") for one there is not, Forbidden for one not his to see."""
        if self.layer not in LAYERS:
            raise NotFound("page.unknown")
        found = LAYERS[self.layer]
        if not current_actor().may(found.permission):
            raise Forbidden("actor.not_permitted")
        return found


class RowsQuery(LayerQuery):
    """Which demands: those of n or of d, of a grid or of the area."""

    part: Part = "d"
    grid: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/maps/layers")(layers)
    blueprint.get("/maps/layers/values")(layer_values)
    blueprint.get("/maps/layers/rows", endpoint="layer_rows")(rows)
    blueprint.get("/maps/layers.csv")(layers_csv)


@requires(Permission.VIEW_MAPS)
def layers() -> str:
    """The map of a layer with the grids to look at first, the sums of the divisions, and the table."""
    wanted = query(LayerQuery)
    kind = wanted.kind
    with database().read(current_actor()) as reading:
        found = kind.compute(reading, wanted.area)
        host = map_host(
            reading,
            "grids",
            area=wanted.area,
            data_url=here("staff.layer_values", page=None),
            title=kind.label,
        )
        area = area_filter(reading, wanted.area)
        tabs = layer_tabs(reading, wanted)
    return page(
        "layers.html",
        as_of=found.as_of,
        map=host,
        tabs=tabs,
        cards=_cards(found, kind),
        filters=[area],
        keep={"layer": wanted.layer},
        period=f"{kind.of_d}里{kind.of_n}的",
        unit=kind.note,
        legend=legend(kind),
        kind=kind,
        found=found,
        groups=_groups(found),
        neediest=[line for line in found.lines if line.n][:_NEEDIEST],
        lines=found.lines[(wanted.page - 1) * PAGE_SIZE : wanted.page * PAGE_SIZE],
        total=len(found.lines),
        page_number=wanted.page,
        pages=-(-len(found.lines) // PAGE_SIZE),
        urls_of=lambda code=None: _row_urls(wanted, code),
        compare_url=url_for("staff.compare", layer=wanted.layer, area=wanted.area) if kind.then else None,
        wall_url=url_for("staff.wall", area=wanted.area),
        csv_url=here("staff.layers_csv", page=None),
    )


@requires(Permission.VIEW_MAPS)
def layer_values() -> Response:
    """What the map is coloured by."""
    wanted = query(LayerQuery)
    with database().read(current_actor()) as reading:
        found = then(reading, wanted.kind, wanted.area, weeks=wanted.weeks)
        return values(
            reading, wanted.area, levels=wanted.kind.levels, rows=[line.as_row() for line in found.lines]
        )


@requires(Permission.VIEW_LISTS)
def rows() -> str:
    """The demands behind a number of a layer."""
    wanted = query(RowsQuery)
    kind = wanted.kind
    if kind.demands is None:
        raise NotFound("page.unknown")
    with database().read(current_actor()) as reading:
        found = kind.demands(reading, wanted.grid or wanted.area, wanted.part, Page(wanted.page, PAGE_SIZE))
        lines = open_cases.lines(reading, found.rows)
        where = open_cases.place_names(reading, [wanted.grid] if wanted.grid else []).values()
    return page(
        "layer_rows.html",
        as_of=reading.now,
        title=kind.of_n if wanted.part == "n" else kind.of_d,
        words=" · ".join(part for part in (kind.label, *where, kind.note) if part),
        lines=lines,
        total=found.total,
        page_number=wanted.page,
        pages=-(-found.total // PAGE_SIZE),
        class_words=CLASSES,
        back_url=here("staff.layers", part=None, grid=None, page=None),
    )


@requires(Permission.VIEW_MAPS)
def layers_csv() -> Response:
    """The table as a file."""
    wanted = query(LayerQuery)
    kind = wanted.kind
    with database().read(current_actor()) as reading:
        found = kind.compute(reading, wanted.area)
    header = ("网格代码", "乡镇", "村（社区）", "网格", kind.of_n, kind.of_d, "程度", *kind.columns)
    return spreadsheet(kind.label, header, map(_csv_row, found.lines))


def then(reading: Reading, kind: Layer, area: str | None, *, weeks: int) -> GridLayer:
    """The layer as of so many weeks earlier. Raises NotFound("page.unknown") for one that cannot look back."""
    if weeks == 0:
        return kind.compute(reading, area)
    if kind.then is None:
        raise NotFound("page.unknown")
    return kind.then(earlier(reading, dt.timedelta(weeks=weeks)), area)


def legend(kind: Layer) -> list[tuple[str, str]]:
    """The levels of a layer as the legend writes them."""
    return [(level, LOOKS[level].label) for level in kind.levels]


def layer_tabs(reading: Reading, wanted: LayerQuery) -> list[Tab]:
    """Every map of grids: the layers, the patrols and each duty, over the same area."""
    own = [
        (kind.label, url_for("staff.layers", layer=name, area=wanted.area), name == wanted.layer)
        for name, kind in LAYERS.items()
        if reading.actor.may(kind.permission)
    ]
    owed = [
        (duty.label, url_for("staff.visits", duty=duty.id, area=wanted.area), False)
        for duty in duties(reading, area=wanted.area)
    ]
    return [*own, ("巡查覆盖", url_for("staff.patrols", area=wanted.area), False), *owed]


def here(endpoint: str, **changed: Any) -> str:
    """The address of another view of the same question."""
    return url_for(endpoint, **{**request.args.to_dict(), **changed})


def _cards(found: GridLayer, kind: Layer) -> list[dict[str, Any]]:
    """The sum of what is looked for and of what is counted, then the grids of the worst levels."""
    concerned = sum(line.n > 0 for line in found.lines)
    return [
        {
            "number": found.n,
            "unit": kind.unit,
            "words": kind.of_n,
            "url": _row_urls(query(LayerQuery), None).get("n", "#table"),
            "tone": "act" if found.n else "calm",
        },
        {
            "number": concerned,
            "unit": "格",
            "words": "涉及网格",
            "url": "#table",
            "tone": "watch" if concerned else "calm",
        },
        {
            "number": found.d,
            "unit": kind.unit,
            "words": kind.of_d,
            "url": _row_urls(query(LayerQuery), None).get("d", "#table"),
            "tone": "calm",
        },
    ]


def _groups(found: GridLayer) -> list[tuple[str, str, int, int]]:
    """(code, name, n, d) of the divisions next below what is shown: townships, else villages; none for a single one."""
    for digits, name_of in ((9, "township"), (12, "village")):
        names = {line.grid.code[:digits]: str(getattr(line.grid, name_of)) for line in found.lines}
        if len(names) > 1:
            sums = found.sums(digits)
            return [(code, name, *sums[code]) for code, name in sorted(names.items())]
    return []


def _row_urls(wanted: LayerQuery, grid: str | None) -> dict[str, str]:
    """Where the rows of n and d are listed, for one grid or division or the whole area; none for what has no rows."""
    parts: tuple[Part, ...] = ("n", "d")
    if wanted.kind.demands is not None:
        return {
            part: url_for("staff.layer_rows", layer=wanted.layer, area=wanted.area, grid=grid, part=part)
            for part in parts
        }
    if wanted.layer == "unseen":
        return {
            part: url_for(
                "staff.patrol_rows", period="today", figure="P5", part=part, grid=grid, area=wanted.area
            )
            for part in parts
        }
    return {}


def _csv_row(line: GridFigure) -> tuple[object, ...]:
    grid = line.grid
    return (
        grid.code, grid.township, grid.village, grid.name, line.n, line.d, LOOKS[line.level].label, *line.cells,
    )  # fmt: skip
