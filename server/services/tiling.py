"""地图切片 services: the tiles of a drawing are made once and kept; those a county or a city sees first, before it asks."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterable

import structlog

from gis.tiles import Ground, Tile
from server.domain.jurisdiction import Level
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.figures.outlines import boundaries_in_force, drawing_name, ground
from server.storage import jurisdictions
from server.storage.tiles import TileStore
from server.work import Reading

AHEAD_TO_ZOOM = 12
MOST_BYTES = 2 * 1024**3
_AHEAD_OF_LEVELS = (Level.CITY, Level.COUNTY)
_GROUNDS_KEPT = 3
_TOLD_EVERY = 200

_grounds: dict[str, Ground] = {}
_turn = threading.Lock()
_log = structlog.get_logger()


def tile(reading: Reading, store: TileStore, *, boundaries: str, scope: Iterable[str], at: Tile) -> bytes:
    """A tile of divisions under boundaries, compressed with gzip: as it is kept, or made now.

    That the reader may see the divisions was decided when the address was signed. Raises
    NotFound("map.boundaries_replaced") for boundaries no longer in force of which the tile was not kept.
    """
    name = drawing_name(boundaries, scope)
    address = (at.zoom, at.x, at.y)
    found = store.get(name, address)
    if found is not None:
        return found
    if boundaries != boundaries_in_force(reading):
        raise NotFound("map.boundaries_replaced")
    made = _compressed(_ground(reading, name, Scope.of(scope)).encoded(at))
    store.put(name, address, made)
    return made


def not_drawn(reading: Reading, store: TileStore) -> list[tuple[str, Scope]]:
    """(name, scope) of each city and county whose boundaries in force have not been made tiles of; none before the first."""
    boundaries = boundaries_in_force(reading)
    divisions = [
        division.code
        for level in _AHEAD_OF_LEVELS
        for division in jurisdictions.listing(reading.session, scope=reading.actor.scope, digits=level.digits)
    ]
    named = [(drawing_name(boundaries, [code]), Scope.of([code])) for code in divisions]
    return [(name, scope) for name, scope in named if not store.is_whole(name)]


def draw_ahead(store: TileStore, name: str, drawn: Ground) -> int:
    """Make the tiles of a county or a city down to AHEAD_TO_ZOOM that are not kept yet; how many there are."""
    count = 0
    for at in drawn.tiles(to_zoom=AHEAD_TO_ZOOM):
        address = (at.zoom, at.x, at.y)
        if store.get(name, address) is None:
            store.put(name, address, _compressed(drawn.encoded(at)))
        count += 1
        if count % _TOLD_EVERY == 0:
            _log.info("tiles_drawn", drawing=name, tiles=count)
    store.mark_whole(name)
    _log.info("tiles_whole", drawing=name, tiles=count, grids=len(drawn.codes))
    return count


def forget_old(reading: Reading, store: TileStore) -> int:
    """Remove the tiles of boundaries no longer in force, and more where there are too many; how many drawings went."""
    return store.forget(but=f"{boundaries_in_force(reading)}-", at_most=MOST_BYTES)


def _ground(reading: Reading, name: str, scope: Scope) -> Ground:
    """The ground of a drawing; a page asks for twenty tiles at once, and the first one reads it for all."""
    with _turn:
        found = _grounds.pop(name, None) or ground(reading, scope)
        _grounds[name] = found
        while len(_grounds) > _GROUNDS_KEPT:
            _grounds.pop(next(iter(_grounds)))
        return found


def _compressed(encoded: bytes) -> bytes:
    return gzip.compress(encoded, mtime=0)
