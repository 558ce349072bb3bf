"""点单: where demands come from, what may be said on the spot, and how they are screened."""

from __future__ import annotations

from server.domain.mechanism.part import ChannelCode, Label, Part


class Channel(Part):
    """渠道: a code of the intake form and the county's word for it."""

    code: ChannelCode
    label: Label


class Screening(Part):
    """研判: whether a second person confirms before a demand is refused."""

    second_person: bool = False


class OnSpot(Part):
    """现场答复: whether a matter may be answered, or promised with a date, where it is raised (LL-01)."""

    answer: bool = True
    promise: bool = True


class Withdrawal(Part):
    """撤回: whether staff may take back on the same day what was entered by mistake (MECHANISMS S2b)."""

    staff_same_day: bool = True
