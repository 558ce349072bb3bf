"""A city of 20,000 grids and 200,000 open demands, for what maps cost at its size. A filled database is kept and used again.

The grids are a lattice bent out of shape: neighbours share every vertex of their border, as on a real map.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from server.app import seldom_look_for_garbage
from server.database import Database
from server.domain.demand_number import format_number
from server.domain.demand_states import UNRESOLVED
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.jobs import tiling
from server.settings import Settings
from server.storage import migrations
from server.storage.demands import Demand
from server.storage.grids import BoundaryVersion, Grid, GridBoundary
from server.storage.jurisdictions import Jurisdiction
from server.storage.tiles import TileStore
from tests.bench import many_demands
from tests.bench.many_demands import made_from, seed
from tests.factories import COUNTY, NOW, START, found_county
from tests.live import answering

FOLDER = Path(__file__).parents[2] / ".bench" / "city"
COLUMNS, ROWS = 200, 100
GRIDS = COLUMNS * ROWS
DEMANDS = 200_000

_WEST, _SOUTH, _STEP = 106.0, 29.0, 0.005
_VILLAGE_COLUMNS, _VILLAGE_ROWS = 5, 2
_TOWNSHIP_COLUMNS, _TOWNSHIP_ROWS = 40, 20
_BENDS = 6
"""Vertices of a border between two of its corners."""
_AT_ONCE = 5_000

Coordinates = NDArray[np.float64]


def on_file() -> str:
    """The address of an SQLite database with the city, made if it is not there yet (two minutes)."""
    path = FOLDER / f"{made_from(Path(__file__), Path(many_demands.__file__))}.sqlite"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        for older in path.parent.glob("*.sqlite"):
            older.unlink()
        unfinished = path.with_suffix(f".{os.getpid()}")
        _fill(f"sqlite:///{unfinished}")
        shutil.move(unfinished, path)
    return f"sqlite:///{path}"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server on the city at NOW, with its tiles drawn and no jobs beside it, until the block ends."""
    settings = Settings(data_dir=folder, database_url=on_file(), secret_key="t" * 40)
    database = Database(settings.url, clock=lambda: NOW)
    tiling.draw_ahead(database, TileStore(folder / "tiles"))
    database.close()
    seldom_look_for_garbage()
    with answering(settings, clock=lambda: NOW) as address:
        yield address


def outlines() -> list[shapely.Polygon]:
    """The grids row by row, 500 m wide, in degrees."""
    chance = np.random.default_rng(20_000)
    corners = np.stack(np.meshgrid(np.arange(COLUMNS + 1), np.arange(ROWS + 1)), axis=-1).astype(float)
    corners += chance.uniform(-0.2, 0.2, corners.shape)
    across = _bent(corners[:, :-1], corners[:, 1:], chance)
    upward = _bent(corners[:-1], corners[1:], chance)
    found = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            south, north = across[row, column], across[row + 1, column]
            west, east = upward[row, column], upward[row, column + 1]
            ring = np.concatenate([south, east[1:], north[::-1][1:], west[::-1][1:]])
            found.append(shapely.Polygon(ring * _STEP + (_WEST, _SOUTH)))
    return found


def codes() -> list[str]:
    """The grids' codes, row by row: ten to a village, eighty villages to a township."""
    return [_code(row, column) for row in range(ROWS) for column in range(COLUMNS)]


def _code(row: int, column: int) -> str:
    township = (row // _TOWNSHIP_ROWS) * (COLUMNS // _TOWNSHIP_COLUMNS) + column // _TOWNSHIP_COLUMNS
    down, right = row % _TOWNSHIP_ROWS, column % _TOWNSHIP_COLUMNS
    village = (down // _VILLAGE_ROWS) * (_TOWNSHIP_COLUMNS // _VILLAGE_COLUMNS) + right // _VILLAGE_COLUMNS
    number = (down % _VILLAGE_ROWS) * _VILLAGE_COLUMNS + right % _VILLAGE_COLUMNS
    return f"{COUNTY}{200 + township}{1 + village:03}{1 + number:03}"


def _bent(start: Coordinates, end: Coordinates, chance: np.random.Generator) -> Coordinates:
    """Lines from corner to corner that wind, shape (…, _BENDS + 2, 2)."""
    share = np.linspace(0, 1, _BENDS + 2)[:, None]
    lines = start[..., None, :] * (1 - share) + end[..., None, :] * share
    lines[..., 1:-1, :] += chance.normal(0, 0.012, lines[..., 1:-1, :].shape)
    return lines


def _fill(url: str) -> None:
    migrations.upgrade(url)
    database = Database(url, clock=lambda: NOW)
    columns = seed(database, found_county(database))
    drawn = outlines()
    _divide(database, drawn)
    with database.engine.begin() as connection:
        for copies in _copies(columns, shapely.get_coordinates(shapely.centroid(drawn))):
            connection.execute(sa.insert(Demand.__table__), copies)
    database.close()


def _divide(database: Database, drawn: list[shapely.Polygon]) -> None:
    """Replace the test county's grids by the city's."""
    named = codes()
    with database.transaction(SYSTEM) as work:
        work.session.execute(sa.delete(GridBoundary))
        wider = {code[:digits] for code in named for digits in (9, 12)}
        work.session.execute(
            sa.insert(Jurisdiction),
            [{"code": code, "name": _name(code), "start_date": START} for code in sorted(wider)],
        )
        version = BoundaryVersion(published_at=work.now, effective_on=START, source="test")
        work.session.add(version)
        work.session.flush()
        work.session.execute(
            sa.insert(Grid),
            [{"code": code, "name": f"第{int(code[-3:])}网格", "valid_from": START} for code in named],
        )
        outline = [shapely.MultiPolygon([each]) for each in drawn]
        work.session.execute(
            sa.insert(GridBoundary),
            [
                {"grid_code": code, "boundary_version_id": version.id, "valid_from": START, "outline": shape}
                for code, shape in zip(named, outline, strict=True)
            ],
        )


def _name(code: str) -> str:
    return f"{code[6:9]}街道" if len(code) == 9 else f"第{int(code[9:])}社区"


def _copies(seed: dict[str, Any], middles: Coordinates) -> Iterator[list[dict[str, Any]]]:
    """The other demands, all open: somewhere in a grid, of an age, of a class; a tenth of them PRIVATE."""
    chance = np.random.default_rng(200_000)
    named, keys = codes(), sorted(UNRESOLVED)
    for first in range(1, DEMANDS + 1, _AT_ONCE):
        at = chance.integers(0, GRIDS, _AT_ONCE)
        places = shapely.points(middles[at] + chance.normal(0, _STEP / 6, (_AT_ONCE, 2)))
        ages = chance.triangular(0, 0, 400, _AT_ONCE)
        yield [
            seed
            | _moments(float(ages[number]))
            | {
                "id": uuid.UUID(bytes=chance.bytes(16), version=4),
                "number": format_number(COUNTY, local_day(NOW), 1 + first + number),
                "jurisdiction": named[grid],
                "point": places[number],
                "place_source": "map",
                "state_key": keys[(first + number) % len(keys)].value,
                "class": "PRIVATE" if number % 10 == 0 else "COMMUNITY",
            }
            for number, grid in enumerate(at.tolist())
        ]


def _moments(age: float) -> dict[str, dt.datetime | dt.date]:
    received = NOW - dt.timedelta(days=age)
    due = received + dt.timedelta(days=15)
    return {
        "received_at": received,
        "raised_on": local_day(received),
        "since": received,
        "last_event_at": received,
        "due_at": due,
        "original_due_at": due,
        "step_due_at": None,
        "remind_at": None,
    }
