"""填了什么: what a record says, line by line, in the words of the form version it was filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from forms.answers import geopoint, geotrace
from forms.schema import shape
from forms.wording import Line, Wording, filled, wording
from server.domain.likeness import LEFT_OUT_TYPES
from server.figures.register_names import register_names, with_names
from server.storage import forms
from server.storage.submissions import Submission
from server.work import Reading

_DRAWN = {"geotrace": "一条线", "geoshape": "一块范围"}


class RecordForms:
    """The form versions of the records of one page, each read once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._known: dict[tuple[str, str], tuple[Wording, Mapping[str, str]] | None] = {}

    def lines(self, submission: Submission) -> list[Line]:
        """What was asked and answered, in the form's order. Of a line that was walked it is said only that there is one (METRICS P)."""
        return self.lines_of([submission])[submission.id]

    def lines_of(self, submissions: Sequence[Submission]) -> dict[int, list[Line]]:
        """The lines of several records by their id; what they name of the register is looked up once."""
        told = {row.id: self._told(row) for row in submissions}
        answers = (line.answer for lines in told.values() for line in lines if line.answer is not None)
        names = register_names(self._reading, answers)
        return {key: [_named(line, names) for line in lines] for key, lines in told.items()}

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

    def _told(self, submission: Submission) -> list[Line]:
        known = self._form(submission)
        if known is None:
            return []
        words, types = known
        return [_told(line, types.get(line.path, "")) for line in filled(submission.values, words)]

    def _form(self, submission: Submission) -> tuple[Wording, Mapping[str, str]] | None:
        key = submission.form_id, submission.form_version
        if key not in self._known:
            session = self._reading.session
            version = forms.version(session, *key) or forms.newest(session, submission.form_id)
            self._known[key] = None if version is None else _read(version.xml)
        return self._known[key]


@lru_cache(maxsize=16)
def _read(xml: bytes) -> tuple[Wording, Mapping[str, str]]:
    """A form's words and the types of its questions; a page of records shows some, and they never change."""
    return wording(xml), {field.path: field.type for field in shape(xml).fields}


def _told(line: Line, kind: str) -> Line:
    if line.answer is None:
        return line
    return Line(line.label, _answer(line.answer, kind), line.depth, line.path)


def _named(line: Line, names: Mapping[str, str]) -> Line:
    if line.answer is None:
        return line
    return Line(line.label, with_names(line.answer, names), line.depth, line.path)


def _answer(answer: str, kind: str) -> str:
    if kind in _DRAWN:
        return f"{_DRAWN[kind]}，{len(geotrace(answer))} 个点"
    fix = geopoint(answer) if kind == "geopoint" else None
    if fix is None:
        return answer
    precision = f"，误差约 {fix.accuracy:.0f} 米" if fix.accuracy else ""
    return f"北纬 {fix.lat:.5f} 度，东经 {fix.lon:.5f} 度{precision}"
