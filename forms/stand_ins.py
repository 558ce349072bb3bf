"""代替: a county's own form in the place of a shipped one, which keeps the names the server reads."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from forms import catalogue
from forms.findings import Finding
from forms.inspection import Inspected, error, warning
from forms.wording import wording


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read from one shipped form: paths below its root, and by path the choice list whose names are known."""

    needed: Sequence[str]
    read: Sequence[str]
    choices: Mapping[str, str]


@cache
def readings() -> Mapping[str, Reading]:
    """By id of the shipped form."""
    table = resources.files("forms") / "library" / "stand_ins.toml"
    return {form_id: Reading(**row) for form_id, row in tomllib.loads(table.read_text("utf-8")).items()}


def unread(form: Inspected) -> Iterator[Finding]:
    """Names the server looks for and does not find. Raises KeyError for a form that nothing is read from."""
    if form.stands_for is None:
        return
    reading = readings()[form.stands_for]
    root = form.paths[0]
    for names, remark, consequence in (
        (reading.needed, error, "没有它，交上来的记录不作数"),
        (reading.read, warning, "没有它，相应的统计和页面会缺一块"),
    ):
        for name in names:
            if f"{root}/{name}" not in form.paths:
                yield remark(f"{root}/{name}", f"缺少题目「{name}」：{consequence}")
    yield from _unknown_choices(form, reading, root)


def _unknown_choices(form: Inspected, reading: Reading, root: str) -> Iterator[Finding]:
    offered = wording(form.compiled.xml).choices
    for name, list_name in reading.choices.items():
        known = catalogue.choices(form.stands_for or "", list_name)
        strange = [choice for choice in offered.get(f"{root}/{name}", {}) if choice not in known]
        if strange:
            yield error(
                f"{root}/{name}",
                f"选项名称「{'、'.join(strange)}」系统不认识：显示文字随便改，名称（name）只能用 {'、'.join(known)}",
            )
