"""版本对照: what is asked differently by two versions of a form, in Chinese sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, Literal, TypeAlias

from forms.questions import Part, Question, questions

Kind: TypeAlias = Literal["added", "gone", "renamed", "moved", "type", "label", "choices"] | Part

_SENTENCES: Final[Mapping[Kind, str]] = {
    "added": "新增「{label}」（{new}）",
    "gone": "去掉「{label}」（{old}）",
    "renamed": "「{label}」的名称由 {old} 改为 {new}",
    "moved": "「{label}」由 {old} 移到 {new}",
    "type": "「{label}」的题型由{old}改为{new}",
    "label": "「{old}」改写为「{new}」",
    "choices": "「{label}」的选项：{new}",
    "hint": "「{label}」的提示由 {old} 改为 {new}",
    "media": "「{label}」的图片和声音由 {old} 改为 {new}",
    "appearance": "「{label}」的外观由 {old} 改为 {new}",
    "choice_file": "「{label}」的选项由 {old} 改从 {new} 取",
    "choice_filter": "「{label}」的选项筛选由 {old} 改为 {new}",
    "default": "「{label}」的预填由 {old} 改为 {new}",
    "count": "「{label}」的次数由 {old} 改为 {new}",
    "relevance": "「{label}」出现的条件由 {old} 改为 {new}",
    "required": "「{label}」是否必填由 {old} 改为 {new}",
    "required_message": "「{label}」没填时的提醒由 {old} 改为 {new}",
    "constraint": "「{label}」的限制由 {old} 改为 {new}",
    "constraint_message": "「{label}」填错时的提醒由 {old} 改为 {new}",
    "calculation": "「{label}」的算式由 {old} 改为 {new}",
}
_NONE: Final = "（无）"
_SENTENCES_OF_A_FORM: Final[frozenset[Kind]] = frozenset({"hint", "required_message", "constraint_message"})
"""Parts that may be long: of these only what is around the change is told."""
_BEFORE_THE_CHANGE: Final = 6
_AT_MOST: Final = 30


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
        """The difference as a sentence; long words are shortened to where they differ."""
        old, new = self.old, self.new
        if self.kind in _SENTENCES_OF_A_FORM:
            old, new = _shortened(old, new)
        return _SENTENCES[self.kind].format(label=self.label, old=old or _NONE, new=new or _NONE)


def _shortened(old: str, new: str) -> tuple[str, str]:
    """Two texts from shortly before they differ, each with as many characters as a line holds."""
    longest = max(len(old), len(new))
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    first = max(0, alike - _BEFORE_THE_CHANGE) if longest > _AT_MOST else 0
    return _cut(old, first), _cut(new, first)


def _cut(text: str, first: int) -> str:
    rest = text[first : first + _AT_MOST]
    return f"{'…' if first else ''}{rest}{'…' if first + _AT_MOST < len(text) else ''}"


def differences(old_xml: bytes, new_xml: bytes) -> tuple[Difference, ...]:
    """版本对照：compare two XForms in the order of the newer; what is gone comes last.

    A question that only changed its name or its group is told as such, where type and label show that it is the same.
    Raises FormRefused for what is no XForm.
    """
    old, new = questions(old_xml), questions(new_xml)
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


def _same(asked: Question, gone: Mapping[str, Question]) -> str | None:
    """The path a question had before; one without a label is known by its name."""
    alike = (
        path
        for path, each in gone.items()
        if (each.type, each.label) == (asked.type, asked.label) and (asked.label or asked.name == each.name)
    )
    return next(alike, None)


def _renamed(path: str, came_from: str, asked: Question) -> Difference:
    (old_group, _, old_name), (group, _, name) = came_from.rpartition("/"), path.rpartition("/")
    if old_name == name:
        return Difference("moved", path, asked.called, old_group, group)
    return Difference("renamed", path, asked.called, old_name, name)


def _changes(path: str, old: Question, new: Question) -> Iterator[Difference]:
    if old.label != new.label:
        yield Difference("label", path, new.called, old.called, new.called)
    if old.type != new.type:
        yield Difference("type", path, new.called, old.type, new.type)
    if list(old.choices.items()) != list(new.choices.items()):
        yield Difference("choices", path, new.called, "", "；".join(_choices(old.choices, new.choices)))
    for part, now in new.parts.items():
        if (before := old.parts[part]) != now:
            yield Difference(part, path, new.called, before, now)


def _choices(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    added = [new[name] for name in new if name not in old]
    gone = [old[name] for name in old if name not in new]
    reworded = [f"{old[name]}→{new[name]}" for name in new if name in old and old[name] != new[name]]
    for word, names in (("新增", added), ("去掉", gone), ("改写", reworded)):
        if names:
            yield f"{word}{'、'.join(names)}"
    if not added and not gone and not reworded:
        yield "换了顺序"
