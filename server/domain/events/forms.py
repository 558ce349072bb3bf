"""表单: what happens to forms."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class FormPublished(Event, kind="form.published"):
    """发布表单: a version is offered to phones."""

    form_version: str


@dataclass(frozen=True, kw_only=True)
class FormClosed(Event, kind="form.closed"):
    """停用: phones are no longer offered the form; what they hold is still taken."""


@dataclass(frozen=True, kw_only=True)
class FormReopened(Event, kind="form.reopened"):
    """恢复使用: phones are offered the newest version again."""


@dataclass(frozen=True, kw_only=True)
class FormDrafted(Event, kind="form_draft.uploaded"):
    """上传草稿: a form's file is kept, so far for nobody but the office."""

    form_id: str | None
    form_version: str | None


@dataclass(frozen=True, kw_only=True)
class FormDraftDropped(Event, kind="form_draft.dropped"):
    """放弃草稿."""

    form_id: str | None


@dataclass(frozen=True, kw_only=True)
class FormMediaPut(Event, kind="form.media_put"):
    """放入附件: phones that have the form fetch a file anew."""

    file: str


@dataclass(frozen=True, kw_only=True)
class FormMediaRemoved(Event, kind="form.media_removed"):
    """拿掉附件."""

    file: str
