"""What a form says on the phone: the label of every question, and of every choice it lists itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from forms.instance import Answers
from forms.markup import child, local, parse

_ITEXT = "jr:itext('"

Texts: TypeAlias = Mapping[str, Mapping[str, str]]
"""Translated texts by their id, each by its form: "" the words, "image", "guidance" …"""


@dataclass(frozen=True, slots=True)
class Wording:
    """Labels by path ("/data/finding/what/kind"), and by path the label of each choice and the name of its list."""

    labels: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    lists: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a filled form: a question with its answer, or the heading of a group (`answer` is None), at a depth."""

    label: str
    answer: str | None
    depth: int
    path: str


def wording(xml: bytes) -> Wording:
    """Read the labels of a form's default language; questions a worker never sees have none."""
    root = parse(xml)
    spoken = texts(root)
    lists = {each.get("id", ""): dict(_items(each, spoken)) for each in _all(root, "instance")}
    labels: dict[str, str] = {}
    choices: dict[str, Mapping[str, str]] = {}
    chosen_from: dict[str, str] = {}
    for control in root.iter():
        path = control.get("ref") or control.get("nodeset")
        label = child(control, "label") if path else None
        if path is None or label is None or local(control.tag) == "itemset":
            continue
        labels[path] = said(label, spoken)
        itemset = child(control, "itemset")
        if itemset is not None:
            chosen_from[path] = itemset.get("nodeset", "").partition("('")[2].partition("')")[0]
            choices[path] = lists.get(chosen_from[path], {})
    return Wording(labels, choices, chosen_from)


def filled(answers: Answers, words: Wording, *, path: str = "/data", depth: int = 0) -> Iterator[Line]:
    """The lines of a filled form in its order: what was asked and answered, as the phone showed it."""
    for name, value in answers.items():
        here = f"{path}/{name}"
        label = words.labels.get(here, "")
        rounds = value if isinstance(value, list) else [value]
        for number, each in enumerate(rounds, start=1):
            if isinstance(each, dict):
                title = f"{label} {number}" if isinstance(value, list) else label
                yield from _group(each, words, here, Line(title, None, depth, here))
            elif label and each is not None:
                yield Line(label, _chosen(each, words.choices.get(here, {})), depth, here)


def _group(answers: Answers, words: Wording, path: str, heading: Line) -> Iterator[Line]:
    inside = list(filled(answers, words, path=path, depth=heading.depth + bool(heading.label)))
    if inside:
        yield from ([heading] if heading.label else [])
        yield from inside


def _chosen(answer: str, choices: Mapping[str, str]) -> str:
    return "、".join(choices.get(name, name) for name in answer.split()) if choices else answer


def _all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (element for element in root.iter() if local(element.tag) == name)


def texts(root: etree._Element) -> Texts:
    """The translated texts of a form's default language."""
    translations = list(_all(root, "translation"))
    default = [each for each in translations if each.get("default")] or translations[:1]
    return {
        text.get("id", ""): {value.get("form", ""): "".join(map(str, value.itertext())) for value in text}
        for translation in default
        for text in translation
    }


def said(element: etree._Element, spoken: Texts, *, form: str = "") -> str:
    """What a label, hint or message reads, by itself or in its translation; "" where it has no such `form`."""
    reference = element.get("ref", "")
    if reference.startswith(_ITEXT):
        return translated(reference, spoken, form=form)
    return "" if form else "".join(str(part) for part in element.itertext())


def translated(reference: str, spoken: Texts, *, form: str = "") -> str:
    """What stands behind "jr:itext('…')"."""
    return spoken.get(reference.removeprefix(_ITEXT).rstrip("')"), {}).get(form, "")


def _items(instance: etree._Element, spoken: Texts) -> Iterator[tuple[str, str]]:
    for item in _all(instance, "item"):
        parts = {local(part.tag): part.text or "" for part in item}
        words = spoken.get(parts.get("itextId", ""), {})
        yield parts.get("name", ""), words.get("", parts.get("label", ""))
