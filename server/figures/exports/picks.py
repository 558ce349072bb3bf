"""从名册里选的: in a file written in words, keys that were picked from the register's lists become the register's names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json

from server.figures.exports.questions import Table
from server.figures.register_names import register_names, with_names
from server.work import Reading

_Pick = tuple[dict[str, Any], str]
"""The group an answer stands in, and its name there."""


class Picks:
    """Where the answers of a table, and of those inside it, were picked from lists that lie beside the form."""

    def __init__(self, table: Table) -> None:
        self._questions = [question.steps for question in table.questions if question.is_picked]
        self._rounds = [(repeat.steps, inner) for repeat in table.repeats if (inner := Picks(repeat))]
        # A name in other letters may be escaped in the text: then every record is looked into.
        self._marks = {steps[-1] if steps[-1].isascii() else "" for steps in self._questions}
        self._marks.update(mark for _, inner in self._rounds for mark in inner._marks)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._questions or self._rounds)

    def names(self, reading: Reading, records: Iterable[str]) -> dict[str, str]:
        """What the keys in the answers of some records (JSON) stand for; without what the reader may not see.

        No record is kept: what lives no longer than its line is cheap, thousands at once are not.
        """
        holding = (text for text in records if any(mark in text for mark in self._marks))
        keys = {group[name] for text in holding for group, name in self._in(from_json(text))}
        return register_names(reading, keys) if keys else {}

    def put_in_words(self, answers: dict[str, Any], names: Mapping[str, str]) -> None:
        """Change the answers of a record: a key without a name stays one."""
        for group, name in self._in(answers):
            group[name] = with_names(group[name], names)

    def _in(self, answers: dict[str, Any]) -> Iterator[_Pick]:
        for *groups, name in self._questions:
            group = _at(groups, answers)
            if isinstance(group, dict) and isinstance(group.get(name), str):
                yield group, name
        for steps, inner in self._rounds:
            rounds = _at(steps, answers)
            for each in rounds if isinstance(rounds, list) else ():
                yield from inner._in(each)


def _at(steps: Sequence[str], answers: Any) -> Any:
    for step in steps:
        answers = answers.get(step) if isinstance(answers, dict) else None
    return answers
