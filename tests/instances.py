"""What phones send: instance XML of the shipped forms, from plain answers."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

VERSION = "2026112101"
Answers = Mapping[str, Any]


def instance(
    form_id: str,
    answers: Answers,
    *,
    instance_id: str | None = None,
    version: str = VERSION,
    deprecated_id: str | None = None,
) -> bytes:
    """An instance: nested mappings are groups, sequences of mappings are repeats, everything else is text."""
    identity = instance_id or f"uuid:{uuid.uuid4()}"
    older = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    return (
        f'<?xml version="1.0"?><data id="{form_id}" version="{version}">{_nodes(answers)}'
        f"<meta><instanceID>{identity}</instanceID>{older}</meta></data>"
    ).encode()


def _nodes(answers: Answers) -> str:
    return "".join(_node(name, value) for name, value in answers.items())


def _node(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{_nodes(value)}</{name}>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_node(name, each) for each in value)
    return f"<{name}/>" if value is None else f"<{name}>{escape(str(value))}</{name}>"


def patrol(
    grid: str, start: dt.datetime, *, at: str | None = "30.005 108.005 0 8", **more: Any
) -> dict[str, Any]:
    """The answers of a patrol with nothing unusual."""
    return {
        "start": start.isoformat(timespec="milliseconds"),
        "end": (start + dt.timedelta(hours=1)).isoformat(timespec="milliseconds"),
        "today": start.date().isoformat(),
        "fix_start": at,
        "grid": grid,
        "result": "clear",
        **more,
    }


def visit(
    household: object, start: dt.datetime, outcome: str = "met", *, seen: Sequence[object] = (), **more: Any
) -> dict[str, Any]:
    """The answers of a visit to a household on the list."""
    people = {
        "people": {"seen": " ".join(map(str, seen)), "condition": "ok" if seen else None, "raised": "no"}
    }
    reached = people if outcome in ("met", "phone") else {}
    return {
        "start": start.isoformat(timespec="milliseconds"),
        "today": start.date().isoformat(),
        "fix_start": "30.005 108.005 0 8",
        "door": {"show": "due", "household": str(household), "outcome": outcome},
        "household_id": str(household),
        **reached,
        **more,
    }


def body(xml: bytes, files: Mapping[str, bytes] | None = None) -> dict[str, Any]:
    """The form data of a POST, as Collect sends it."""
    parts: dict[str, Any] = {"xml_submission_file": (io.BytesIO(xml), "record.xml", "text/xml")}
    for name, content in (files or {}).items():
        parts[name] = (io.BytesIO(content), name, "image/jpeg")
    return parts
