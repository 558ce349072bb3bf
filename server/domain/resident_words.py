"""办到哪一步: where a demand stands in the words of whoever reported it (MECHANISMS S2b: plain, and never a reproach)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from server.domain.demand_states import Ending, StateKey

MOST_CHARACTERS = 12

_S = StateKey

STANDS: Mapping[StateKey, str] = MappingProxyType(
    {
        _S.DRAFT: "还没有发出",
        _S.SUBMITTED: "已收到",
        _S.ANSWERED: "已当面答复您",
        _S.PROMISED: "已答应，正在办",
        _S.MERGED: "和同一件事一起办",
        _S.REGISTERED: "已登记，正在看",
        _S.NEED_INFO: "等您补充",
        _S.REJECTED: "不予受理",
        _S.LISTED: "已受理，正在安排",
        _S.CLASSIFIED: "已受理，正在安排",
        _S.AGENDA: "等开会商量",
        _S.DELIBERATED: "商量好了，正在安排",
        _S.OFFERED: "正在找人承办",
        _S.ASSIGNED: "已交给承办人",
        _S.RETURNED: "正在另找人承办",
        _S.ACCEPTED: "承办人已接手",
        _S.IN_PROGRESS: "正在办",
        _S.ESCALATED: "已报上级安排",
        _S.SUSPENDED: "暂时办不了",
        _S.PROJECTISED: "已列入建设计划",
        _S.EXPLAINED: "办不了，有说明",
        _S.DONE: "办好了，正在核对",
        _S.VERIFIED: "办好了，将答复您",
        _S.FED_BACK: "已答复，请您评价",
        _S.RATED: "已收到您的评价",
        _S.REWORK: "按您的意见重办",
        _S.AUTO_CLOSED: "已办结",
        _S.CLOSED: "已办结",
        _S.WITHDRAWN: "已撤回",
        _S.REFERRED: "请找法定渠道",
    }
)
"""What a resident reads for each state, in at most twelve characters (PERSONAS D4)."""

AWAITED: Mapping[StateKey, str] = MappingProxyType(
    {
        _S.SUBMITTED: "登记",
        _S.REGISTERED: "定下是否受理",
        _S.LISTED: "定下由谁来办",
        _S.CLASSIFIED: "派人去办",
        _S.AGENDA: "开会商量",
        _S.DELIBERATED: "派人去办",
        _S.OFFERED: "找到承办人",
        _S.RETURNED: "另派人去办",
        _S.ESCALATED: "由上级派人去办",
    }
)
"""What the office owes by the day it has, while no day is set for the matter itself (METRICS C "Due date")."""

ENDS: Mapping[Ending, str] = MappingProxyType(
    {
        "rated": "您评价过了，这件事到此办结。",
        "unrated": "评价的时间已过，没有收到您的评价，这件事到此办结，不算好评。",
        "staff": "工作人员已经办好，这件事到此办结。",
        "lapsed": "等的时间到了，没有收到您的消息，这件事到此办结。",
        "rejected": "复核后维持原来的答复，这件事到此办结。",
        "withdrawn": "这件事已经撤回，不再办理。",
        "referred": "这件事不归网格办，请按上面说的渠道反映。",
        "nobody_to_tell": "这件事已经办结。",
    }
)
"""Why it ended, where nobody wrote anything: every ending carries a text."""
