"""地图切片：tiles of boundaries that have taken force, made before somebody has to wait for them."""

from __future__ import annotations

from huey import Huey, crontab

from server.database import Database
from server.domain.people import SYSTEM
from server.figures.outlines import ground
from server.services import tiling
from server.storage.tiles import TileStore


def draw_ahead(database: Database, store: TileStore) -> None:
    """Make the tiles of every city and county that lacks them; nothing to do is found out by two small queries.

    The transaction is over before the first tile is made: a city takes a minute.
    """
    with database.read(SYSTEM) as reading:
        lacking = tiling.not_drawn(reading, store)
    for name, scope in lacking:
        with database.read(SYSTEM) as reading:
            drawn = ground(reading, scope)
        tiling.draw_ahead(store, name, drawn)


def forget_old(database: Database, store: TileStore) -> None:
    """Remove tiles nobody will ask for."""
    with database.read(SYSTEM) as reading:
        tiling.forget_old(reading, store)


def register(jobs: Huey, database: Database, store: TileStore) -> None:
    """Let the queue's clock, which shows UTC, run them: every minute, and at 02:40 in Shanghai."""
    jobs.periodic_task(crontab(), name="draw_tiles_ahead")(lambda: draw_ahead(database, store))
    jobs.periodic_task(crontab(hour="18", minute="40"), name="forget_old_tiles")(
        lambda: forget_old(database, store)
    )
