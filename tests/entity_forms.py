"""Forms of a county's own that make and change entities, and what phones send by them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from server.database import Database
from server.domain.people import SYSTEM
from server.services import forms
from tests.instances import VERSION

TREES = f"""
| survey |
| | type | name | label | calculation | save_to |
| | start-geopoint | fix_start | | | |
| | select_one_from_file trees.csv | tree | 哪一棵（新的不选） | | |
| | text | title | 叫什么 | | |
| | text | height | 多高 | | height |
| | text | health | 长得怎样 | | health |
| | calculate | new_id | | once(uuid()) | |
| | calculate | tree_id | | if(${{tree}} != '', ${{tree}}, ${{new_id}}) | |
| entities |
| | list_name | label | entity_id | create_if | update_if |
| | trees | ${{title}} | ${{tree_id}} | ${{tree}} = '' | ${{tree}} != '' |
| settings |
| | form_id | form_title | version |
| | tree_round | 古树巡护 | {VERSION} |
"""

STREETS = f"""
| survey |
| | type | name | label | save_to |
| | start-geopoint | fix_start | | |
| | text | street | 街名 | streets#street |
| | begin_repeat | shop | 商铺 | |
| | text | title | 店名 | shops#title |
| | text | trade | 做什么的 | shops#trade |
| | end_repeat | | | |
| entities |
| | list_name | label |
| | streets | ${{street}} |
| | shops | ${{title}} |
| settings |
| | form_id | form_title | version |
| | street_round | 沿街商铺 | {VERSION} |
"""

READERS = f"""
| survey |
| | type | name | label |
| | start-geopoint | fix_start | |
| | select_one_from_file trees.csv | tree | 哪一棵 |
| settings |
| | form_id | form_title | version |
| | tree_words | 古树的事 | {VERSION} |
"""
"""Reads the list and does not write to it."""


def publish(database: Database, *sources: str) -> None:
    """Publish forms, as an operator does."""
    with database.transaction(SYSTEM) as work:
        for source in sources:
            forms.publish(work, source)


def entity(
    dataset: str,
    key: object,
    *,
    label: str = "",
    create: bool = False,
    base: int | None = None,
    trunk: int | None = None,
    branch: str | None = None,
) -> str:
    """The meta/entity of a record: a creation, else an update."""
    said = {"dataset": dataset, "id": str(key), "create": "1" if create else "0"}
    if not create:
        said |= {"update": "1", "baseVersion": _text(base), "trunkVersion": _text(trunk)}
        said["branchId"] = branch or ""
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in said.items())
    return f"<entity {attributes}><label>{escape(label)}</label></entity>"


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def tree(
    key: object,
    *,
    label: str = "",
    create: bool = False,
    base: int | None = None,
    trunk: int | None = None,
    branch: str | None = None,
    instance_id: str | None = None,
    deprecated_id: str | None = None,
    at: str = "30.005 108.005 0 8",
    **properties: str,
) -> bytes:
    """A record of the trees' form that makes or changes one tree; the position lies in the worker's grid."""
    block = entity("trees", key, label=label, create=create, base=base, trunk=trunk, branch=branch)
    said = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in properties.items())
    return _record("tree_round", f"<fix_start>{at}</fix_start>{said}", block, instance_id, deprecated_id)


def street(
    name: str,
    shops: Sequence[tuple[object, Mapping[str, str]]],
    *,
    key: object = None,
    instance_id: str | None = None,
    deprecated_id: str | None = None,
) -> bytes:
    """A record of one street and the shops in it, each an entity of its own (2025.1)."""
    rounds = "".join(
        "<shop>"
        + "".join(f"<{question}>{escape(value)}</{question}>" for question, value in said.items())
        + f"<meta>{entity('shops', shop, label=said['title'], create=True)}</meta></shop>"
        for shop, said in shops
    )
    block = entity("streets", key or uuid.uuid4(), label=name, create=True)
    inside = f"<fix_start>30.005 108.005 0 8</fix_start><street>{escape(name)}</street>{rounds}"
    return _record("street_round", inside, block, instance_id, deprecated_id)


def _record(
    form_id: str, inside: str, block: str, instance_id: str | None, deprecated_id: str | None
) -> bytes:
    identity = instance_id or f"uuid:{uuid.uuid4()}"
    older = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    return (
        f'<?xml version="1.0"?><data id="{form_id}" version="{VERSION}">{inside}'
        f"<meta>{block}<instanceID>{identity}</instanceID>{older}</meta></data>"
    ).encode()
