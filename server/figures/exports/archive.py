"""导出 ZIP: the records, the rounds of every repeat, and the files that came with them, written while it is sent."""

from __future__ import annotations

import io
import tempfile
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Any

from server.domain.problems import NotFound
from server.domain.work_calendar import SHANGHAI
from server.figures.exports import text
from server.figures.exports.cells import Reading, distinct, guarded
from server.figures.exports.order import Order
from server.figures.exports.records import Opened, Record, records
from server.figures.exports.text import Rounds
from server.storage import exports as storage
from server.storage.files import FileStore
from server.storage.submissions import Attachment

_AT_ONCE = 500
_CHUNK = 1 << 18
_LONGEST_NAME = 120

Member = tuple[str, Iterable[bytes]]
"""A file of the archive: its name, and its bytes, read only once the one before it is written."""


class _Sending(io.RawIOBase):
    """A file that is only written: what it holds is given away as it comes."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, part: Any, /) -> int:
        """Take a part."""
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        """Everything written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def parts(order: Order, opened: Opened, files: FileStore) -> Iterator[bytes]:
    """The export as a ZIP archive."""
    sending = _Sending()
    asked = order.selection.asked.astimezone(SHANGHAI)
    when = (asked.year, asked.month, asked.day, asked.hour, asked.minute, asked.second)
    with ExitStack() as stack:
        archive = stack.enter_context(zipfile.ZipFile(sending, "w"))
        contents = _Contents(order, opened, files, stack)
        for name, chunks in contents.members():
            member = zipfile.ZipInfo(name, when)
            is_table = name.endswith(".csv")
            member.compress_type = zipfile.ZIP_DEFLATED if is_table else zipfile.ZIP_STORED
            with archive.open(member, "w", force_zip64=is_table) as written:
                for chunk in chunks:
                    written.write(chunk)
                    yield sending.taken()
    yield sending.taken()


class _Contents:
    """What is in the archive, in the order it is written; rounds wait in temporary files until the records are."""

    def __init__(self, order: Order, opened: Opened, files: FileStore, stack: ExitStack) -> None:
        self._order, self._opened, self._files = order, opened, files
        self._reading = Reading(in_words=order.wanted.in_words)
        self._repeats = {
            id(table): (Rounds(table, self._reading), stack.enter_context(_temporary()))
            for table in order.table.walk()
            if table is not order.table
        }
        self._open: array[int] = array("q")
        self._unread: array[int] = array("q")

    def members(self) -> Iterator[Member]:
        """Every file of the archive."""
        tables = [self._order.table, *(rounds.table for rounds, _ in self._repeats.values())]
        names = distinct((_safe(table.label), table.name) for table in tables)
        yield f"{names[0]}.csv", self._records()
        for name, (_, kept) in zip(names[1:], self._repeats.values(), strict=True):
            kept.seek(0)
            yield f"{name}.csv", _chunks(kept)
        missing: list[str] = []
        yield from self._media(missing)
        yield from self._originals()
        if missing:
            yield "缺少的附件.csv", [text.written([["附件"], *([name] for name in missing)])]

    def _records(self) -> Iterator[bytes]:
        for rounds, kept in self._repeats.values():
            kept.write(text.BYTE_ORDER_MARK.encode() + text.written([rounds.heads()]))
        yield text.head(self._order)
        row = text.row_writer(self._order, self._reading)
        for batch in records(self._order, self._opened, guard=guarded):
            yield text.written(row(self._kept(record)) for record in batch)

    def _kept(self, record: Record) -> Record:
        """The record, once its rounds are put aside and its number is noted."""
        for table, key, parent, answers in text.rounds(self._order.table, record.key, record.answers):
            rounds, kept = self._repeats[id(table)]
            kept.write(text.written([rounds.row(key, parent, answers)]))
        if record.is_open:
            self._open.append(record.number)
            if not record.answers:  # the server cannot read it: it is encrypted, and goes out as it came
                self._unread.append(record.number)
        return record

    def _media(self, missing: list[str]) -> Iterator[Member]:
        for start in range(0, len(self._open), _AT_ONCE):
            with self._opened() as reading:
                found = storage.files(reading.session, self._open[start : start + _AT_ONCE])
            for number, attached in found.items():
                for name, file in _named(number, attached):
                    try:
                        path = self._files.path(file.sha256)
                    except NotFound:
                        missing.append(name)
                        continue
                    with path.open("rb") as held:
                        yield name, _chunks(held)

    def _originals(self) -> Iterator[Member]:
        for number in self._unread:
            with self._opened() as reading:
                yield f"原件/{number}.xml", [storage.original(reading.session, number)]


def _temporary() -> IO[bytes]:
    return tempfile.TemporaryFile()


def _chunks(held: IO[bytes]) -> Iterator[bytes]:
    while chunk := held.read(_CHUNK):
        yield chunk


def _named(number: int, attached: Sequence[Attachment]) -> list[tuple[str, Attachment]]:
    """The files of a record in its own folder; of two with one name the second says its hash as well."""
    names = distinct((_safe(file.name), file.sha256[:8]) for file in attached)
    return [(f"附件/{number}/{name}", file) for name, file in zip(names, attached, strict=True)]


def _safe(name: str) -> str:
    """A name as a file of any system may bear it: a phone chose it, and it must lead nowhere."""
    kept = "".join(each if each.isprintable() and each not in '/\\:*?"<>|' else "_" for each in name)
    return kept.strip(". ")[-_LONGEST_NAME:] or "_"
