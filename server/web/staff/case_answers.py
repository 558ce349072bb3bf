"""What the forms of a demand's acts say, each as a typed object (the questions are in case_questions.py)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.domain.demand_states import Request
from server.domain.mechanism import Canonical
from server.services.demands.closing import Means
from server.web.parsing import Submitted

Text = Annotated[str, Field(max_length=2000)]
"""What a person writes: two pages at most, so that nobody has to read more."""

PERSON, UNIT = "person:", "unit:"
"""What stands before an id where a person or a unit may be chosen."""


class Act(Submitted):
    """An act with nothing to say but which version of the demand its page showed."""

    seen: int | None = None


class MayExplain(Act):
    """An act that may be explained."""

    words: Text | None = None


class Explained(Act):
    """An act that has to be explained."""

    words: Text


class Reasoned(Explained):
    """An act with one of several reasons, and words."""

    reason: str


class Referred(Explained):
    """告知法定渠道: which one, and where and how."""

    referred_to: str


class Decided(Explained):
    """申诉裁定: whether the reporter is right."""

    upheld: bool


class Merged(Act):
    """并单: the demand it is one matter with, chosen among the suggested or by its number."""

    master: UUID | None = None
    number: str | None = None


class Classified(MayExplain):
    """分类: the class, and values of the county's other ways of sorting as `axis:value`."""

    category: Canonical
    dimensions: tuple[str, ...] = ()


class OnAgenda(Act):
    """议题公示: the meeting of the county's profile it goes to."""

    meeting: str


class Given(Act):
    """派单、转派: to whom, with whose support, how, and by when."""

    to: Annotated[str, Field(pattern=r"^(person|unit):[0-9a-f-]{36}$")]
    support: tuple[UUID, ...] = ()
    measure: Text | None = None
    deadline: dt.date | None = None

    def taker(self, kind: str) -> UUID | None:
        """The id of whoever is chosen, where it is one of this kind."""
        return UUID(self.to.removeprefix(kind)) if self.to.startswith(kind) else None


class Claimed(Act):
    """认领: by when, where whoever claims it says."""

    deadline: dt.date | None = None


class Whistled(Explained):
    """吹哨: which units come together, and when (Shanghai's clock, as a browser's field says it)."""

    units: tuple[UUID, ...]
    at: dt.datetime


class Requested(Explained):
    """申请暂缓、解释说明、延期."""

    request: Request
    until: dt.date | None = None


class Agreed(MayExplain):
    """同意: until when, where it is a date that was asked for."""

    until: dt.date | None = None


class Projected(Explained):
    """列入项目: with the day by which something is to be seen of it."""

    milestone: dt.date


class Told(Explained):
    """反馈: what the reporter was told, and how."""

    means: Means = "phone"


class Rated(MayExplain):
    """代评: the stars a reporter said on the telephone; marked, and in no figure."""

    stars: int


class Supervised(Explained):
    """督办: until when it is watched over."""

    until: dt.date


class Asked(Act):
    """请人核实、核查."""

    person: UUID


class Said(MayExplain):
    """办理反馈、核实、核查: a step of the follow-up form, and what goes with it."""

    step: str
    how_solved: str | None = None
    cannot_reason: str | None = None
