"""底图: the one base map of a deployment, made from its settings, and the addresses its own tiles are asked at.

A map's frame has no origin of its own, so a browser sends no cookie with the images it asks for. A file's tiles
therefore have signed addresses, good for that day and the next: its licence is the county's, not the world's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from itsdangerous import BadSignature, Signer

from gis.basemaps import Basemap, tianditu
from gis.tile_archives import TileArchive, open_archive
from server.domain.problems import Forbidden
from server.domain.work_calendar import local_day
from server.settings import Settings

_SALT = "wangge.basemap"
_UNAPPROVED = "（无审图号，只供内部使用）"


@dataclass(frozen=True, slots=True)
class Ground:
    """A base map; `archive` holds its tiles where they are a file of ours."""

    basemap: Basemap
    archive: TileArchive | None = None


def ground(settings: Settings) -> Ground | None:
    """Return the base map the settings name, or none. Raises ValueError for what cannot be shown rightly."""
    if settings.basemap == "tianditu":
        return Ground(tianditu(key=settings.basemap_key, approval_number=settings.basemap_approval))
    if settings.basemap == "none" or settings.basemap_datum is None:
        return None
    if settings.basemap_file is not None and settings.basemap == "file":
        archive = open_archive(settings.basemap_file)
        return Ground(
            Basemap(
                tile_urls=(address("{day}"),),
                attribution=settings.basemap_source,
                approval_number=settings.basemap_approval or _UNAPPROVED,
                datum=settings.basemap_datum,
                min_zoom=archive.min_zoom,
                max_zoom=archive.max_zoom,
                bounds=archive.bounds,
            ),
            archive,
        )
    return Ground(
        Basemap(
            tile_urls=(settings.basemap_url,),
            attribution=settings.basemap_source,
            approval_number=settings.basemap_approval,
            datum=settings.basemap_datum,
            max_zoom=settings.basemap_max_zoom,
        )
    )


def address(signed: str) -> str:
    """Return where a file's tiles are asked for, `signed` being a day under our signature."""
    return f"/basemap/{signed}/{{z}}/{{x}}/{{y}}"


def signed_basemap(found: Ground, *, secret: str, now: dt.datetime) -> Basemap:
    """Return the base map as a page of this moment names it."""
    if found.archive is None:
        return found.basemap
    day = Signer(secret, salt=_SALT).sign(local_day(now).isoformat()).decode("ascii")
    return replace(found.basemap, tile_urls=(address(day),))


def check_signed(signed: str, *, secret: str, now: dt.datetime) -> None:
    """Raise Forbidden("basemap.address_expired") unless we signed today or yesterday."""
    try:
        day = dt.date.fromisoformat(Signer(secret, salt=_SALT).unsign(signed).decode("ascii"))
    except (BadSignature, ValueError):
        raise Forbidden("basemap.address_expired") from None
    if not dt.timedelta() <= local_day(now) - day <= dt.timedelta(days=1):
        raise Forbidden("basemap.address_expired")
