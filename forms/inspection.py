"""A compiled form opened for remarks: the parts every rule of the lint looks at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from lxml import etree

from forms.compiler import CompiledForm
from forms.findings import Finding
from forms.markup import child, local, parse
from forms.schema import primary_instance

_LITERAL: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_EXPRESSIONS: Final = frozenset(
    {"relevant", "constraint", "calculate", "required", "readonly", "nodeset", "ref", "value", "count"}
)
_CONTROLS: Final = frozenset({"input", "select", "select1", "rank", "upload", "range", "trigger"})


@dataclass(frozen=True)
class Inspected:
    """The parsed XForm, what it stands in for, and the files there are beside it.

    `files` are those uploaded with the form, by name, None where that is not asked; `served` names the files the
    server makes itself: the register's lists and the entity lists.
    """

    compiled: CompiledForm
    stands_for: str | None = None
    files: Mapping[str, bytes] | None = None
    served: Collection[str] = field(default_factory=frozenset)

    @cached_property
    def tree(self) -> etree._Element:
        """The root of the XForm."""
        return parse(self.compiled.xml)

    @cached_property
    def model(self) -> etree._Element:
        """Its model."""
        return next(each for each in self.tree.iter() if local(each.tag) == "model")

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Paths of the nodes a submission consists of, each once."""
        primary = primary_instance(self.model)
        return tuple(dict.fromkeys(_paths(primary, ""))) if primary is not None else ()

    @cached_property
    def binds(self) -> dict[str, etree._Element]:
        """Binds by the path they are about."""
        return {each.get("nodeset", "").strip(): each for each in self.model if local(each.tag) == "bind"}

    @cached_property
    def controls(self) -> dict[str, etree._Element]:
        """What a worker sees and answers, by path."""
        seen = (each for each in self.tree.iter() if local(each.tag) in _CONTROLS)
        return {each.get("ref", "").strip(): each for each in seen if each.get("ref")}

    @cached_property
    def expressions(self) -> tuple[tuple[str, str], ...]:
        """(path, expression without its string literals), for everything the phone evaluates."""
        return tuple(
            (element.get("nodeset") or element.get("ref") or "", _LITERAL.sub("''", str(text)))
            for element in self.tree.iter()
            for name, text in element.attrib.items()
            if local(str(name)) in _EXPRESSIONS
        )

    @cached_property
    def instances(self) -> dict[str, etree._Element]:
        """Secondary instances by id: choice lists, and files by the name they are asked by."""
        found = [each for each in self.model if local(each.tag) == "instance"]
        return {each.get("id", ""): each for each in found[1:]}

    def itemset(self, path: str) -> etree._Element | None:
        """Where a question takes its choices from."""
        control = self.controls.get(path)
        return None if control is None else child(control, "itemset")

    def is_note(self, path: str) -> bool:
        """True for words that are only read."""
        bind = self.binds.get(path)
        return bind is not None and bind.get("readonly") == "true()"

    def is_conditional(self, path: str) -> bool:
        """True for a question that only some are asked, itself or by a group around it."""
        while path:
            bind = self.binds.get(path)
            if bind is not None and bind.get("relevant"):
                return True
            path = path.rpartition("/")[0]
        return False


def _paths(element: etree._Element, around: str) -> Iterator[str]:
    path = f"{around}/{local(element.tag)}"
    yield path
    for inner in element:
        yield from _paths(inner, path)


def error(place: str, message: str) -> Finding:
    """What keeps the form from being published."""
    return Finding("error", place, message)


def warning(place: str, message: str) -> Finding:
    """What somebody will stumble over."""
    return Finding("warning", place, message)
