"""A finding of a patrol that becomes a demand: what is reported, and what was mended at once (FORMS §3)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from server.services.demands.intake import PATROL, Answer, Place, Raised, Reporter, raise_demand
from server.services.projection import urgent_finding
from server.storage.demands import Demand
from server.storage.patrols import Finding, Patrol
from server.work import Work

_ANSWER: dict[str, Answer] = {"report": "later", "fixed": "fixed"}
"""How each handling that makes a demand was answered; advised and watch make none."""


def raise_from(
    work: Work,
    finding: Finding,
    patrol: Patrol,
    *,
    place_source: Literal["map", "fix"],
    told_by: Reporter | None,
    received_at: dt.datetime,
) -> Demand | None:
    """The demand of a finding; None where it is none. An urgent one that was sent ahead is not raised again."""
    answer = _ANSWER.get(finding.handled)
    if answer is None:
        return None
    sent = urgent_finding.sent_ahead(work, finding, patrol)
    if sent is not None:
        return sent
    point = finding.point
    place = None if point is None else Place(lon=point.centroid.x, lat=point.centroid.y, source=place_source)
    return raise_demand(
        work,
        Raised(
            submission_id=finding.submission_id,
            position=finding.position,
            raised_on=finding.day,
            received_at=received_at,
            channel=PATROL,
            kind=finding.kind,
            detail=finding.detail,
            words=finding.words,
            photo=finding.photo,
            photo_after=finding.photo_after,
            voice=finding.voice,
            urgent=finding.urgency == "urgent",
            division=patrol.grid_then,
            grid=patrol.grid_then,
            place=place,
            address=finding.landmark,
            reporter=told_by,
            answer=answer,
        ),
    )
