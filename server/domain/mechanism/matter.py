"""分类: what kinds of matter a county tells apart, who settles each, and by what else it sorts them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.domain.mechanism.part import Allowed, Canonical, Choice, Code, HandlingLevel, Label, Part

AssignmentField = Literal["person", "measure", "deadline", "support"]


class DemandClass(Part):
    """类别: the county's word, the canonical classes it covers (the first is meant by default), who settles it.

    `required_on_assign` names what must be stated when such a matter is given to somebody (ZX-36), `handlers` who
    does it in the county's words, and `on_agenda` that a meeting settles it before anybody is sent.
    """

    label: Label
    canonical: Annotated[tuple[Canonical, ...], Field(min_length=1)]
    owner: HandlingLevel
    allowance: Allowed
    required_on_assign: tuple[AssignmentField, ...] = ("person", "deadline")
    handlers: tuple[Label, ...] = ()
    on_agenda: bool = False


class Routing(Part):
    """去向: the level a class goes to first, where that is not the level that owns it."""

    canonical: Canonical
    to: HandlingLevel


class Dimension(Part):
    """另一种分法: another axis a matter is sorted by, beside its class (LL-16, XA-20)."""

    id: Code
    label: Label
    values: Annotated[tuple[Choice, ...], Field(min_length=2)]
