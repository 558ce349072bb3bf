"""表单附件 services: pictures, sounds and lists that phones download beside a form."""

from __future__ import annotations

import hashlib
import mimetypes
import re

from server.domain.events import forms as events
from server.domain.permissions import Permission
from server.domain.problems import Invalid, NotFound
from server.storage import forms as storage
from server.storage.files import FileStore
from server.storage.forms import FormMedia
from server.work import Work

_NAME = re.compile(
    r"[^/\\\x00-\x1f]{1,100}\.(csv|geojson|xml|jpe?g|png|webp|mp3|m4a|ogg|wav|mp4)", re.IGNORECASE
)
_TYPES = {".geojson": "application/geo+json", ".csv": "text/csv", ".xml": "text/xml"}


def put(work: Work, files: FileStore, form_id: str, *, name: str, content: bytes) -> FormMedia:
    """放入附件: a file of this name beside a form, in place of an earlier one; phones fetch it with the next update.

    Raises Invalid("form.media_kind") for a name phones could not use, Forbidden.
    """
    _allow(work, form_id)
    if _NAME.fullmatch(name) is None or not content:
        raise Invalid("form.media_kind")
    kept = files.put([content])
    row = storage.medium(work.session, form_id, name) or FormMedia(form_id=form_id, name=name)
    row.sha256, row.size = kept.sha256, kept.size
    row.md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    row.mime = _kind(name)
    row.put_at = work.now
    work.session.add(row)
    work.session.flush()
    work.record(events.FormMediaPut(subject_id=form_id, jurisdiction=None, file=name))
    return row


def remove(work: Work, form_id: str, name: str) -> None:
    """拿掉附件. Raises NotFound("form.unknown_file"), Forbidden."""
    _allow(work, form_id)
    row = storage.medium(work.session, form_id, name)
    if row is None:
        raise NotFound("form.unknown_file")
    work.session.delete(row)
    work.record(events.FormMediaRemoved(subject_id=form_id, jurisdiction=None, file=name))


def _allow(work: Work, form_id: str) -> None:
    """Files of a form that phones have reach them at once; those of a draft reach nobody."""
    is_out = storage.newest(work.session, form_id) is not None
    work.actor.require(Permission.MANAGE_FORMS if is_out else Permission.PREPARE_FORMS)


def _kind(name: str) -> str:
    suffix = name[name.rindex(".") :].lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
