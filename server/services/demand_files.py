"""诉求的附件: photos and recordings sent to a demand without a form, shown only as what their bytes are."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from server.domain.problems import Invalid
from server.storage.base import insert_once
from server.storage.case_files import DemandFile
from server.storage.files import StoredFile
from server.work import Work

Medium = Literal["image", "audio"]

_SUFFIXES: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/webm": "webm",
}
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
)
_RIFF: Mapping[bytes, str] = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1"})
HEAD_BYTES = 16
"""How many first bytes kind_of() looks at."""


@dataclass(frozen=True)
class Received:
    """A file stored durably, not yet a demand's: the kind its bytes are of, and where they lie."""

    mime: str
    stored: StoredFile


def kind_of(head: bytes, *, medium: Medium) -> str:
    """The type of a file by its first bytes. Raises Invalid("file.not_a_photo") or Invalid("file.not_a_recording")."""
    found = _kind_of(head)
    if found is not None and found.startswith(f"{medium}/"):
        return found
    raise Invalid("file.not_a_photo") if medium == "image" else Invalid("file.not_a_recording")


def _kind_of(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in _HEIC_BRANDS else "audio/mp4"
    return next((mime for beginning, mime in _BEGINNINGS if head.startswith(beginning)), None)


def name_for(file: Received) -> str:
    """The name a file is kept under: the beginning of its hash, and the suffix of its kind."""
    return f"{file.stored.sha256[:16]}.{_SUFFIXES[file.mime]}"


def keep(work: Work, demand_id: uuid.UUID, file: Received) -> str:
    """附上: add a file to a demand; the name it is kept under. The same file again changes nothing."""
    name = name_for(file)
    row = DemandFile(
        demand_id=demand_id,
        name=name,
        sha256=file.stored.sha256,
        size=file.stored.size,
        mime=file.mime,
        received_at=work.now,
    )
    insert_once(work.session, row, unique=("demand_id", "name"))
    return name
