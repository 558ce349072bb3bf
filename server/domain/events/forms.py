"""表单: what happens to forms."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class FormPublished(Event, kind="form.published"):
    """发布表单: a version is offered to phones."""

    form_version: str
