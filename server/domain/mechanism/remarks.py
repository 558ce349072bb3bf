"""出处: what a mechanism's file says behind each value — the rule it was taken from, or that it is our default."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_TABLE = re.compile(r"\[(?P<many>\[)?(?P<name>[a-z_.]+)\]\]?")
_VALUE = re.compile(r"(?P<key>[a-z_]+) *= *(?P<value>.*)")
_CODE = re.compile(r'(?P<code>(?:[^"#]|"[^"]*")*)(?:#(?P<remark>.*))?')


def remarks(text: str) -> Mapping[str, str]:
    """Return the comment behind each line that holds a value, by its dotted key; "" where there is none.

    The keys are those of a refusal: "classes.1.owner"; a row of a list written one to a line is "channels.3".
    """
    reader = _Reader()
    for line in text.splitlines():
        code, remark = _split(line)
        if code:
            reader.take(code, remark)
    return reader.found


def _split(line: str) -> tuple[str, str]:
    parts = _CODE.match(line)
    if parts is None:  # the pattern matches every line, the empty one too
        return line, ""
    return parts["code"].strip(), (parts["remark"] or "").strip()


class _Reader:
    """Where in the file the next line stands: the table it belongs to, and the list it is a row of."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._table = ""
        self._list: str | None = None
        self._counted: Counter[str] = Counter()

    def take(self, code: str, remark: str) -> None:
        if self._list is not None:
            self._row(self._list, code, remark)
        elif table := _TABLE.fullmatch(code):
            self._table = self._next(table["name"]) if table["many"] else table["name"]
        elif value := _VALUE.fullmatch(code):
            key = f"{self._table}.{value['key']}".lstrip(".")
            if value["value"] == "[":
                self._list = key
            else:
                self.found[key] = remark

    def _row(self, name: str, code: str, remark: str) -> None:
        if code == "]":
            self._list = None
        else:
            self.found[self._next(name)] = remark

    def _next(self, name: str) -> str:
        place = self._counted[name]
        self._counted[name] += 1
        return f"{name}.{place}"
