"""题目: what a version of a form asks, question by question, as the people who wrote it would read it out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from lxml import etree

from forms.markup import child, local, parse
from forms.schema import Node, primary_instance, shape
from forms.wording import said, texts, translated, wording

Part = Literal[
    "hint",
    "media",
    "appearance",
    "choice_file",
    "choice_filter",
    "default",
    "count",
    "relevance",
    "required",
    "required_message",
    "constraint",
    "constraint_message",
    "calculation",
]

_TYPES: Final[Mapping[str, str]] = {
    "select1": "单选",
    "select": "多选",
    "rank": "排序",
    "range": "滑块",
    "trigger": "确认",
    "group": "组",
    "repeat": "重复组",
    "image/*": "照片",
    "audio/*": "录音",
    "video/*": "视频",
    "application/*": "文件",
    "string": "文字",
    "int": "整数",
    "decimal": "小数",
    "date": "日期",
    "time": "时间",
    "dateTime": "日期和时间",
    "geopoint": "位置",
    "geotrace": "线",
    "geoshape": "面",
    "barcode": "条码",
    "binary": "文件",
}
_DRAWN: Final = frozenset({"input", "select", "select1", "rank", "upload", "range", "trigger"})
_AROUND: Final = frozenset({"group", "repeat"})
_REQUIRED: Final = {"true()": "必填", "": "不必填", "false()": "不必填"}
_SHOWN_OR_PLAYED: Final = ("image", "big-image", "audio", "video")
_REFERENCE: Final = re.compile(r"(?:\.\./|/)[\w./-]+")
_FILTER: Final = re.compile(r"\[(.*)\]", re.DOTALL)
_LIST: Final = re.compile(r"instance\('([^']*)'\)")
_AT_FIRST: Final = "odk-instance-first-load"
_ON_CHANGE: Final = "xforms-value-changed"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, group or calculation: its choices in words by name, and what else is said about it by `parts`.

    A part it has not reads "". Words are those of the form's default language.
    """

    name: str
    label: str
    type: str
    choices: Mapping[str, str]
    parts: Mapping[Part, str]

    @property
    def called(self) -> str:
        """What a worker reads, or the name of what nobody sees."""
        return self.label or self.name


def questions(xml: bytes) -> dict[str, Question]:
    """The questions of an XForm by path, in its order; `meta` is the phone's own affair. Raises FormRefused."""
    root = shape(xml).root
    read = _Reader(xml)
    return {path: read.question(path, node) for path, node in _nodes(root, f"/{root.name}")}


def _nodes(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    for name, inner in node.within.items():
        if name != "meta":
            yield f"{path}/{name}", inner
            yield from _nodes(inner, f"{path}/{name}")


class _Reader:
    """An XForm opened to be read part by part: what it shows, what binds it, what it is filled with, each by path."""

    def __init__(self, xml: bytes) -> None:
        form = parse(xml)
        self.spoken = texts(form)
        self.words = wording(xml)
        self.binds: dict[str, etree._Element] = {}
        self.shown: dict[str, list[etree._Element]] = {}
        self.filled: dict[tuple[str, str], str] = {}
        self.files: dict[str, str] = {}
        self.pictures: dict[str, list[tuple[str, str]]] = {}
        self.blank: dict[str, str] = {}
        for element in form.iter():
            self._note(element)

    def _note(self, element: etree._Element) -> None:
        kind = local(element.tag)
        path = (element.get("ref") or element.get("nodeset") or "").strip()
        if kind == "bind":
            self.binds[path] = element
        elif kind == "setvalue":
            event = element.get("event", "").partition(" ")[0]
            self.filled[path, event] = element.get("value") or element.text or ""
        elif kind == "instance":
            self._note_list(element)
        elif kind == "model" and (primary := primary_instance(element)) is not None:
            self.blank = dict(reversed(list(_blank(primary, ""))))
        elif kind in _DRAWN | _AROUND:
            self.shown.setdefault(path, []).append(element)

    def _note_list(self, instance: etree._Element) -> None:
        name = instance.get("id", "")
        self.files[name] = instance.get("src", "").rpartition("/")[2]
        items = [each for each in instance.iter() if local(each.tag) == "item"]
        texts_of = [{local(part.tag): part.text or "" for part in item} for item in items]
        self.pictures[name] = [
            (each.get("name", ""), file)
            for each in texts_of
            for file in self._files(self.spoken.get(each.get("itextId", ""), {}))
        ]

    def question(self, path: str, node: Node) -> Question:
        """One question of the form."""
        return Question(
            name=node.name,
            label=self.words.labels.get(path, "").strip(),
            type=self._type(path, node),
            choices=self.words.choices.get(path, {}),
            parts={part: read(self, path) for part, read in _PARTS.items()},
        )

    def _type(self, path: str, node: Node) -> str:
        if node.field is None:
            return _TYPES[node.kind]
        control = next(iter(self.shown.get(path, ())), None)
        if control is None:
            return "计算"
        if node.field.note:
            return "说明"
        drawn = control.get("mediatype") or local(control.tag)
        return _TYPES.get(drawn) or _TYPES.get(node.field.type) or node.field.type

    def bound(self, path: str, name: str) -> str:
        """An attribute of the bind, whatever its prefix; "" without one."""
        bind = self.binds.get(path)
        found = {} if bind is None else {local(str(key)): str(value) for key, value in bind.attrib.items()}
        return found.get(name, "")

    def message(self, path: str, name: str) -> str:
        """A message of the bind in words."""
        written = self.bound(path, name)
        return (translated(written, self.spoken) if written.startswith("jr:itext(") else written).strip()

    def control(self, path: str, name: str) -> str:
        """An attribute of what is shown at a path, whatever its prefix."""
        found = (
            str(value)
            for element in self.shown.get(path, ())
            for key, value in element.attrib.items()
            if local(str(key)) == name
        )
        return next(found, "")

    def inner(self, path: str, name: str) -> etree._Element | None:
        """What is written inside of what is shown at a path."""
        return next(
            (got for each in self.shown.get(path, ()) if (got := child(each, name)) is not None), None
        )

    def hint(self, path: str) -> str:
        """The words below a question, and those of its guidance."""
        hint = self.inner(path, "hint")
        both = (
            () if hint is None else (said(hint, self.spoken, form=form).strip() for form in ("", "guidance"))
        )
        return "／".join(filter(None, both))

    def media(self, path: str) -> str:
        """The files shown or played with a question, then those of its choices."""
        label = self.inner(path, "label")
        reference = "" if label is None else label.get("ref", "")
        own = self._files(
            {form: translated(reference, self.spoken, form=form) for form in _SHOWN_OR_PLAYED}
            if reference
            else {}
        )
        called = self.words.choices.get(path, {})
        of_choices = self.pictures.get(self.words.lists.get(path, ""), ())
        return "、".join((*own, *(f"{called.get(name, name)} {file}" for name, file in of_choices)))

    def _files(self, said_so: Mapping[str, str]) -> list[str]:
        return [said_so[form].rpartition("/")[2] for form in _SHOWN_OR_PLAYED if said_so.get(form)]

    def itemset(self, path: str) -> str:
        """Where the choices are taken from."""
        found = self.inner(path, "itemset")
        return "" if found is None else found.get("nodeset", "")


def _choice_file(read: _Reader, path: str) -> str:
    listed = _LIST.search(read.itemset(path))
    return read.files.get(listed[1], "") if listed else ""


def _choice_filter(read: _Reader, path: str) -> str:
    found = _FILTER.search(read.itemset(path))
    return _written(found[1]) if found else ""


def _default(read: _Reader, path: str) -> str:
    return _written(read.filled.get((path, _AT_FIRST), "")) or read.blank.get(path, "")


def _required(read: _Reader, path: str) -> str:
    written = _written(read.bound(path, "required"))
    return _REQUIRED.get(written, written)


def _calculation(read: _Reader, path: str) -> str:
    return _written(read.bound(path, "calculate") or read.filled.get((path, _ON_CHANGE), ""))


_PARTS: Final[Mapping[Part, Callable[[_Reader, str], str]]] = {
    "hint": _Reader.hint,
    "media": _Reader.media,
    "appearance": lambda read, path: read.control(path, "appearance"),
    "choice_file": _choice_file,
    "choice_filter": _choice_filter,
    "default": _default,
    "count": lambda read, path: _written(read.control(path, "count")),
    "relevance": lambda read, path: _written(read.bound(path, "relevant")),
    "required": _required,
    "required_message": lambda read, path: read.message(path, "requiredMsg"),
    "constraint": lambda read, path: _written(read.bound(path, "constraint")),
    "constraint_message": lambda read, path: read.message(path, "constraintMsg"),
    "calculation": _calculation,
}


def _blank(element: etree._Element, around: str) -> Iterator[tuple[str, str]]:
    """What a blank record holds already, by path."""
    path = f"{around}/{local(element.tag)}"
    yield path, (element.text or "").strip()
    for inner in element:
        yield from _blank(inner, path)


def _written(expression: str) -> str:
    """An expression as people write it, with ${name} for a path."""
    named = _REFERENCE.sub(lambda path: f" ${{{path[0].rpartition('/')[2]}}} ", expression)
    return " ".join(named.split())
