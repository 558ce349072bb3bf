"""The entity lists a form writes to, with the properties it fills, as the form itself declares them (OPENROSA §8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from forms.markup import child, local, parse
from forms.schema import ENTITIES, primary_instance

_TAKEN = frozenset({"name", "label"})


@dataclass(frozen=True, slots=True)
class DeclaredList:
    """A list, and its properties in the order the form fills them, each with the path of the question that does."""

    name: str
    properties: Mapping[str, str]


def declared_lists(xml: bytes) -> tuple[DeclaredList, ...]:
    """The lists of a form that compiled, in the order it names them.

    A property belongs to the nearest group or repeat with a `meta/entity`. Names that phones keep for themselves
    (name, label, __version …) are no properties.
    """
    model = next((each for each in parse(xml).iter() if local(each.tag) == "model"), None)
    primary = primary_instance(model) if model is not None else None
    if model is None or primary is None:
        return ()
    owners = dict(_owners(primary, f"/{local(primary.tag)}"))
    filled: dict[str, dict[str, str]] = {name: {} for name in owners.values()}
    for path, name in _saved(model):
        owner = max((each for each in owners if path.startswith(f"{each}/")), key=len, default=None)
        if owner is not None:
            filled[owners[owner]].setdefault(name, path)
    return tuple(DeclaredList(name, properties) for name, properties in filled.items())


def _owners(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    meta = child(element, "meta")
    entity = child(meta, "entity") if meta is not None else None
    if entity is not None and entity.get("dataset"):
        yield path, entity.get("dataset", "")
    for inner in element:
        yield from _owners(inner, f"{path}/{local(inner.tag)}")


def _saved(model: etree._Element) -> Iterator[tuple[str, str]]:
    for bind in model:
        name = bind.get(f"{{{ENTITIES}}}saveto", "")
        if name and name not in _TAKEN and not name.startswith("__"):
            yield bind.get("nodeset", "").strip(), name
