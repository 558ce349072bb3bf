"""Questions a form shows, and what those about one demand draw on: its mechanism, its people, its units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from server.domain.demand_acts import Action
from server.domain.mechanism import MechanismProfile
from server.domain.mechanism.part import Choice
from server.domain.roles import Role
from server.domain.work_calendar import local_day
from server.figures import merging
from server.figures.merging import Suggestion
from server.services.demands import handlers
from server.storage import case_counts, units
from server.storage.demands import Demand
from server.work import Reading

Kind = Literal["text", "long", "choice", "many", "date", "datetime", "yes_no"]
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field: `options` are (value, words), the first is chosen where nothing else is and `value` names none."""

    name: str
    label: str
    kind: Kind = "long"
    options: Options = ()
    required: bool = False
    hint: str = ""
    value: str = ""
    none_label: str = "请选择"


class Asking:
    """What questions about one demand draw on: its mechanism, and who and what can be chosen. Looked up once."""

    def __init__(
        self, reading: Reading, demand: Demand, profile: MechanismProfile, acts: Collection[Action]
    ) -> None:
        self.reading, self.demand, self.profile, self.acts = reading, demand, profile, acts

    @cached_property
    def people(self) -> Options:
        """Whom it can be given to, with how much each has in hand already."""
        found = handlers.can_be_given_to(self.reading, self.demand)
        in_hand = case_counts.in_hand_by_account(self.reading.session, [each.id for each in found])
        return [
            (
                str(each.id),
                f"{each.display_name}（{Role(each.role).label}，手上 {in_hand.get(each.id, 0)} 件）",
            )
            for each in found
        ]

    @cached_property
    def units(self) -> Options:
        """The units that may be given it."""
        today = local_day(self.reading.now)
        found = units.serving(self.reading.session, self.demand.jurisdiction, on=today)
        return [(str(each.id), each.name) for each in found]

    @cached_property
    def near(self) -> Sequence[Suggestion]:
        """What it may be one matter with, the nearest few."""
        return merging.suggestions(self.reading, self.demand)[:5]

    @cached_property
    def required(self) -> Collection[str]:
        """What must be stated when a matter of its class is given to somebody (ZX-36)."""
        class_ = self.demand.state.class_
        return () if class_ is None else self.profile.class_of(class_).required_on_assign


def in_words(label: str, *, hint: str = "", required: bool = True) -> tuple[Question, ...]:
    """Return the one question an act has to be explained by."""
    return (Question(name="words", label=label, hint=hint, required=required),)


def choice(name: str, label: str, options: Iterable[tuple[str, str]], **more: str) -> Question:
    """Return a question with one answer of several; it has to be answered."""
    return Question(name=name, label=label, kind="choice", options=list(options), required=True, **more)


def chosen(choices: Iterable[Choice]) -> Options:
    """Return what a county's mechanism lists, as options."""
    return [(each.code, each.label) for each in choices]
