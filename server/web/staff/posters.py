"""扫码海报: what hangs at the gate — a grid's name, and the code that opens its page for residents. No map, no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask import Blueprint, url_for

from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.domain.work_calendar import local_day
from server.figures import areas
from server.figures.areas import GridName
from server.web import addresses, collect_settings
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, query
from server.web.parts import database
from server.web.staff.pages import page

_MOST = 200
"""Posters on one page: a township prints its own, and a browser still draws them."""


class Wanted(Submitted):
    """Which grids' posters, and on what paper."""

    grids: tuple[str, ...] = ()
    paper: Literal["a4", "a3"] = "a4"


@dataclass(frozen=True)
class Poster:
    """One poster: where it hangs, the address of the page and its picture (a data address)."""

    place: str
    township: str
    address: str
    picture: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/posters", endpoint="posters")(choose)
    blueprint.get("/posters/print", endpoint="posters_print")(sheets)


@requires(Permission.REGISTER_DEMAND)
def choose() -> str:
    """Which grids, and which paper."""
    return page("posters.html", grids=_grids())


@requires(Permission.REGISTER_DEMAND)
def sheets() -> str:
    """A sheet for each chosen grid. Raises Invalid("poster.no_grid"), Invalid("poster.too_many")."""
    wanted = query(Wanted)
    chosen = [grid for grid in _grids() if grid.code in set(wanted.grids)]
    if not chosen:
        raise Invalid("poster.no_grid")
    if len(chosen) > _MOST:
        raise Invalid("poster.too_many", most=_MOST)
    return page("posters_print.html", posters=[_poster(grid) for grid in chosen], paper=wanted.paper)


def _grids() -> list[GridName]:
    """The grids of the reader's divisions that are in force."""
    with database().read(current_actor()) as reading:
        named = areas.grid_names(reading.session, scope=reading.actor.scope)
        today = local_day(reading.now)
    return [grid for grid in named.values() if grid.is_in_force(today)]


def _poster(grid: GridName) -> Poster:
    address = f"{addresses.root()}{url_for('residents.report', grid=grid.code)}"
    return Poster(grid.full_name, grid.township, address, collect_settings.picture(address))
