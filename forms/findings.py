"""What is wrong with a form, said in Chinese to whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: an `error` keeps the form from being published, a `warning` does not.

    `place` is where to look: a worksheet and row ("survey 第 5 行"), a node ("/data/photo"), or "" for the whole form.
    """

    level: Level
    place: str
    message: str


class FormRefused(Exception):
    """The source is not a form: `findings` say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("；".join(finding.message for finding in findings))
        self.findings = findings
