"""What a form version says about its instances.

`shape()` reads the form XML once; the result is immutable, so the server keeps one per form version and reads
every submission against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from lxml import etree

from forms.findings import Finding, FormRefused
from forms.markup import MarkupRefused, child, local, parse

ENTITIES = "http://www.opendatakit.org/xforms/entities"
_MEDIA = re.compile(r"jr://(?:file-csv|file|images|image|audio|video)/(?P<name>[^/]+)")
_LOOKUP = re.compile(r"\b(?:search|pulldata)\(\s*(?P<quote>['\"])(?P<name>[^'\"]+)(?P=quote)")
_ACTIONS = frozenset({"setvalue", "setgeopoint"})
_EXTERNAL_CHOICES = "itemsets.csv"
"""The file behind questions whose choices are asked for by a `query`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question or calculation.

    `path` is its place in the instance ("/data/finding/what/kind"), `type` the type of its bind ("string", "int",
    "geopoint", "binary", …), `repeat` the path of the nearest repeat around it, `saves_to` the entity property it
    fills. A `note` is only read, so that its answer is always empty.
    """

    path: str
    type: str
    repeat: str | None
    saves_to: str | None
    note: bool = False

    @property
    def binary(self) -> bool:
        """True when the value is the name of an attachment."""
        return self.type == "binary"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the instance as the form declares it; `within` maps local names to the nodes inside."""

    name: str
    kind: Literal["question", "group", "repeat"]
    field: Field | None
    within: Mapping[str, Node]
    structures: tuple[Node, ...]
    """The groups and repeats directly inside, without `meta`."""
    has_entity: bool
    """True when a `meta/entity` directly inside makes this node the owner of entity properties (OPENROSA §8)."""
    has_attachments: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A form version, as far as reading its instances and serving its files needs it."""

    form_id: str
    version: str
    title: str
    fields: tuple[Field, ...]
    repeats: frozenset[str]
    media: tuple[str, ...]
    """File names the form expects beside it, in the order they are named."""
    entity_lists: tuple[str, ...]
    """Names of the entity lists the form writes to and also reads from a file of that name."""
    root: Node = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Binds:
    types: Mapping[str, str]
    saves: Mapping[str, str]
    repeats: frozenset[str]
    notes: frozenset[str]


def shape(xml: bytes) -> Shape:
    """Read the form's XML. Raises FormRefused."""
    try:
        form = parse(xml)
    except MarkupRefused as refusal:
        raise _refused("表单的 XML 读不出来：可能是组套得太深，请简化后再上传") from refusal
    model = next((each for each in form.iter() if local(each.tag) == "model"), None)
    primary = primary_instance(model) if model is not None else None
    if model is None or primary is None:
        raise _refused("这不是 XForm：找不到填报内容（instance）")
    binds = _binds(form, model)
    root = _node(primary, f"/{local(primary.tag)}", None, binds)
    media = tuple(dict.fromkeys(_media(form)))
    return Shape(
        form_id=primary.get("id", ""),
        version=primary.get("version", ""),
        title=next((each.text or "" for each in form.iter() if local(each.tag) == "title"), ""),
        fields=tuple(_fields(root)),
        repeats=binds.repeats,
        media=media,
        entity_lists=tuple(name for name in _datasets(primary) if f"{name}.csv" in media),
        root=root,
    )


def _refused(message: str) -> FormRefused:
    return FormRefused((Finding("error", "", message),))


def primary_instance(model: etree._Element) -> etree._Element | None:
    """The root element of the model's first instance: the blank submission."""
    instance = child(model, "instance")
    return next(iter(instance), None) if instance is not None else None


def _binds(form: etree._Element, model: etree._Element) -> _Binds:
    declared = [(each.get("nodeset", "").strip(), each) for each in model if local(each.tag) == "bind"]
    set_later = {each.get("ref", "").strip() for each in form.iter() if local(each.tag) in _ACTIONS}
    return _Binds(
        types={path: local(bind.get("type", "string").replace(":", "}")) for path, bind in declared},
        saves={path: saved for path, bind in declared if (saved := bind.get(f"{{{ENTITIES}}}saveto"))},
        repeats=frozenset(
            each.get("nodeset", "").strip() for each in form.iter() if local(each.tag) == "repeat"
        ),
        notes=frozenset(
            path
            for path, bind in declared
            if bind.get("readonly") == "true()" and _is_bare(bind, path, set_later)
        ),
    )


def _is_bare(bind: etree._Element, path: str, set_later: Set[str]) -> bool:
    """True for what nothing ever fills: no calculation, no action, not the phone itself."""
    filled = {local(str(name)) for name in bind.attrib} & {"calculate", "preload"}
    return not filled and path not in set_later


def _node(element: etree._Element, path: str, repeat: str | None, binds: _Binds) -> Node:
    repeated = path in binds.repeats
    around = path if repeated else repeat
    within: dict[str, Node] = {}
    for inner in element:
        name = local(inner.tag)
        if name not in within and not _is_entity(inner):
            within[name] = _node(inner, f"{path}/{name}", around, binds)
    question = not len(element) and not repeated
    fields = _field(element, path, repeat, binds) if question else None
    meta = child(element, "meta")
    return Node(
        name=local(element.tag),
        kind="question" if question else "repeat" if repeated else "group",
        field=fields,
        within=MappingProxyType(within),
        structures=tuple(each for each in within.values() if each.kind != "question" and each.name != "meta"),
        has_entity=meta is not None and child(meta, "entity") is not None,
        has_attachments=fields.binary if fields else any(each.has_attachments for each in within.values()),
    )


def _field(element: etree._Element, path: str, repeat: str | None, binds: _Binds) -> Field:
    return Field(
        path,
        binds.types.get(path, "string"),
        repeat,
        binds.saves.get(path),
        note=path in binds.notes and not element.text,
    )


def _is_entity(element: etree._Element) -> bool:
    return local(element.tag) == "entity" and "dataset" in element.attrib


def _fields(node: Node) -> Iterator[Field]:
    if node.field:
        yield node.field
    for inner in node.within.values():
        yield from _fields(inner)


def _datasets(primary: etree._Element) -> Iterator[str]:
    named = (each.get("dataset", "") for each in primary.iter() if _is_entity(each))
    yield from dict.fromkeys(named)


def _media(form: etree._Element) -> Iterator[str]:
    """Every file a phone downloads beside the form (OPENROSA §7); what was saved last is on the phone already."""
    for element in form.iter():
        if found := _MEDIA.fullmatch(element.get("src", "") or (element.text or "").strip()):
            yield found["name"]
        for expression in element.attrib.values():
            for looked_up in _LOOKUP.finditer(str(expression)):
                yield f"{looked_up['name'].removesuffix('.csv')}.csv"
        if "query" in element.attrib:
            yield _EXTERNAL_CHOICES
