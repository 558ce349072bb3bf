"""A submission's XML: who it is, what was answered, which files belong to it, which entities it touches.

`parse()` reads the bytes once; everything else reads the parsed Instance against the Shape of its form version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, Union

from lxml import etree

from forms.markup import MarkupRefused, child, local
from forms.markup import parse as parse_markup
from forms.schema import Node, Shape

Answers: TypeAlias = dict[str, Union[str, "Answers", list["Answers"], None]]


class InstanceRefused(Exception):
    """The XML is not a submission.

    `code` is "xml.malformed", "xml.doctype", "xml.no_form_id" or "xml.no_instance_id".
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Instance:
    """One submission: the ids that identify it, and its parsed XML for the functions of this module.

    `version` is "" when the XML names none. `encrypted` marks an envelope whose answers only its key can read.
    """

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str | None
    name: str | None
    encrypted: bool
    tree: etree._Element = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class EntityBlock:
    """What a submission asks of one entity (OPENROSA §8); both `create` and `update` mean an upsert.

    `entity_id` is lower case without "uuid:". `properties` holds the nodes present in the XML, empty ones as "".
    Versions are None when empty or not a whole number.
    """

    dataset: str
    entity_id: str
    create: bool
    update: bool
    label: str | None
    base_version: int | None
    trunk_version: int | None
    branch_id: str | None
    properties: dict[str, str]


def parse(xml: bytes) -> Instance:
    """Read a submission. Raises InstanceRefused."""
    try:
        root = parse_markup(xml)
    except MarkupRefused as refusal:
        raise InstanceRefused(refusal.code) from refusal
    meta = child(root, "meta")
    instance_id = _said(meta, "instanceID") or root.get("instanceID", "").strip()
    if not root.get("id"):
        raise InstanceRefused("xml.no_form_id")
    if not instance_id:
        raise InstanceRefused("xml.no_instance_id")
    return Instance(
        form_id=root.get("id", ""),
        version=root.get("version", ""),
        instance_id=instance_id,
        deprecated_id=_said(meta, "deprecatedID"),
        name=_said(meta, "instanceName"),
        encrypted=root.get("encrypted") == "yes",
        tree=root,
    )


def values(instance: Instance, shape: Shape) -> Answers:
    """The answers as nested dictionaries by local name, ready for JSON.

    Every group of the form is a dictionary and every repeat a list of dictionaries, present in the XML or not.
    A question is its text, or None when it is blank, and is missing when the phone left it out as not relevant.
    `meta` and whatever the form does not declare are left out; of a node that may not repeat the first counts.
    """
    return _answers(instance.tree, shape.root)


def attachments(instance: Instance, shape: Shape) -> tuple[str, ...]:
    """Names of the files that belong to the submission, in document order; an audit log is one of them.

    A name with a path in it is left out: no client sends one, and no export may ever write one.
    """
    named = _envelope(instance.tree) if instance.encrypted else _files(instance.tree, shape.root)
    return tuple(dict.fromkeys(name for name in named if _is_file_name(name)))


def entities(instance: Instance, shape: Shape) -> tuple[EntityBlock, ...]:
    """The entity blocks of the submission, wherever the form declares one."""
    return tuple(_blocks(instance.tree, shape.root))


def cut(xml: bytes, path: str) -> bytes:
    """The same submission with every node at `path` ("/data/wrap_up/track") emptied; the rest is kept.

    `xml` is one that parse() has accepted.
    """
    root = parse_markup(xml)
    first, *steps = path.strip("/").split("/")
    found = [root] if local(root.tag) == first else []
    for step in steps:
        found = [inner for element in found for inner in element if local(inner.tag) == step]
    for element in found:
        del element[:]
        element.text = None
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _said(element: etree._Element | None, name: str) -> str | None:
    node = child(element, name) if element is not None else None
    return (node.text or "").strip() or None if node is not None else None


def _answers(element: etree._Element | None, node: Node) -> Answers:
    answers: Answers = {}
    rounds: dict[str, list[Answers]] = {}
    for inner in element if element is not None else ():
        name = local(inner.tag)
        part = node.within.get(name)
        if part is None or name == "meta":
            continue
        if part.kind == "repeat":
            rounds.setdefault(name, []).append(_answers(inner, part))
        elif name not in answers:
            answers[name] = _text(inner) if part.kind == "question" else _answers(inner, part)
    for part in node.structures:
        if part.kind == "repeat":
            answers[part.name] = rounds.get(part.name, [])
        elif part.name not in answers:
            answers[part.name] = _answers(None, part)
    return answers


def _text(element: etree._Element) -> str | None:
    text = element.text
    return None if text is None or text.isspace() else text


def _files(element: etree._Element, node: Node) -> Iterator[str]:
    for inner in element:
        part = node.within.get(local(inner.tag))
        if part is None or not part.has_attachments:
            continue
        if part.kind == "question":
            yield (inner.text or "").strip()
        else:
            yield from _files(inner, part)


def _envelope(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        if local(element.tag) in {"file", "encryptedXmlFile"}:
            yield (element.text or "").strip()


def _is_file_name(name: str) -> bool:
    return name not in {"", ".", ".."} and "/" not in name and "\\" not in name


def _blocks(element: etree._Element, node: Node) -> Iterator[EntityBlock]:
    if node.has_entity and (meta := child(element, "meta")) is not None:
        declared = child(meta, "entity")
        if declared is not None and declared.get("dataset"):
            yield _block(declared, dict(_properties(element, node)))
    for inner in element:
        part = node.within.get(local(inner.tag))
        if part is not None and part.kind != "question":
            yield from _blocks(inner, part)


def _block(declared: etree._Element, properties: dict[str, str]) -> EntityBlock:
    return EntityBlock(
        dataset=declared.get("dataset", ""),
        entity_id=declared.get("id", "").strip().lower().removeprefix("uuid:"),
        create=declared.get("create") in {"1", "true"},
        update=declared.get("update") in {"1", "true"},
        label=_said(declared, "label"),
        base_version=_whole(declared.get("baseVersion", "")),
        trunk_version=_whole(declared.get("trunkVersion", "")),
        branch_id=declared.get("branchId", "").strip() or None,
        properties=properties,
    )


def _properties(element: etree._Element, node: Node) -> Iterator[tuple[str, str]]:
    """Properties saved under this owner; a deeper owner keeps its own."""
    for inner in element:
        part = node.within.get(local(inner.tag))
        if part is None or part.has_entity:
            continue
        if part.field is None:
            yield from _properties(inner, part)
        elif part.field.saves_to:
            yield part.field.saves_to, inner.text or ""


def _whole(text: str) -> int | None:
    said = text.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 9 else None
