"""What a form says on the phone: the label of every question, and of every choice it lists itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from forms.instance import Answers
from forms.markup import child, local, parse

_ITEXT = "jr:itext('"


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
    texts = dict(_texts(root))
    lists = {each.get("id", ""): dict(_items(each, texts)) for each in _all(root, "instance")}
    labels: dict[str, str] = {}
    choices: dict[str, Mapping[str, str]] = {}
    chosen_from: dict[str, str] = {}
    for control in root.iter():
        path = control.get("ref") or control.get("nodeset")
        label = child(control, "label") if path else None
        if path is None or label is None or local(control.tag) == "itemset":
            continue
        labels[path] = _said(label, texts)
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


def _texts(root: etree._Element) -> Iterator[tuple[str, str]]:
    translations = list(_all(root, "translation"))
    default = [each for each in translations if each.get("default")] or translations[:1]
    for translation in default:
        for text in translation:
            yield text.get("id", ""), "".join(value.text or "" for value in text if value.get("form") is None)


def _items(instance: etree._Element, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for item in _all(instance, "item"):
        parts = {local(part.tag): part.text or "" for part in item}
        yield parts.get("name", ""), texts.get(parts.get("itextId", ""), parts.get("label", ""))


def _said(label: etree._Element, texts: Mapping[str, str]) -> str:
    reference = label.get("ref", "")
    if reference.startswith(_ITEXT):
        return texts.get(reference.removeprefix(_ITEXT).rstrip("')"), "")
    return "".join(str(part) for part in label.itertext())
