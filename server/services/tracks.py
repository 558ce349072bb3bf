"""查看轨迹: a day's track is shown to whoever walked it; to his village only for a reason he can read (METRICS P)."""

from __future__ import annotations

from server.domain.events.patrols import TrackOpened
from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.storage import tracks as storage
from server.storage.patrols import Patrol
from server.work import Work

MOST_CHARACTERS = 200


def open_track(work: Work, patrol_id: int, *, reason: str | None) -> Patrol:
    """查看轨迹: say why the track of a patrol is looked at; the worker reads who it was, when and why.

    Raises NotFound("track.unknown") outside the actor's divisions, Forbidden for anybody but a village cadre,
    Invalid("track.reason_needed") for no reason or one of more than 200 characters. Nothing is noted where the track
    is gone already or the actor's own.
    """
    patrol = storage.patrol(work.session, patrol_id, scope=work.actor.scope, own=work.actor.id)
    is_own = patrol.account_id is not None and patrol.account_id == work.actor.id
    if is_own:
        return patrol
    work.actor.require(Permission.OPEN_TRACK, at=patrol.grid_then)
    words = "".join(each for each in reason or "" if each.isprintable()).strip()
    if not 0 < len(words) <= MOST_CHARACTERS:
        raise Invalid("track.reason_needed", most=MOST_CHARACTERS)
    if storage.walked(work.session, patrol):
        work.record(TrackOpened(subject_id=patrol.submission_id, jurisdiction=patrol.grid_then, reason=words))
    return patrol
