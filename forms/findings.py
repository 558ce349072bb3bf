"""What is wrong with a form, said in Chinese to whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: an `error` keeps the form from being published, a `warning` does not.

    `place` is where to look, as a reader is told it: a worksheet and row ("survey 第 5 行"), a node ("/data/photo"),
    or "" for the whole form. `sheet`, `row` (the header is row 1) and `column` say the same to a table of remarks,
    as far as it is known.
    """

    level: Level
    place: str
    message: str
    sheet: str = ""
    row: int | None = None
    column: str = ""


class FormRefused(Exception):
    """The source is not a form: `findings` say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("；".join(finding.message for finding in findings))
        self.findings = findings


def refused(message: str, *, sheet: str = "", row: int | None = None) -> FormRefused:
    """The refusal of a source for one reason."""
    return FormRefused((Finding("error", position(sheet, row), message, sheet, row),))


def position(sheet: str, row: int | None) -> str:
    """A worksheet and row as a reader is told them."""
    return f"{sheet} 第 {row} 行" if row is not None else sheet


def beside_row(finding: Finding, rows: Mapping[str, int]) -> Finding:
    """A finding whose place is a node, beside its row of the survey where `rows` has one for that path."""
    row = rows.get(finding.place)
    return (
        finding if row is None else replace(finding, place=position("survey", row), sheet="survey", row=row)
    )
