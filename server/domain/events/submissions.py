"""提交: what happens to a submission between the phone and the domain rows."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.events.event import Event
from server.domain.submission import Arrival


@dataclass(frozen=True, kw_only=True)
class SubmissionReceived(Event, kind="submission.received"):
    """收到提交: a submission, or an edit of one, is safe here."""

    form_id: str
    form_version: str
    arrival: Arrival


@dataclass(frozen=True, kw_only=True)
class AttachmentAdded(Event, kind="submission.attachment_added"):
    """收到附件: a later part brought a file; `sha256` is where its bytes are."""

    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class SubmissionQuarantined(Event, kind="submission.quarantined"):
    """暂存待查: a known form in a version never published here."""

    form_id: str
    form_version: str


@dataclass(frozen=True, kw_only=True)
class SubmissionHeld(Event, kind="submission.held"):
    """等待原件: an edit came before the submission it changes."""

    form_id: str
    deprecated_id: str


@dataclass(frozen=True, kw_only=True)
class ProjectionFailed(Event, kind="submission.projection_failed"):
    """转换未成: the raw submission is kept, its domain rows could not be made."""

    form_id: str
    error: str


@dataclass(frozen=True, kw_only=True)
class SubmissionReprojected(Event, kind="submission.reprojected"):
    """重新转换: the domain rows were made again from the raw submission."""

    form_id: str


@dataclass(frozen=True, kw_only=True)
class SubmissionRejected(Event, kind="submission.rejected"):
    """不予采信: the village does not accept the record (METRICS D13); it stops counting."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SubmissionReviewed(Event, kind="submission.reviewed"):
    """审核: the office found a record good or sent it back; its words stand beside the verdict, not here."""

    verdict: str


@dataclass(frozen=True, kw_only=True)
class SubmissionCommented(Event, kind="submission.commented"):
    """备注: somebody in the office said something about a record."""


@dataclass(frozen=True, kw_only=True)
class SubmissionsToldApart(Event, kind="submission.told_apart"):
    """不是重复: two records that look like one are two."""

    other_id: int
