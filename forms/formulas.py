"""算式: what no engine can read in a form, found without asking one: JavaRosa's expressions are XPath 1.0 (OPENROSA §7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from forms.findings import Finding
from forms.markup import local

_LITERAL: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_BINDS: Final[Mapping[str, str]] = {
    "relevant": "relevant",
    "constraint": "constraint",
    "calculate": "calculation",
    "required": "required",
    "readonly": "readonly",
}
"""Columns by the attribute of a bind they are compiled to."""
_ON_LOAD: Final = "odk-instance-first-load"
UNREADABLE: Final = "算式读不懂：=、>、and 这样的符号两边都要有东西，参数之间用逗号隔开，标点用半角"
_QUOTES: Final = "算式读不懂：引号没有成对"
_BRACKETS: Final = "算式读不懂：括号没有成对"


def unreadable(tree: etree._Element) -> Iterator[Finding]:
    """One error for every expression of an XForm that is no XPath, at the path it is about and in its column.

    What holds a Chinese letter outside its quotes is left to the lint, which names that letter.
    """
    for path, column, expression in _expressions(tree):
        bare = _LITERAL.sub("''", expression)
        reason = _reason(expression, bare) if bare.isascii() else None
        if reason is not None:
            yield Finding("error", path, reason, column=column)


def _expressions(tree: etree._Element) -> Iterator[tuple[str, str, str]]:
    """(path, column, expression) for what a spreadsheet's columns are compiled to."""
    for element in tree.iter(etree.Element):
        match local(element.tag):
            case "bind":
                found = {column: element.get(name, "") for name, column in _BINDS.items()}
            case "setvalue":
                is_default = _ON_LOAD in element.get("event", "")
                found = {"default" if is_default else "calculation": element.get("value", "")}
            case "itemset":
                yield from _filter(element)
                continue
            case _:
                continue
        path = (element.get("nodeset") or element.get("ref") or "").strip()
        yield from ((path, column, expression) for column, expression in found.items() if expression.strip())


def _filter(itemset: etree._Element) -> Iterator[tuple[str, str, str]]:
    question = itemset.getparent()
    if question is not None:
        yield question.get("ref", "").strip(), "choice_filter", itemset.get("nodeset", "")


def _reason(expression: str, bare: str) -> str | None:
    """Why an expression cannot be read, None where it can; `bare` is it with its literals emptied."""
    if any(
        bare.count(left) != bare.count(right) for left, right in ("()", "[]")
    ):  # libxml2 lets "if(1," pass
        return _BRACKETS
    try:
        etree.XPath(expression)
    except etree.XPathSyntaxError:
        without = bare.replace("''", "")
        return _QUOTES if "'" in without or '"' in without else UNREADABLE
    return None
