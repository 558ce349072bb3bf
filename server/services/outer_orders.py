"""外部平台工单 services: a list of orders is looked at as a whole, then taken in as a whole; each order once, ever."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.domain.events.orders import OrdersReturned, OrdersTakenIn
from server.domain.jurisdiction import Level
from server.domain.outer_order import FIELDS, OrderChannel
from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.case_words import kinds
from server.services.demands.addresses import BY_ADDRESS, addressed
from server.services.demands.intake import Raised, Reporter, raise_demand
from server.services.order_columns import Order, check, read_order
from server.services.register.columns import Wrong
from server.services.register.spreadsheet import read
from server.storage import jurisdictions
from server.storage import outer_orders as storage
from server.storage.demands import Demand
from server.storage.outer_orders import OrderList, OuterOrder
from server.work import Reading, Work

MOST_ROWS = 1_000
_MOST_CATEGORIES = 60
_KIND = "other"


@dataclass(frozen=True, kw_only=True)
class OrderFile:
    """A platform's list: its file's name and bytes, the channel it comes by, field → title of its columns.

    `kinds` says which kind of ours a category of the platform is, as far as somebody has said so.
    """

    name: str
    content: bytes
    channel: OrderChannel
    columns: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repeat:
    """An order that is here already: its row, its number, and our demand, None where it stands twice in this file."""

    row: int
    number: str
    demand: Demand | None


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What a list holds: the orders that are new, those that are not, and what is wrong. `titles` are its columns.

    `kinds` has each of its categories and the kind of ours it is taken for: as said now, as such orders stand here,
    as the kind is called, else 其他.
    """

    titles: Sequence[str]
    fresh: Sequence[Order]
    repeats: Sequence[Repeat]
    wrong: Sequence[Wrong]
    kinds: Mapping[str, str]


class WrongOrders(Invalid):
    """A list of which something is wrong; nothing of it is taken in."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__("order_list.wrong_rows", problems=len(wrong))
        self.wrong = wrong


def remembered(reading: Reading, channel: OrderChannel) -> Mapping[str, str]:
    """How the columns of a platform's lists were last named in the reader's county."""
    return storage.columns_of(reading.session, _county(reading), channel)


def examine(reading: Reading, file: OrderFile) -> Examined:
    """Look at a list; nothing is written.

    Raises Forbidden, Invalid("register.bad_file"), Invalid("order_list.bad_columns"), Invalid("order_list.too_long").
    """
    reading.actor.require(Permission.IMPORT_ORDERS)
    sheet = read(file.name, file.content)
    check(file.columns, sheet.columns)
    if len(sheet.rows) > MOST_ROWS:
        raise Invalid("order_list.too_long", most=MOST_ROWS)
    lines = [read_order(row, file.columns) for row in sheet.rows]
    orders = [order for order, _ in lines]
    villages = _villages(reading)
    wrong = [each for _, found in lines for each in found] + [
        Wrong(order.row, FIELDS["village"], f"您的管辖范围里没有“{order.village}”")
        for order in orders
        if order.village and order.village not in villages
    ]
    fresh, repeats = _parted(reading, file.channel, orders)
    return Examined(
        titles=sheet.columns, fresh=fresh, repeats=repeats, wrong=wrong, kinds=_kinds(reading, file, orders)
    )


def take_in(work: Work, file: OrderFile) -> tuple[OrderList, Examined]:
    """导入工单: every new order becomes a demand, as one typed in would; all of the list or nothing.

    An order somebody typed in before belongs to the list from now on. Raises WrongOrders, and what examine raises.
    """
    examined = examine(work, file)
    if examined.wrong:
        raise WrongOrders(examined.wrong)
    taken = OrderList(
        jurisdiction=_home(work),
        channel=file.channel,
        name=file.name[:200],
        titles=list(examined.titles),
        columns=dict(file.columns),
        taken_at=work.now,
        taken_by=work.actor.id,
    )
    work.session.add(taken)
    work.session.flush()
    storage.remember_columns(work.session, _county(work), file.channel, file.columns)
    villages = _villages(work)
    for order in examined.fresh:
        typed = storage.demands_by_number(work.session, file.channel, [order.number]).get(order.number)
        demand = typed or raise_demand(
            work, addressed(work, _raised(work, file, order, villages, examined.kinds))
        )
        work.session.add(
            OuterOrder(
                list_id=taken.id,
                channel=file.channel,
                outer_number=order.number,
                row=order.row,
                cells=dict(order.cells),
                demand_id=demand.id,
            )
        )
    work.session.flush()
    work.record(
        OrdersTakenIn(
            subject_id=taken.id,
            jurisdiction=taken.jurisdiction,
            channel=file.channel,
            orders=len(examined.fresh),
            repeats=len(examined.repeats),
        )
    )
    return taken, examined


def give_back(work: Work, list_id: uuid.UUID) -> OrderList:
    """回传: the list whose file goes back to the platform; that it was made is on record.

    Raises NotFound("order_list.unknown"), Forbidden.
    """
    taken = storage.get(work.session, list_id, scope=work.actor.scope)
    work.actor.require(Permission.IMPORT_ORDERS, at=taken.jurisdiction)
    work.record(OrdersReturned(subject_id=taken.id, jurisdiction=taken.jurisdiction))
    return taken


def _parted(
    reading: Reading, channel: OrderChannel, orders: Sequence[Order]
) -> tuple[list[Order], list[Repeat]]:
    numbers = {order.number for order in orders}
    brought = storage.taken_in(reading.session, channel, numbers)
    known = storage.demands_by_number(reading.session, channel, brought)
    fresh: dict[str, Order] = {}
    repeats = []
    for order in orders:
        if order.number in brought or order.number in fresh:
            repeats.append(Repeat(order.row, order.number, known.get(order.number)))
        else:
            fresh[order.number] = order
    return list(fresh.values()), repeats


def _kinds(reading: Reading, file: OrderFile, orders: Sequence[Order]) -> Mapping[str, str]:
    """Category → kind. Raises Invalid("order_list.bad_columns")."""
    categories = sorted({order.category for order in orders if order.category})
    if len(categories) > _MOST_CATEGORIES:
        raise Invalid(
            "order_list.bad_columns",
            reason=f"“{file.columns['category']}”这一列有 {len(categories)} 种写法，不像类别",
        )
    if not set(file.kinds.values()) <= set(kinds()):
        raise Invalid("order_list.bad_columns", reason="没有这一类")
    if not categories:
        return {}
    around = Scope.of([_county(reading)])
    stand_here = storage.kinds_of(reading.session, file.channel, title=file.columns["category"], scope=around)
    known = {words: kind for kind, words in kinds().items()} | stand_here | dict(file.kinds)
    return {category: known.get(category, _KIND) for category in categories}


def _raised(
    work: Work, file: OrderFile, order: Order, villages: Mapping[str, str], known: Mapping[str, str]
) -> Raised:
    today = local_day(work.now)
    asked_on = min(order.asked_on or today, today)
    reporter = Reporter(kind="named", name=order.name or None, phone=order.phone or None)
    return Raised(
        raised_on=asked_on,
        received_at=work.now,
        channel=file.channel,
        kind=known.get(order.category, _KIND),
        words=_with_date(order),
        division=villages.get(order.village) or _home(work),
        place_how=BY_ADDRESS if order.address else "nowhere",
        address=order.address or None,
        outer_number=order.number,
        reporter=reporter if order.name or order.phone else Reporter(kind="anonymous"),
    )


def _with_date(order: Order) -> str:
    """The platform's own date stands with what was said, for whoever gives the matter out."""
    if order.due_on is None:
        return order.words
    return f"{order.words}（平台要求 {order.due_on.month}月{order.due_on.day}日前办结）"


def _villages(reading: Reading) -> dict[str, str]:
    """Codes of the villages the actor may take orders in for, by name and by code."""
    rows = jurisdictions.listing(reading.session, scope=reading.actor.scope, digits=Level.VILLAGE.digits)
    return {row.name: row.code for row in rows} | {row.code: row.code for row in rows}


def _home(reading: Reading) -> str:
    return min(reading.actor.scope.codes, default="")[: Level.VILLAGE.digits]


def _county(reading: Reading) -> str:
    return _home(reading)[: Level.COUNTY.digits]
