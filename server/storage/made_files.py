"""Where ordered files lie: beside the photos and recordings, not among them, so that no backup carries them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from server.storage.files import FileStore


class MadeFiles(FileStore):
    """A folder of files that go again."""

    def forget(self, *, besides: Collection[str], written_before: dt.datetime) -> int:
        """Remove what was last written before a moment and is not among `besides` (sha256); how many files went.

        What a worker that died had begun goes as well. A file is written before its row names it: hence the moment.
        """
        old = [
            path
            for path in self.folder.rglob("*")
            if path.is_file()
            and path.name not in besides
            and path.stat().st_mtime < written_before.timestamp()
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)
