"""从名册里选的: in a file written in words, keys that were picked from the register's lists become the register's names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

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

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._questions or self._rounds)

    def put_in_words(self, reading: Reading, records: Sequence[dict[str, Any]]) -> None:
        """Change the answers of some records: what the reader may not see, or nobody knows, stays a key."""
        picks = [pick for answers in records for pick in self._in(answers)]
        names = register_names(reading, (group[name] for group, name in picks)) if picks else {}
        for group, name in picks:
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
