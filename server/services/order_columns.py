"""工单的列: what the columns of a platform's list mean, and what a line of it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.domain.outer_order import ANSWERS, FIELDS, PERSONAL, REQUIRED
from server.domain.problems import Invalid
from server.services.register.columns import Reader, Wrong
from server.services.register.spreadsheet import Row

_ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "number": ("工单编号", "编号", "工单号码", "受理编号", "派单编号", "事件编号"),
    "words": ("内容", "工单内容", "反映内容", "诉求描述", "事项描述", "主要内容", "问题描述"),
    "category": ("类别", "诉求类别", "问题类别", "事项类别", "诉求类型", "问题分类", "事项分类", "事件类型"),
    "asked_on": ("受理时间", "来电时间", "派单时间", "登记时间", "上报时间"),
    "due_on": ("办结时限", "截止时间", "限办时间", "要求办结时间", "到期时间"),
    "village": ("村", "社区", "村社", "所属社区", "所属村社", "村居"),
    "address": ("诉求地址", "事发地址", "问题地址", "详细地址", "地点"),
    "name": ("诉求人", "来电人", "姓名", "反映人姓名", "联系人"),
    "phone": ("电话", "来电号码", "手机", "手机号", "反映人电话"),
    "state": ("状态", "工单状态"),
    "result": ("办理结果", "处理情况", "处理结果", "回复内容", "答复内容"),
    "done_on": ("办结时间", "完成时间", "回复时间"),
}
"""What platforms call their columns."""

_LONGEST = {"words": 2000, "number": 60}
_USUAL_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A line of a list, read: its own row and number, and what it says; `cells` are the platform's, by title."""

    row: int
    number: str
    words: str
    category: str
    asked_on: dt.date | None
    due_on: dt.date | None
    village: str
    address: str
    name: str
    phone: str
    cells: Mapping[str, str]


def guessed(titles: Iterable[str], *, remembered: Mapping[str, str]) -> dict[str, str]:
    """Return field → title: as it was chosen last, else the column that is called like the field."""
    there = set(titles)
    found: dict[str, str] = {}
    for field, label in (*FIELDS.items(), *ANSWERS.items()):
        names = (remembered.get(field, ""), label, *_ALSO_CALLED.get(field, ()))
        title = next((each for each in names if each in there), None)
        if title is not None and title not in found.values():
            found[field] = title
    return found


def check(columns: Mapping[str, str], titles: Iterable[str]) -> None:
    """Raise Invalid("order_list.bad_columns") for a column that is not there or a needed field without one."""
    there = set(titles)
    for field, title in columns.items():
        if title not in there:
            raise Invalid("order_list.bad_columns", reason=f"文件里没有“{title}”这一列")
        if field not in FIELDS and field not in ANSWERS:
            raise Invalid("order_list.bad_columns", reason="没有这一项")
    missing = [FIELDS[field] for field in REQUIRED if field not in columns]
    if missing:
        raise Invalid("order_list.bad_columns", reason=f"请说明哪一列是{'、'.join(missing)}")


def read_order(row: Row, columns: Mapping[str, str]) -> tuple[Order, list[Wrong]]:
    """Return what a line says, and what is wrong in it, in the page's words for the fields."""
    labelled = {FIELDS[field]: title for field, title in columns.items() if field in FIELDS}
    reader = Reader(row, labelled)
    said = {field: _text(reader, row, columns, field) for field in FIELDS}
    for field in REQUIRED:
        if not said[field]:
            reader.refuse(FIELDS[field], "必须填写")
    personal = {columns[field] for field in PERSONAL if field in columns}
    order = Order(
        row=row.number,
        number=said["number"],
        words=said["words"],
        category=said["category"],
        asked_on=_day(reader, FIELDS["asked_on"]),
        due_on=_day(reader, FIELDS["due_on"]),
        village=said["village"],
        address=said["address"],
        name=said["name"],
        phone=said["phone"],
        cells={title: cell for title, cell in row.cells.items() if title not in personal},
    )
    return order, reader.wrong


def _text(reader: Reader, row: Row, columns: Mapping[str, str], field: str) -> str:
    kept = row.cells.get(columns.get(field, ""), "")
    said = "".join(each for each in kept if each.isprintable() or each == "\n").strip()
    longest = _LONGEST.get(field, _USUAL_LONGEST)
    if len(said) > longest:
        reader.refuse(FIELDS[field], f"超过 {longest} 个字")
    return said


def _day(reader: Reader, label: str) -> dt.date | None:
    """The day of a cell that may carry an hour after it: 2026-10-20 09:30:00."""
    title = reader.columns.get(label, "")
    said = reader.row.cells.get(title, "")
    if not said:
        return None
    day_only = Row(reader.row.number, {title: said.split(" ")[0].split("T")[0]})
    alone = Reader(day_only, reader.columns)
    found = alone.day(label)
    reader.wrong.extend(alone.wrong)
    return found
