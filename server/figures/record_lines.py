"""填了什么: what a record says, line by line, in the words of the form version it was filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy.orm import Session

from forms.answers import geopoint, geotrace
from forms.schema import shape
from forms.wording import Line, Wording, filled, wording
from server.domain.likeness import LEFT_OUT_TYPES
from server.storage import forms
from server.storage.forms import FormVersion
from server.storage.submissions import Submission

_DRAWN = {"geotrace": "一条线", "geoshape": "一块范围"}


class RecordForms:
    """The form versions of the records of one page, each read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[str, str], tuple[Wording, Mapping[str, str]] | None] = {}

    def lines(self, submission: Submission) -> list[Line]:
        """What was asked and answered, in the form's order. Of a line that was walked it is said only that there is one (METRICS P)."""
        known = self._form(submission)
        if known is None:
            return []
        words, types = known
        return [_told(line, types.get(line.path, "")) for line in filled(submission.values, words)]

    def main_answers(self, submission: Submission) -> dict[str, str]:
        """What a person chose or wrote, by path and round: without pictures, positions and moments."""
        known = self._form(submission)
        if known is None:
            return {}
        words, types = known
        given = [
            (line.path, line.answer)
            for line in filled(submission.values, words)
            if line.answer is not None and types.get(line.path) not in LEFT_OUT_TYPES
        ]
        rounds: Counter[str] = Counter()
        found: dict[str, str] = {}
        for path, answer in given:
            rounds[path] += 1
            found[f"{path} {rounds[path]}"] = answer
        return found

    def _form(self, submission: Submission) -> tuple[Wording, Mapping[str, str]] | None:
        key = submission.form_id, submission.form_version
        if key not in self._known:
            version = forms.version(self._session, *key) or forms.newest(self._session, submission.form_id)
            self._known[key] = None if version is None else _read(version)
        return self._known[key]


def _read(version: FormVersion) -> tuple[Wording, Mapping[str, str]]:
    return wording(version.xml), {field.path: field.type for field in shape(version.xml).fields}


def _told(line: Line, kind: str) -> Line:
    if line.answer is None:
        return line
    return Line(line.label, _answer(line.answer, kind), line.depth, line.path)


def _answer(answer: str, kind: str) -> str:
    if kind in _DRAWN:
        return f"{_DRAWN[kind]}，{len(geotrace(answer))} 个点"
    fix = geopoint(answer) if kind == "geopoint" else None
    if fix is None:
        return answer
    precision = f"，误差约 {fix.accuracy:.0f} 米" if fix.accuracy else ""
    return f"北纬 {fix.lat:.5f} 度，东经 {fix.lon:.5f} 度{precision}"
