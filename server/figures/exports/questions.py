"""The tables of a form over all its versions: its own questions, and those of each repeat.

The newest version gives the order and the words; what only older versions asked comes after it. Notes are no questions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forms.schema import Field, shape
from forms.wording import Wording, wording

GEOMETRIES = frozenset({"geopoint", "geotrace", "geoshape"})

_AUTOMATIC: Mapping[str, str] = {
    "start": "开始填写",
    "end": "填写完",
    "today": "填写日期",
    "deviceid": "设备",
    "username": "用户名",
    "phonenumber": "本机号码",
    "email": "邮箱",
    "audit": "填写过程",
}
"""What a phone notes by itself has no label in a form; the names are XLSForm's."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question: the steps to its answer inside a row of its table, its type, its words and those of its choices.

    `is_picked`: its choices lie in a list beside the form, whose words are not the same for all.
    """

    steps: tuple[str, ...]
    type: str
    label: str
    choices: Mapping[str, str] = field(compare=False)
    is_picked: bool = False

    @property
    def name(self) -> str:
        """The names of its groups and its own, as a column is called."""
        return "-".join(self.steps)

    @property
    def is_place(self) -> bool:
        """Whether its answer is a point, a line or an area."""
        return self.type in GEOMETRIES


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind: the records themselves, or the rounds of a repeat, `steps` away inside a row of the outer one."""

    steps: tuple[str, ...]
    label: str
    questions: tuple[Question, ...]
    repeats: tuple[Table, ...]

    @property
    def name(self) -> str:
        """The names of its groups and its own."""
        return "-".join(self.steps)

    @property
    def places(self) -> tuple[Question, ...]:
        """The questions whose answer is a place."""
        return tuple(question for question in self.questions if question.is_place)

    def walk(self) -> Iterator[Table]:
        """This table and all inside it, the outer ones first."""
        yield self
        for inner in self.repeats:
            yield from inner.walk()


Path = tuple[str, ...]


@dataclass(slots=True)
class _Gathered:
    """What the versions read so far ask, by repeat (() is the form), and the words of repeats."""

    questions: dict[Path, dict[Path, Question]]
    labels: dict[Path, str]
    lists: Mapping[str, Mapping[str, str]]
    silent: Mapping[str, str]


def tables(
    versions: Iterable[bytes],
    *,
    title: str,
    without: Collection[Path] = (),
    lists: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    silent: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """The table of a form and those inside it, from the XML of its versions, the newest first.

    `without` are the paths of questions whose answers are not to leave the house, `lists` the words of the lists
    beside a form that say the same to all, by the list's name, `silent` the words for what it notes without asking,
    by name.
    """
    gathered = _Gathered({(): {}}, {(): title}, lists, {**_AUTOMATIC, **silent})
    for xml in versions:
        _gather(xml, gathered, without)
    return _table((), (), gathered)


def _gather(xml: bytes, gathered: _Gathered, without: Collection[Path]) -> None:
    form, words = shape(xml), wording(xml)
    repeats = {_path(repeat) for repeat in form.repeats}
    for repeat in sorted(repeats):
        gathered.questions.setdefault(repeat, {})
        gathered.labels.setdefault(repeat, _label(repeat, words, form.root.name))
    for each in form.fields:
        path = _path(each.path)
        if each.note or "meta" in path or path in without:
            continue
        inside = _path(each.repeat) if each.repeat else ()
        asked = gathered.questions[inside]
        asked[path] = _merged(asked.get(path), _question(each, path[len(inside) :], words, gathered))


def _path(path: str) -> Path:
    """The steps of a path below the root, whose name differs from form to form."""
    return tuple(path.strip("/").split("/")[1:])


def _label(path: Path, words: Wording, root: str) -> str:
    return words.labels.get("/".join(("", root, *path))) or path[-1]


def _question(each: Field, steps: Path, words: Wording, gathered: _Gathered) -> Question:
    label = words.labels.get(each.path) or gathered.silent.get(steps[-1], steps[-1])
    chosen_from = words.lists.get(each.path, "")
    choices = gathered.lists.get(chosen_from) or words.choices.get(each.path, {})
    return Question(
        steps, each.type, " ".join(label.split()), choices, is_picked=bool(chosen_from) and not choices
    )


def _merged(newer: Question | None, older: Question) -> Question:
    """A question as its newest version asks it, with the choices it ever offered."""
    if newer is None:
        return older
    choices = {**older.choices, **newer.choices}
    return Question(
        newer.steps, newer.type, newer.label, choices, is_picked=newer.is_picked or older.is_picked
    )


def _table(repeat: Path, outer: Path, gathered: _Gathered) -> Table:
    within = [each for each in gathered.questions if each and _outer(each, gathered) == repeat]
    return Table(
        steps=repeat[len(outer) :],
        label=gathered.labels[repeat],
        questions=tuple(gathered.questions[repeat].values()),
        repeats=tuple(_table(each, repeat, gathered) for each in within),
    )


def _outer(repeat: Path, gathered: _Gathered) -> Path:
    """The nearest repeat around a repeat."""
    around = (repeat[:length] for length in range(len(repeat) - 1, -1, -1))
    return next(each for each in around if each in gathered.questions)
