"""What the shipped forms note without asking, and so without a label, in the words of a column's heading."""

from __future__ import annotations

from collections.abc import Mapping

SILENT: Mapping[str, Mapping[str, str]] = {
    "patrol": {
        "fix_start": "开始填写时的位置",
        "grid_count": "本人负责几个网格",
        "grid": "所巡网格编码",
        "outside": "开始时在网格外（1是0否）",
        "fix": "发现时的位置",
    },
    "household_visit": {
        "fix_start": "开始填写时的位置",
        "new_id": "新住户编码",
        "household_id": "住户编码",
        "special_count": "户内要见到几人",
        "reached": "见到或联系上（1是0否）",
        "visited_on": "走访日期",
        "due_after": "走访后的情况（代码）",
    },
    "demand_intake": {
        "fix_start": "开始填写时的位置",
        "taking": "有诉求（1是0否）",
    },
    "case_followup": {
        "fix_start": "开始填写时的位置",
        "case_id": "诉求编码",
        "class": "诉求类别（代码）",
        "task": "当时要办的一步（代码）",
        "reported_on": "反馈日期",
    },
}
"""By form and the name of what is noted. A county's own form says its own words; what it notes without any goes by name."""
