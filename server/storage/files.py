"""Photos and recordings, stored by their content's hash: the same bytes once, a name never becomes a path.

A file is safe on disk before the row that names it is written: temporary file, fsync, rename, fsync of the folder.
A crash in between leaves a file without a row, never a row without a file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from server.domain.problems import NotFound, Unavailable


@dataclass(frozen=True)
class StoredFile:
    """What is kept of a stored file: its hash (hex) and its size in bytes."""

    sha256: str
    size: int


class FileStore:
    """A folder of files named by their sha256, two characters deep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, chunks: Iterable[bytes]) -> StoredFile:
        """Store the bytes durably. Raises Unavailable("storage.full") when the disk does not take them."""
        try:
            return self._put(chunks)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise Unavailable("storage.full") from error
            raise

    def _put(self, chunks: Iterable[bytes]) -> StoredFile:
        digest = hashlib.sha256()
        size = 0
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".incoming-")
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            target = self._path(digest.hexdigest())
            new_folder = not target.parent.exists()
            target.parent.mkdir(exist_ok=True)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        if new_folder:
            _sync_folder(self.folder)
        return StoredFile(digest.hexdigest(), size)

    def path(self, sha256: str) -> Path:
        """Where a stored file lies. Raises NotFound where it is missing."""
        target = self._path(sha256)
        if not target.is_file():
            raise NotFound("file.missing", sha256=sha256)
        return target

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
