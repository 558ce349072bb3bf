"""What every view needs, and how it gets it: the database, the files, the settings of this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import current_app

from gis.basemaps import Basemap
from server.database import Database
from server.domain.people import Actor
from server.settings import Settings
from server.storage.files import FileStore
from server.storage.made_files import MadeFiles
from server.storage.tiles import TileStore
from server.web.ground import Ground, signed_basemap

DemoAccount = tuple[str, str, str]
"""Role as users read it, username, password: of people who do not exist."""


@dataclass(frozen=True)
class Parts:
    """The wired pieces of one process."""

    settings: Settings
    database: Database
    files: FileStore
    made: MadeFiles
    """What was ordered and is whole."""
    call_for_files: Callable[[], None]
    """Called once a file is ordered, after the commit."""
    tiles: TileStore
    form_client: Path
    """The built browser client: a folder with index.html, or nothing yet."""
    ground: Ground | None = None
    """The deployment's base map, or none: then maps lie on a graticule."""
    demo_accounts: tuple[DemoAccount, ...] = ()
    """Shown on the sign-in page; empty outside the demo."""
    senders: dict[str, tuple[float, Actor]] = field(default_factory=dict)
    """By the hash of a phone's key: when it was last looked up, and who it was (web/authentication.py)."""


def parts() -> Parts:
    """The pieces of the app that answers the present request."""
    return cast(Parts, current_app.extensions["wangge"])


def database() -> Database:
    """The database of the present app."""
    return parts().database


def basemap() -> Basemap | None:
    """The base map under the maps of the present app, as a page of this moment names it."""
    found = parts().ground
    if found is None:
        return None
    return signed_basemap(found, secret=parts().settings.secret_key, now=database().clock())
