"""表单: a form is a draft, then published, then closed; phones may hold records of any published version for months."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from server.domain.problems import Conflict, Invalid


class FormState(StrEnum):
    """Where a form stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"

    @property
    def listed(self) -> bool:
        """Phones are offered the form (formList)."""
        return self is FormState.PUBLISHED

    @property
    def accepts(self) -> bool:
        """Submissions of any version ever published are taken; a closed form still takes what phones hold."""
        return self is not FormState.DRAFT

    @property
    def label(self) -> str:
        """The state as users read it."""
        return _LABELS[self]


_LABELS = {FormState.DRAFT: "草稿", FormState.PUBLISHED: "使用中", FormState.CLOSED: "已停用"}


_NEXT = {
    FormState.DRAFT: {FormState.PUBLISHED},
    FormState.PUBLISHED: {FormState.PUBLISHED, FormState.CLOSED},
    FormState.CLOSED: {FormState.PUBLISHED},
}


def move(state: FormState, to: FormState) -> FormState:
    """发布、停用、恢复使用: return `to`; publishing again means a new version.

    Raises Conflict("form.step_not_allowed"): a draft cannot be closed, and nothing becomes a draft again.
    """
    if to not in _NEXT[state]:
        raise Conflict("form.step_not_allowed", state=state.value, to=to.value)
    return to


def stands_in(form_id: str, declared: str | None, *, shipped: Collection[str]) -> str | None:
    """代替哪张表: the shipped form whose rules read a form's records, None where nothing is made of them.

    A shipped form stands for itself, whatever was declared. Raises Invalid("form.stands_for_unknown").
    """
    if form_id in shipped:
        return form_id
    if declared is not None and declared not in shipped:
        raise Invalid("form.stands_for_unknown")
    return declared


def settle(before: str | None, declared: str | None) -> str | None:
    """What a form with a published version stands for: its records have become patrols or visits already.

    Raises Conflict("form.stands_for_settled") where a later version declares something else.
    """
    if declared not in (None, before):
        raise Conflict("form.stands_for_settled")
    return before


def next_version(used: Collection[str], *, today: str) -> str:
    """The version to write next: the day and two digits, `today` as 20261121, above every version used before.

    Versions that are no numbers are not counted; phones only ask whether two versions are the same.
    """
    first = int(f"{today}01")
    numbers = [int(each) for each in used if each.isascii() and each.isdigit()]
    return str(max([first, *(number + 1 for number in numbers)]))
