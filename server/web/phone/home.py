"""GET home: everything the first page of the morning shows that is not in a list of FORMS §2."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from flask import Blueprint, Response, request

from server.domain.permissions import Permission
from server.figures import phone_home, tracks
from server.storage import jurisdictions, returned, suggestions
from server.web import authentication
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parts import database, parts
from server.web.phone import forms
from server.web.phone.answers import answer
from server.work import Reading

_MOST_RETURNED = 50
_MOST_ANSWERS = 20
_MOST_OPENINGS = 10


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/api/home")(home)


@requires(Permission.LIST_FORMS)
def home() -> Response:
    """The page's facts; 304 where nothing but the time has changed since the phone asked last."""
    response = answer({})
    until = authentication.renew_phone(response)
    with database().read(current_actor()) as reading:
        body = {
            "worker": _worker(reading),
            "place": _place(reading),
            "expires_at": until.isoformat(),
            "grids": _grids(reading),
            "forms": forms.offered(reading),
            "returned": _returned(reading),
            "settings": _settings(),
            "answers": _answers(reading),
            "openings": _openings(reading),
        }
        now = reading.now.astimezone(dt.UTC).isoformat()
    response.set_etag(hashlib.sha256(json.dumps(body).encode()).hexdigest()[:32])
    response.set_data(answer(body | {"now": now}).get_data())
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def _worker(reading: Reading) -> dict[str, str]:
    actor = reading.actor
    return {"id": str(actor.id), "name": actor.name, "role": actor.role.label if actor.role else ""}


def _place(reading: Reading) -> str:
    county = jurisdictions.county(reading.session)
    return "" if county is None else county.name


def _grids(reading: Reading) -> list[dict[str, Any]]:
    return [
        {
            "code": grid.code,
            "name": grid.name,
            "outline": grid.outline,
            "patrolled_today": grid.patrolled_today,
            "stand_in": grid.stand_in,
            "until": None if grid.until is None else grid.until.isoformat(),
        }
        for grid in phone_home.own_grids(reading)
    ]


def _returned(reading: Reading) -> list[dict[str, str]]:
    if reading.actor.id is None:
        return []
    rows = returned.returned_to(reading.session, reading.actor.id, limit=_MOST_RETURNED)
    return [
        {
            "instance_id": row.instance_id,
            "form_id": row.form_id,
            "reason": row.reason,
            "at": row.at.isoformat(),
        }
        for row in rows
    ]


def _settings() -> dict[str, Any]:
    settings = parts().settings
    return {
        "photo_max_pixels": settings.phone_photo_max_pixels,
        "keep_exif": settings.phone_keep_exif,
        "photo_strip": settings.phone_photo_strip,
        "split_megabytes": settings.split_hint_mb,
    }


def _openings(reading: Reading) -> list[dict[str, str]]:
    """Who looked at the worker's tracks, and why: he is told without asking (METRICS P)."""
    told = [(opening, track) for track in tracks.own(reading) for opening in track.openings]
    newest = sorted(told, key=lambda each: each[0].at, reverse=True)[:_MOST_OPENINGS]
    return [
        {
            "who": opening.who,
            "at": opening.at.isoformat(),
            "reason": opening.reason,
            "day": track.day.isoformat(),
            "grid": track.grid,
        }
        for opening, track in newest
    ]


def _answers(reading: Reading) -> list[dict[str, Any]]:
    if reading.actor.id is None:
        return []
    rows = suggestions.answered_to(reading.session, reading.actor.id, limit=_MOST_ANSWERS)
    return [
        {
            "id": row.id,
            "words": row.words,
            "answer": row.answer or "",
            "at": "" if row.answered_at is None else row.answered_at.isoformat(),
        }
        for row in rows
    ]
