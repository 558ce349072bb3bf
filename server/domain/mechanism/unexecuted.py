"""尚未执行: what a county's plan says and this version reads, checks and shows, but does not do yet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.domain.mechanism.part import Label, Part


class Posting(Part):
    """公示: what is posted, where, and when."""

    what: Label
    where: Annotated[tuple[Label, ...], Field(min_length=1)]
    every: Literal["week", "month", "quarter", "year", "per_meeting", "per_item", "as_needed"]


class Routine(Part):
    """工作制度: what the plan asks of its offices from time to time, beside the duties that are counted."""

    who: Label
    what: Label
    every: Literal["day", "week", "month", "quarter", "year", "as_needed"]


class Points(Part):
    """积分: what a finished order earns; off unless a county switches it on (MECHANISMS S2b)."""

    enabled: bool = False
    label: Label
    per_order: Annotated[int, Field(ge=0)] = 0
    honour: Label | None = None


class Ranking(Part):
    """通报: how many of the last ranked are named, and after how many times in a row; off by default."""

    enabled: bool = False
    unit: Literal["grid", "village", "township", "unit"]
    every: Literal["month", "quarter", "year"]
    last: Annotated[int, Field(ge=1, le=10)]
    in_a_row: Annotated[int, Field(ge=1, le=12)]
    then: Label


class Review(Part):
    """年度考核、述职: who is reviewed at the year's end, and by whom."""

    who: Label
    before: Label


class Kpi(Part):
    """指标: a target of the plan; an external one is not computed from demands (CK-K1)."""

    label: Label
    target: Label
    external: bool = False


class Emergency(Part):
    """平战转换: whether the plan has it (CK-13)."""

    planned: bool
    label: Label


class BurdenGuard(Part):
    """减负: the plan's limits on assessments and paperwork (CK-15, XA-40)."""

    label: Label
    forms_per_patrol: Annotated[int, Field(ge=1)] | None = None
