"""What every view needs, and how it gets it: the database, the files, the settings of this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from server.database import Database
from server.settings import Settings
from server.storage.files import FileStore


@dataclass(frozen=True)
class Parts:
    """The wired pieces of one process."""

    settings: Settings
    database: Database
    files: FileStore


def parts() -> Parts:
    """The pieces of the app that answers the present request."""
    return cast(Parts, current_app.extensions["wangge"])


def database() -> Database:
    """The database of the present app."""
    return parts().database
