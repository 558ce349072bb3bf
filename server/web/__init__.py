"""The surfaces: OpenRosa for phones' apps, the offline client, HTML for staff and for residents and units. Each speaks its own format."""

from __future__ import annotations

from flask import Flask

from server.web import (
    basemaps,
    compression,
    errors,
    health,
    i18n,
    openrosa,
    phone,
    residents,
    security,
    staff,
    tiles,
    units,
)
from server.web.openrosa import trial
from server.web.parts import basemap


def register(app: Flask) -> None:
    """Give the app its surfaces and what they share."""
    i18n.install(app)
    app.add_template_global(basemap, "basemap")
    security.install(app)
    compression.install(app)
    errors.install(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(basemaps.blueprint)
    app.register_blueprint(openrosa.blueprint)
    app.register_blueprint(trial.blueprint)
    app.register_blueprint(phone.blueprint)
    app.register_blueprint(residents.blueprint)
    app.register_blueprint(units.blueprint)
    app.register_blueprint(tiles.blueprint)
    app.register_blueprint(staff.blueprint)
