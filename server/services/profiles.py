"""机制方案 services: installing a county's profile."""

from __future__ import annotations

import datetime as dt
import hashlib

from server.domain.demand_paths import check
from server.domain.events import register as events
from server.domain.mechanism import parse_profile
from server.storage import profiles as storage
from server.storage.profiles import ProfileVersion
from server.work import Work


def install(work: Work, text: str, *, jurisdiction: str, effective_from: dt.date) -> ProfileVersion:
    """安装机制方案 as the next version for a division. The same text again changes nothing.

    Raises Invalid for a text the loader refuses, or under which a demand would stick.
    """
    check(parse_profile(text))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    newest = storage.newest(work.session, jurisdiction)
    if newest is not None and newest.sha256 == sha256:
        return newest
    version = ProfileVersion(
        jurisdiction=jurisdiction,
        version=1 if newest is None else newest.version + 1,
        effective_from=effective_from,
        text=text,
        sha256=sha256,
        installed_at=work.now,
    )
    work.session.add(version)
    work.session.flush()
    work.record(
        events.ProfileInstalled(
            subject_id=version.id, jurisdiction=jurisdiction, version=version.version, sha256=sha256
        )
    )
    return version
