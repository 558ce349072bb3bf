"""版本对照: what is asked differently by two versions of a form, in Chinese sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from lxml import etree

from forms.markup import local, parse
from forms.schema import Node, shape
from forms.wording import wording

Kind = Literal[
    "added",
    "gone",
    "renamed",
    "moved",
    "type",
    "label",
    "choices",
    "relevance",
    "constraint",
    "required",
    "calculation",
]

_SENTENCES: Final[Mapping[Kind, str]] = {
    "added": "新增「{label}」（{new}）",
    "gone": "去掉「{label}」（{old}）",
    "renamed": "「{label}」的名称由 {old} 改为 {new}",
    "moved": "「{label}」由 {old} 移到 {new}",
    "type": "「{label}」的题型由{old}改为{new}",
    "label": "「{old}」改写为「{new}」",
    "choices": "「{label}」的选项：{new}",
    "relevance": "「{label}」出现的条件由 {old} 改为 {new}",
    "constraint": "「{label}」的限制由 {old} 改为 {new}",
    "required": "「{label}」是否必填由 {old} 改为 {new}",
    "calculation": "「{label}」的算式由 {old} 改为 {new}",
}
_NONE: Final = "（无）"
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
_REQUIRED: Final = {"true()": "必填", "": "不必填", "false()": "不必填"}
_REFERENCE: Final = re.compile(r"(?:\.\./|/)[\w./-]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is asked differently; `path` is that of the newer version, or of the older for what is gone.

    `label` is the question as a worker reads it, `old` and `new` what was and what is.
    """

    kind: Kind
    path: str
    label: str
    old: str
    new: str

    @property
    def message(self) -> str:
        """The difference as a sentence."""
        return _SENTENCES[self.kind].format(label=self.label, old=self.old or _NONE, new=self.new or _NONE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, group or calculation of one version."""

    name: str
    label: str
    type: str
    choices: Mapping[str, str]
    relevance: str
    constraint: str
    required: str
    calculation: str

    @property
    def called(self) -> str:
        return self.label or self.name


def differences(old_xml: bytes, new_xml: bytes) -> tuple[Difference, ...]:
    """版本对照：compare two XForms in the order of the newer; what is gone comes last.

    A question that only changed its name or its group is told as such, where type and label show that it is the same.
    Raises FormRefused for what is no XForm.
    """
    old, new = _asked(old_xml), _asked(new_xml)
    gone = {path: each for path, each in old.items() if path not in new}
    found: list[Difference] = []
    for path, each in new.items():
        if path in old:
            found.extend(_changes(path, old[path], each))
        elif (came_from := _same(each, gone)) is not None:
            found.append(_renamed(path, came_from, each))
            found.extend(_changes(path, gone.pop(came_from), each))
        else:
            found.append(Difference("added", path, each.called, "", each.type))
    found.extend(Difference("gone", path, each.called, each.type, "") for path, each in gone.items())
    return tuple(found)


def _same(asked: _Asked, gone: Mapping[str, _Asked]) -> str | None:
    """The path a question had before; one without a label is known by its name."""
    alike = (
        path
        for path, each in gone.items()
        if (each.type, each.label) == (asked.type, asked.label) and (asked.label or asked.name == each.name)
    )
    return next(alike, None)


def _renamed(path: str, came_from: str, asked: _Asked) -> Difference:
    (old_group, _, old_name), (group, _, name) = came_from.rpartition("/"), path.rpartition("/")
    if old_name == name:
        return Difference("moved", path, asked.called, old_group, group)
    return Difference("renamed", path, asked.called, old_name, name)


def _changes(path: str, old: _Asked, new: _Asked) -> Iterator[Difference]:
    if old.label != new.label:
        yield Difference("label", path, new.called, old.called, new.called)
    if old.type != new.type:
        yield Difference("type", path, new.called, old.type, new.type)
    if list(old.choices.items()) != list(new.choices.items()):
        yield Difference("choices", path, new.called, "", "；".join(_choices(old.choices, new.choices)))
    conditions: tuple[tuple[Kind, str, str], ...] = (
        ("relevance", old.relevance, new.relevance),
        ("constraint", old.constraint, new.constraint),
        ("required", old.required, new.required),
        ("calculation", old.calculation, new.calculation),
    )
    for kind, before, now in conditions:
        if before != now:
            yield Difference(kind, path, new.called, before, now)


def _choices(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    added = [new[name] for name in new if name not in old]
    gone = [old[name] for name in old if name not in new]
    reworded = [f"{old[name]}→{new[name]}" for name in new if name in old and old[name] != new[name]]
    for word, names in (("新增", added), ("去掉", gone), ("改写", reworded)):
        if names:
            yield f"{word}{'、'.join(names)}"
    if not added and not gone and not reworded:
        yield "换了顺序"


def _asked(xml: bytes) -> dict[str, _Asked]:
    """By path, in the order of the form; `meta` is the phone's own affair."""
    form = parse(xml)
    root = shape(xml).root
    words = wording(xml)
    binds = {each.get("nodeset", "").strip(): each for each in form.iter() if local(each.tag) == "bind"}
    controls = {each.get("ref", "").strip(): each for each in form.iter() if local(each.tag) in _DRAWN}
    found: dict[str, _Asked] = {}
    for path, node in _nodes(root, f"/{root.name}"):
        bind = binds.get(path)
        found[path] = _Asked(
            name=node.name,
            label=words.labels.get(path, ""),
            type=_type(node, controls.get(path)),
            choices=words.choices.get(path, {}),
            relevance=_expression(bind, "relevant"),
            constraint=_expression(bind, "constraint"),
            required=_REQUIRED.get(written := _expression(bind, "required"), written),
            calculation=_expression(bind, "calculate"),
        )
    return found


def _nodes(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    for name, inner in node.within.items():
        if name != "meta":
            yield f"{path}/{name}", inner
            yield from _nodes(inner, f"{path}/{name}")


def _type(node: Node, control: etree._Element | None) -> str:
    if node.field is None:
        return _TYPES[node.kind]
    if control is None:
        return "计算"
    if node.field.note:
        return "说明"
    drawn = control.get("mediatype") or local(control.tag)
    return _TYPES.get(drawn) or _TYPES.get(node.field.type) or node.field.type


def _expression(bind: etree._Element | None, name: str) -> str:
    """An expression as people write it, with ${name} for a path."""
    written = "" if bind is None else bind.get(name, "")
    named = _REFERENCE.sub(lambda path: f" ${{{path[0].rpartition('/')[2]}}} ", written)
    return " ".join(named.split())
