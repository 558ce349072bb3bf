"""表单: a form is a draft, then published, then closed; phones may hold records of any published version for months."""

from __future__ import annotations

from enum import StrEnum

from server.domain.problems import Conflict


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
