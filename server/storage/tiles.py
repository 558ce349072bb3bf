"""Map tiles as files: what can be drawn again at any time, so that nothing here is ever backed up.

They lie in the data folder, which all servers of a deployment share for their attachments anyway, one folder for
each drawing; a lost folder costs the time of drawing it again.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

_NAME = re.compile(r"[0-9a-z-]+")
_WHOLE = "whole"


class TileStore:
    """A folder of drawings; a tile is known by its drawing's name, its zoom, its column and its row."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, drawing: str, address: tuple[int, int, int]) -> bytes | None:
        """The bytes of a tile as they were put; None where there are none."""
        try:
            return self._path(drawing, address).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, drawing: str, address: tuple[int, int, int], tile: bytes) -> None:
        """Keep the bytes of a tile; whoever reads meanwhile finds the whole tile or none."""
        path = self._path(drawing, address)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(tile)
        Path(temporary).replace(path)

    def is_whole(self, drawing: str) -> bool:
        """Say whether the tiles drawn ahead are all there."""
        return (self._of(drawing) / _WHOLE).exists()

    def mark_whole(self, drawing: str) -> None:
        """Say that the tiles drawn ahead are all there."""
        self._of(drawing).mkdir(parents=True, exist_ok=True)
        (self._of(drawing) / _WHOLE).touch()

    def forget(self, *, but: str, at_most: int) -> int:
        """Remove every drawing whose name does not begin with `but`, then whole drawings, those untouched longest
        first, until the rest takes no more than `at_most` bytes; how many were removed.
        """
        found = sorted(self._drawings(), key=lambda folder: folder.stat().st_mtime, reverse=True)
        removed, kept_bytes = 0, 0
        for folder in found:
            kept_bytes += _size(folder)
            if kept_bytes > at_most or not folder.name.startswith(but):
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        return removed

    def _drawings(self) -> list[Path]:
        return [each for each in self._folder.iterdir() if each.is_dir()] if self._folder.exists() else []

    def _of(self, drawing: str) -> Path:
        if not _NAME.fullmatch(drawing):
            raise ValueError(f"not a drawing's name: {drawing}")
        return self._folder / drawing

    def _path(self, drawing: str, address: tuple[int, int, int]) -> Path:
        zoom, x, y = address
        return self._of(drawing) / str(zoom) / f"{x}-{y}.mvt.gz"


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
