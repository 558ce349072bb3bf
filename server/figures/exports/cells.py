"""An answer as the cells of its columns: words for choices, numbers as numbers, places in four columns.

What was typed never runs: a text that a spreadsheet would compute is marked as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from forms import answers
from server.domain.work_calendar import SHANGHAI
from server.figures.exports.questions import Question, Table

Cell = str | int | float
Answer = Mapping[str, Any]
Guard = Callable[[str], str]

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_POSITION = re.compile(r"\s*-?\d+(?:\.\d+)?(?:\s+-?\d+(?:\.\d+)?){1,3}\s*", re.ASCII)
_IN_SHANGHAI = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?\+08:00", re.ASCII)
_PLACE = (("经度", "lon"), ("纬度", "lat"), ("海拔（米）", "altitude"), ("精度（米）", "accuracy"))
_ALL_NUMBERS = (True,) * len(_PLACE)
_NUMERIC = frozenset({"int", "decimal"})
_MOST_DIGITS = 15
_DAY = len("2026-10-20")
TO_THE_SECOND = len("2026-10-20 09:00:00")
"""How much of a moment a spreadsheet reads (GB/T 7408)."""
_NOTHING: Answer = {}
_COUNT = ("（个数）", "count")


def guarded(text: str) -> str:
    """A text as a file for spreadsheets holds it: one that begins like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def figure(text: str) -> Cell:
    """A number as a number; one of more digits than a spreadsheet keeps stays text."""
    if len(text) > _MOST_DIGITS:
        return text
    return float(text) if "." in text else int(text)


def as_is(text: str) -> str:
    """A text in a file whose cells are marked as text by themselves."""
    return text


@dataclass(frozen=True)
class Reading:
    """How answers are written: with the words of labels and choices or with names, and what texts are guarded by."""

    in_words: bool
    guard: Guard = guarded
    number: Callable[[str], Cell] = str


Writing = Callable[[Any], Sequence[Cell]]
"""From an answer, as it is kept, to the cells of its columns."""

_Column = tuple[str, type, Writing, Sequence[Cell]]
"""Where an answer stands in its group, what it is there, how it is written, and how it is left blank."""

Writer = Callable[[Answer], list[Cell]]


def writer(table: Table, reading: Reading) -> Writer:
    """A function from a row's answers to its cells, in the order of heads(); what does not fit is left blank."""
    groups: list[tuple[tuple[str, ...], list[_Column]]] = []
    for steps, column in _columns(table, reading):
        if not groups or groups[-1][0] != steps:
            groups.append((steps, []))
        groups[-1][1].append(column)
    return partial(_cells, groups)


def _cells(groups: Sequence[tuple[tuple[str, ...], Sequence[_Column]]], answer: Answer) -> list[Cell]:
    cells: list[Cell] = []
    for steps, columns in groups:
        group: Any = answer
        for step in steps:
            group = group.get(step) if isinstance(group, dict) else None
        found = group.get if isinstance(group, dict) else _NOTHING.get
        for name, kind, write, blank in columns:
            said = found(name)
            cells += write(said) if type(said) is kind else blank
    return cells


def _columns(table: Table, reading: Reading) -> Iterable[tuple[tuple[str, ...], _Column]]:
    for question in table.questions:
        blank = ("",) * (len(_PLACE) if question.type == "geopoint" else 1)
        yield question.steps[:-1], (question.steps[-1], str, _writing(question, reading), blank)
    for repeat in table.repeats:
        yield repeat.steps[:-1], (repeat.steps[-1], list, lambda rounds: (len(rounds),), (0,))


def heads(table: Table, *, in_words: bool) -> list[str]:
    """The headings of a table's columns, each once."""
    named: list[tuple[str, str]] = []
    for question in table.questions:
        parts = _PLACE if question.type == "geopoint" else (("", ""),)
        named += [_head(question.label, question.name, part) for part in parts]
    named += [_head(repeat.label, repeat.name, _COUNT) for repeat in table.repeats]
    return distinct(named if in_words else [(name, name) for _, name in named])


def in_numbers(table: Table) -> list[bool]:
    """Which of the columns of heads() hold numbers."""
    asked = [
        is_number
        for question in table.questions
        for is_number in (_ALL_NUMBERS if question.type == "geopoint" else (question.type in _NUMERIC,))
    ]
    return asked + [True] * len(table.repeats)


def _head(label: str, name: str, part: tuple[str, str]) -> tuple[str, str]:
    words, suffix = part
    if not suffix:
        return label, name
    return f"{label}{words}" if words.startswith("（") else f"{label}·{words}", f"{name}-{suffix}"


def distinct(named: Iterable[tuple[str, str]], *, besides: Iterable[str] = ()) -> list[str]:
    """Headings (words, name) of which no two are alike, in capitals or not, nor like one of `besides`.

    The second of the same words says its name as well.
    """
    headings: list[str] = []
    taken = {each.casefold() for each in besides}
    for words, name in named:
        heading = words if words.casefold() not in taken else f"{words}（{name}）"
        while heading.casefold() in taken:
            heading += "′"
        taken.add(heading.casefold())
        headings.append(heading)
    return headings


def _writing(question: Question, reading: Reading) -> Writing:
    """How an answer to the question is written."""
    if question.type == "geopoint":
        return _places(reading)
    if question.type in _NUMERIC:
        return _figures(reading)
    if reading.in_words and question.choices:
        return _chosen(reading, question.choices)
    if reading.in_words and question.type == "dateTime":
        return _moments(reading)
    guard = reading.guard
    return lambda said: (guard(said),)


def _figures(reading: Reading) -> Writing:
    guard, number = reading.guard, reading.number
    return lambda said: (number(said) if _NUMBER.fullmatch(said) else guard(said),)


def _chosen(reading: Reading, choices: Mapping[str, str]) -> Writing:
    """One choice or several, in words."""
    words = {name: (reading.guard(word),) for name, word in choices.items()}

    def write(said: str) -> Sequence[Cell]:
        one = words.get(said)
        return one or (reading.guard("、".join(choices.get(name, name) for name in said.split())),)

    return write


def _moments(reading: Reading) -> Writing:
    """A moment as a spreadsheet reads it, in Shanghai; a phone writes it with its zone."""

    def write(said: str) -> Sequence[Cell]:
        if _IN_SHANGHAI.fullmatch(said):
            return (f"{said[:_DAY]} {said[_DAY + 1 : TO_THE_SECOND]}",)
        moment = answers.moment(said)
        if moment is None:
            return (reading.guard(said),)
        return (moment.astimezone(SHANGHAI).isoformat(" ", "seconds")[:TO_THE_SECOND],)

    return write


def _places(reading: Reading) -> Writing:
    """Longitude, latitude, altitude and accuracy of "lat lon altitude accuracy", the last two where they are given."""

    def write(said: str) -> Sequence[Cell]:
        if not _POSITION.fullmatch(said):
            return (reading.guard(said), "", "", "")
        lat, lon, *more = map(reading.number, said.split())
        return (lon, lat, *more, *("",) * (2 - len(more)))

    return write
