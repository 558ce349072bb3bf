"""修补: pyxform stops at its first objection, so what it objects to is replaced by something harmless in a copy, and it
is asked again. A form without a mistake is never mended; of one with several all are told at once, a cell at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from forms.findings import Finding
from forms.rows import FIRST_ROW, name_of

_FREE_NAME: Final = "mended_{row}"
_WORDS: Final = "…"
_BEGIN: Final = re.compile(r"begin(?=[ _](?:group|repeat|loop)\b)")
_END: Final = re.compile(r"end[ _](?:group|repeat|loop)\b")
_COUNTED_ON: Final = re.compile(r"begin[ _]|select|(?:csv|xml)-external")
"""Types whose lists and sections other rows may speak of."""
_LABEL: Final = ("label", "caption")
_CONDITIONS: Final[Mapping[str, str]] = {
    "relevant": "relevant",
    "relevance": "relevant",
    "constraint": "constraint",
}
"""Columns that mean the same for a question of any type, by the last word of their header."""
_SHEETS: Final = ("survey", "choices", "entities", "settings")
_SAVES_TO: Final = re.compile(r"save_?to$", re.IGNORECASE)


class _Worksheet:
    """A copy of a worksheet: its columns as they are written, and its rows."""

    def __init__(self, sheets: Mapping[str, Any], name: str) -> None:
        self.rows: list[dict[str, Any]] = [dict(row) for row in sheets.get(name) or ()]
        self.written = len(self.rows)
        self.columns: dict[str, Any] = {
            key: None for row in sheets.get(f"{name}_header") or () for key in row
        }

    def column(self, *names: str) -> str:
        """The column of one of some names, the first of them where there is none."""
        found = (each for each in self.columns if "_".join(each.split()).lower() in names)
        column = next(found, names[0])
        self.columns.setdefault(column)
        return column

    def cell(self, index: int, column: str) -> str:
        """What a cell reads."""
        return str(self.rows[index].get(column) or "").strip()

    def replace(self, old: str, new: str) -> None:
        """Write some words in place of others, wherever they stand."""
        for row in self.rows:
            row |= {key: cell.replace(old, new) for key, cell in row.items() if isinstance(cell, str)}

    def labels(self) -> dict[str, str]:
        """Words for every language the worksheet has."""
        found = [each for each in self.columns if each.partition(":")[0].strip().lower() in _LABEL]
        return dict.fromkeys(found or [self.column(*_LABEL)], _WORDS)


class Mending:
    """The worksheets mended objection by objection; `told` are the objections worth telling.

    A row stays where it is, so that every later objection names the row its writer sees.
    """

    def __init__(self, sheets: Mapping[str, Any]) -> None:
        self.told: list[Finding] = []
        self._sheets = sheets
        self._worksheets = {name: _Worksheet(sheets, name) for name in _SHEETS}
        self._mended: set[tuple[str, int, str]] = set()
        self._is_unbalanced = False

    @property
    def sheets(self) -> dict[str, Any]:
        """The worksheets as they stand now, as pyxform takes them."""
        mended = {name: sheet.rows for name, sheet in self._worksheets.items()}
        columns = {f"{name}_header": [sheet.columns] for name, sheet in self._worksheets.items()}
        return {**self._sheets, **mended, **{name: header for name, header in columns.items() if header[0]}}

    def take(self, findings: Iterable[Finding]) -> bool:
        """Tell the findings and mend what they speak of.

        False where one speaks of no row, or of a cell that was mended already: then asking again tells nothing new.
        """
        is_learning = True
        for each in findings:
            is_learning &= self._take(each)
        return is_learning

    def _take(self, finding: Finding) -> bool:
        sheet, index = finding.sheet, -1 if finding.row is None else finding.row - FIRST_ROW
        is_written = sheet in _MENDERS and 0 <= index < self._worksheets[sheet].written
        if not is_written or (sheet, index, finding.column) in self._mended:
            if not self._mended:
                self.told.append(finding)
            return False
        survey = self._worksheets["survey"]
        is_section = sheet == "survey" and _is_section(_type(survey, index), finding.column)
        if not (self._is_unbalanced and (is_section or _is_doubtful(finding, survey, index))):
            self.told.append(self._as_written(finding))
        self._is_unbalanced |= is_section
        self._mended.add((sheet, index, finding.column))
        _MENDERS[sheet](self._worksheets, index, finding.column)
        return True

    def _as_written(self, finding: Finding) -> Finding:
        """A question that was given a free name is spoken of by the one it was written with."""
        if finding.sheet != "survey" or finding.row is None:
            return finding
        written = name_of(self._sheets["survey"][finding.row - FIRST_ROW])
        free = f"「{_FREE_NAME.format(row=finding.row)}」"
        message = finding.message.replace(free, f"「{written}」" if written else "这一题")
        return replace(finding, message=message)


def _type(survey: _Worksheet, index: int) -> str:
    return survey.cell(index, survey.column("type", "command"))


def _name_column(survey: _Worksheet) -> str:
    return survey.column("name", "tag", "value")


def _is_section(kind: str, objected: str) -> bool:
    return bool(_END.match(kind)) or (bool(_BEGIN.match(kind)) and objected == "type")


def _is_doubtful(finding: Finding, survey: _Worksheet, index: int) -> bool:
    """Where a section lacks its other end it is a guess what lies in it, and so whether a name is there twice."""
    return (
        finding.sheet == "survey"
        and finding.column == "name"
        and bool(survey.cell(index, _name_column(survey)))
    )


def _survey(sheets: Mapping[str, _Worksheet], index: int, objected: str) -> None:
    """A wrong cell is mended alone where that is enough; else a section is closed, or its end left out, and a question
    becomes a plain one of the same name, under the same conditions."""
    survey = sheets["survey"]
    type_column, kind = survey.column("type", "command"), _type(survey, index)
    is_section = _is_section(kind, objected)
    if not is_section and kind != "audit" and _cell(sheets, index, objected):
        return
    if is_section or any(_SAVES_TO.search(column) for column in survey.rows[index]):
        _entities(sheets, index, objected)
    if _END.match(kind):
        survey.rows[index] = {}
    elif is_section:
        survey.rows.append({type_column: _BEGIN.sub("end", kind)})
    else:
        is_kept = _COUNTED_ON.match(kind) and objected != "type"
        plain = {
            type_column: kind if is_kept else "text",
            _name_column(survey): _named(sheets, index, objected),
        }
        conditions = _conditions(survey, index) if objected else ()
        kept = {column: survey.rows[index][column] for column in conditions}
        survey.rows[index] = plain | kept | survey.labels()


def _cell(sheets: Mapping[str, _Worksheet], index: int, objected: str) -> bool:
    """Mend a name, a label or a condition and leave the rest of the row, of which more may be wrong; False where the
    objection is to something else."""
    survey = sheets["survey"]
    row = survey.rows[index]
    if objected == "name":
        row[_name_column(survey)] = _named(sheets, index, objected)
        return True
    if objected == "label":
        row |= survey.labels()
        return True
    wrong = [column for column, meaning in _conditions(survey, index).items() if meaning == objected]
    for column in wrong:
        del row[column]
    return bool(wrong)


def _conditions(survey: _Worksheet, index: int) -> dict[str, str]:
    """The columns of a row's conditions, and what they mean."""
    words = {column: column.rpartition(":")[2].strip().lower() for column in survey.rows[index]}
    return {column: _CONDITIONS[word] for column, word in words.items() if word in _CONDITIONS}


def _named(sheets: Mapping[str, _Worksheet], index: int, objected: str) -> str:
    """The question's name, or a free one; who speaks of a wrong name that is nobody else's speaks of the free one then."""
    survey = sheets["survey"]
    column = _name_column(survey)
    old, free = survey.cell(index, column), _FREE_NAME.format(row=index + FIRST_ROW)
    if old and objected != "name":
        return old
    if [survey.cell(each, column) for each in range(len(survey.rows))].count(old) == 1:
        for sheet in sheets.values():
            sheet.replace(f"${{{old}}}", f"${{{free}}}")
    return free


def _choices(sheets: Mapping[str, _Worksheet], index: int, _: str) -> None:
    """A choice stays in its list, under a name of its own."""
    choices = sheets["choices"]
    list_column, name_column = choices.column("list_name"), choices.column("name", "value")
    name = _FREE_NAME.format(row=index + FIRST_ROW)
    choices.rows[index] = {
        list_column: choices.cell(index, list_column),
        name_column: name,
    } | choices.labels()


def _entities(sheets: Mapping[str, _Worksheet], _: int, __: str) -> None:
    """Nothing is saved any more: a single list left out would be missed by the rows that save to it."""
    sheets["entities"].rows.clear()
    for row in sheets["survey"].rows:
        for column in [each for each in row if _SAVES_TO.search(each)]:
            del row[column]


_MENDERS: Final[Mapping[str, Callable[[Mapping[str, _Worksheet], int, str], None]]] = {
    "survey": _survey,
    "choices": _choices,
    "entities": _entities,
}
