"""外部平台工单: what happens to lists of orders from another platform."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class OrdersTakenIn(Event, kind="order_list.taken_in"):
    """导入工单: a list was taken in; `repeats` of its orders were here already."""

    channel: str
    orders: int
    repeats: int


@dataclass(frozen=True, kw_only=True)
class OrdersReturned(Event, kind="order_list.returned"):
    """回传工单: the file that goes back to the platform was made."""
