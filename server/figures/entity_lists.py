"""名单 of a county's own forms as one person's phone holds them: what state they are in, and their rows as CSV.

A list may have a hundred thousand rows: its state is told without reading them, and they are written as they are read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from server.domain.entity import Audience
from server.storage import entities as storage
from server.storage.entities import Asker, EntityList
from server.work import Reading

_ROWS_AT_ONCE = 500
_HEADER = ("name", "label", "__version")


def named(reading: Reading, files: Sequence[str]) -> dict[str, EntityList]:
    """Those of some file names ("trees.csv") that are own lists."""
    found = storage.lists_named(
        reading.session, (name.removesuffix(".csv") for name in files if name.endswith(".csv"))
    )
    return {f"{name}.csv": list_ for name, list_ in found.items()}


def state(reading: Reading, list_: EntityList) -> str:
    """A hash that changes whenever the person's own list does (OPENROSA §3.1), 32 hexadecimal digits."""
    known = [list_.id, list_.revision]
    if list_.audience == Audience.EVERYONE:
        known.append(list_.changes)
    else:
        known += storage.state(reading.session, list_, _asker(reading))
    who = (
        str(reading.actor.id)
        if list_.audience == Audience.OWNER
        else ",".join(sorted(reading.actor.scope.codes))
    )
    return hashlib.md5(f"{known} {who}".encode(), usedforsecurity=False).hexdigest()


def text(reading: Reading, list_: EntityList) -> Iterator[str]:
    """The rows as CSV, a part at a time: name (the id), label, __version and the list's columns."""
    rows = storage.rows(reading.session, list_, _asker(reading))
    yield _csv([(*_HEADER, *list_.properties)])
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        yield _csv(
            (
                str(row.uuid),
                row.label,
                str(row.version),
                *(row.properties.get(name, "") for name in list_.properties),
            )
            for row in part
        )


def gone(reading: Reading, name: str, asked: Sequence[uuid.UUID]) -> dict[uuid.UUID, bool]:
    """Of the asked entities of a list, whether each has left this person's phone; unknown ones are left out."""
    list_ = storage.list_named(reading.session, name)
    return {} if list_ is None else storage.gone(reading.session, list_, _asker(reading), asked)


def _asker(reading: Reading) -> Asker:
    return Asker(reading.actor.id, reading.actor.scope)


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
