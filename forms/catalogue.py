"""The forms the product ships, and the lists they come with. Names in them are what projectors and figures read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from forms.workbook import sheets

_LIBRARY = resources.files("forms") / "library"
_CHINESE = "label::中文 (zh)"


@dataclass(frozen=True, slots=True)
class Detail:
    """A row of `details.csv` (FORMS §7): what exactly was found, and the class suggested to the registrar for it.

    `area` is "all", "urban" or "rural"; `suggested_class` is PRIVATE, GRID, COMMUNITY or GOVERNMENT.
    """

    kind: str
    name: str
    label: str
    area: str
    suggested_class: str


@cache
def shipped() -> tuple[str, ...]:
    """Ids of the shipped forms; each is a Markdown table in the library folder."""
    return tuple(
        sorted(each.name.removesuffix(".md") for each in _LIBRARY.iterdir() if each.name.endswith(".md"))
    )


@cache
def source(form_id: str) -> str:
    """The Markdown table of a shipped form. Raises KeyError for any other name."""
    if form_id not in shipped():
        raise KeyError(form_id)
    return (_LIBRARY / f"{form_id}.md").read_text(encoding="utf-8")


@cache
def choices(form_id: str, list_name: str) -> Mapping[str, str]:
    """Name → Chinese label of one choice list of a shipped form, in the form's order. Raises KeyError."""
    header, *rows = sheets(source(form_id))["choices"]
    in_list, name, label = (header.index(column) for column in ("list_name", "name", _CHINESE))
    found = {row[name]: row[label] for row in rows if row[in_list] == list_name}
    if not found:
        raise KeyError(list_name)
    return MappingProxyType(found)


@cache
def details() -> tuple[Detail, ...]:
    """The first stock of details (FORMS §7); a county edits its own copy."""
    lines = (_LIBRARY / "details.csv").read_text(encoding="utf-8").splitlines()
    return tuple(Detail(**row) for row in csv.DictReader(lines))
