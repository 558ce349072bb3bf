"""外部平台工单: what a list of another platform's orders may hold, and what is written back into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

OrderChannel = Literal["hotline", "upper"]
"""The channels by which orders come as lists: 12345 and its like, and platforms above (141)."""

FIELDS: Mapping[str, str] = {
    "number": "工单号",
    "words": "诉求内容",
    "category": "对方类别",
    "asked_on": "受理日期",
    "due_on": "办理时限",
    "village": "村（社区）",
    "address": "地址",
    "name": "反映人",
    "phone": "联系电话",
}
"""What a column of a list may be, and how the page calls it."""

ANSWERS: Mapping[str, str] = {
    "our_number": "承办编号",
    "state": "办理状态",
    "result": "办理情况",
    "done_on": "办结日期",
}
"""What is written back: into the platform's column where one is named, else into one of ours after its own."""

REQUIRED = ("number", "words")
PERSONAL = ("name", "phone")
