"""A multipart body, read as it streams in: the XML into memory, every file straight to the store (OPENROSA §5.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from server.domain.problems import Invalid, TooLarge
from server.services.submissions import UploadedFile
from server.storage.files import FileStore

XML_PART = "xml_submission_file"
_XML_LIMIT = 8 * 1024 * 1024
_NAME_LIMIT = 300
_CHUNK = 64 * 1024
_MOST_PARTS = 400


def read(
    stream: IO[bytes], *, content_type: str, length: int, files: FileStore
) -> tuple[bytes, tuple[UploadedFile, ...]]:
    """The submission's XML and its files, stored durably.

    Raises Invalid("request.malformed") for a body that is no multipart, Invalid("submission.no_xml"),
    TooLarge("submission.xml_too_large"), Unavailable when the disk is full.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary")
    if kind != "multipart/form-data" or not boundary:
        raise Invalid("request.malformed")
    xml: bytes | None = None
    uploaded: list[UploadedFile] = []
    try:
        with PushMultipartParser(
            boundary.encode(), max_segment_count=_MOST_PARTS, content_length=length
        ) as parser:
            for segment, chunks in _segments(parser, stream, length):
                if segment.name == XML_PART:
                    xml = _gather(chunks)
                elif segment.filename is not None:
                    stored = files.put(chunks)
                    mime = printable(segment.content_type or "")[:_NAME_LIMIT]
                    uploaded.append(UploadedFile(_name(segment.filename), mime, stored))
                else:
                    _skip(chunks)
    except (MultipartError, UnicodeError) as error:
        raise Invalid("request.malformed") from error
    if xml is None:
        raise Invalid("submission.no_xml")
    return xml, tuple(uploaded)


def _segments(
    parser: PushMultipartParser, stream: IO[bytes], length: int
) -> Iterator[tuple[MultipartSegment, Iterator[bytes]]]:
    """Each segment with its content; a consumer that leaves content unread loses it."""
    events = _events(parser, stream, length)
    for event in events:
        if isinstance(event, MultipartSegment):
            yield event, _content(events)


def _content(events: Iterator[object]) -> Iterator[bytes]:
    for event in events:
        if not event:
            return
        if isinstance(event, bytes | bytearray):
            yield bytes(event)


def _events(parser: PushMultipartParser, stream: IO[bytes], length: int) -> Iterator[object]:
    left = length
    while not parser.closed:
        chunk = stream.read(min(_CHUNK, left)) if left else b""
        left -= len(chunk)
        yield from parser.parse(chunk)
        if not chunk and not parser.closed:
            raise Invalid("request.malformed")


def _gather(chunks: Iterator[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > _XML_LIMIT:
            raise TooLarge("submission.xml_too_large")
    return bytes(body)


def _skip(chunks: Iterator[bytes]) -> None:
    for _chunk in chunks:
        pass


def _name(sent: str) -> str:
    """The name as data: its last part, whatever separators were used, cut at 300 characters."""
    return printable(sent.replace("\\", "/").rpartition("/")[2])[-_NAME_LIMIT:] or "unnamed"


def printable(sent: str) -> str:
    """Text without control characters: PostgreSQL keeps no NUL, and nobody can read the others."""
    return "".join(character for character in sent if character.isprintable())
