"""使用说明: how the pages for phones are used, and the office's. Nothing in it is anybody's, so it is public."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app

from server.web.authorization import public
from server.web.staff.pages import page

PICTURES = (
    "phone-sign-in",
    "phone-home",
    "phone-patrol",
    "phone-finding",
    "phone-track",
    "phone-visits",
    "phone-outline",
    "phone-visit",
    "phone-urgent",
    "phone-cases",
    "phone-outbox",
    "phone-suggestion",
    "phone-settings",
    "office-inbox",
    "office-queue",
    "map-ageing",
    "map-deadlines",
    "map-hot",
    "map-patrols",
    "map-unseen",
    "map-vacancies",
    "map-sizes",
    "map-compare",
    "map-wall",
    "office-records",
    "forms-faults",
    "forms-draft",
    "unit-orders",
    "resident-report",
)
"""The pictures of the screens in the order of the text: static/screenshots/<name>.png, taken from the running demo."""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/help", endpoint="manual")(manual)


@public
def manual() -> str:
    """The whole text; a picture that has not been taken is left out."""
    folder = Path(current_app.static_folder or "") / "screenshots"
    return page("manual.html", pictures=[name for name in PICTURES if (folder / f"{name}.png").is_file()])
