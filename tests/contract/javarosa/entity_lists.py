"""The entity lists of a phone: rows of the server, and what records filled without a line made of them (OPENROSA §3.1)."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

_OWN_COLUMNS = ("name", "label", "__version")
_SAVE_TO = "{http://www.opendatakit.org/xforms/entities}saveto"


@dataclass(frozen=True)
class Row:
    """An entity on a phone; `trunk` is the server's version it was last equal to, and `branch` what came since."""

    key: str
    label: str
    version: int
    properties: Mapping[str, str]
    trunk: int | None
    branch: str
    born_here: bool = False
    """Made on this phone, and no list of the server has shown it yet."""


@dataclass
class EntityList:
    """One list on a phone. `hash` is what the manifest said of the state that was last merged."""

    hash: str | None = None
    needs_approval: bool = False
    """What is new waits for the office before any phone has it."""
    rows: dict[str, Row] = field(default_factory=dict)

    def merge(self, content: bytes) -> None:
        """Take the server's list: its newer rows win, and what it leaves out goes, but for what was born here."""
        listed: dict[str, Row] = {}
        for cells in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
            told = _told(cells)
            mine = self.rows.get(told.key)
            ahead = mine is not None and mine.version > told.version
            listed[told.key] = replace(mine, born_here=False) if mine is not None and ahead else told
        kept = {key: row for key, row in self.rows.items() if row.born_here and key not in listed}
        self.rows = {**listed, **kept}

    def born_here(self) -> list[str]:
        """The entities of which the phone has to ask whether they have gone meanwhile."""
        return [row.key for row in self.rows.values() if row.born_here]

    def forget(self, keys: Iterable[str]) -> None:
        """Drop what the server says is gone."""
        for key in keys:
            del self.rows[key]

    def apply(self, key: str, *, creates: bool, label: str, properties: Mapping[str, str]) -> None:
        """Do at once what a record asks of an entity: make it, or write its next version."""
        mine = self.rows.get(key)
        if mine is not None:
            self.rows[key] = replace(
                mine,
                label=label or mine.label,
                version=mine.version + 1,
                properties={**mine.properties, **properties},
            )
        elif creates and not self.needs_approval:
            self.rows[key] = Row(key, label, 1, properties, None, str(uuid.uuid4()), born_here=True)

    def as_csv(self) -> bytes:
        """The list as a form on this phone sees it."""
        names = list(dict.fromkeys(name for row in self.rows.values() for name in row.properties))
        written = io.StringIO()
        writer = csv.writer(written)
        writer.writerow([*_OWN_COLUMNS, "__trunkVersion", "__branchId", *names])
        for row in self.rows.values():
            own = [row.key, row.label, row.version, "" if row.trunk is None else row.trunk, row.branch]
            writer.writerow([*own, *(row.properties.get(name, "") for name in names)])
        return written.getvalue().encode()


def _told(cells: Mapping[str, str]) -> Row:
    version = int(cells["__version"])
    properties = {name: value for name, value in cells.items() if name not in _OWN_COLUMNS}
    return Row(cells["name"], cells["label"], version, properties, version, str(uuid.uuid4()))


def apply_record(lists: Mapping[str, EntityList], form: bytes, record: bytes) -> None:
    """Do on the phone what a finished record asks of the lists it has."""
    saved = _saved(form)
    for owner in etree.fromstring(record).iter("*"):
        block = owner.find("{*}meta/{*}entity")
        list_ = lists.get(block.get("dataset", "")) if block is not None else None
        if block is None or list_ is None or not (_is_set(block, "create") or _is_set(block, "update")):
            continue
        list_.apply(
            block.get("id", "").removeprefix("uuid:"),
            creates=_is_set(block, "create"),
            label=block.findtext("{*}label") or "",
            properties=dict(_properties(owner, saved)),
        )


def _is_set(block: Any, act: str) -> bool:
    return block.get(act) in ("1", "true")


def _saved(form: bytes) -> dict[str, str]:
    """The properties of entities by the path of the question that is saved into them."""
    binds = etree.fromstring(form).iter("{http://www.w3.org/2002/xforms}bind")
    return {bind.get("nodeset", ""): bind.get(_SAVE_TO, "") for bind in binds if bind.get(_SAVE_TO)}


def _properties(node: Any, saved: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """What is saved below an owner, leaving out what belongs to an owner further in."""
    for child in node:
        if child.find("{*}meta/{*}entity") is not None:
            continue
        names = [etree.QName(each).localname for each in (*reversed(list(child.iterancestors())), child)]
        if (name := saved.get("/" + "/".join(names))) is not None:
            yield name, child.text or ""
        yield from _properties(child, saved)
