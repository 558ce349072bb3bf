"""采集设置: what a phone's app is told by scanning one QR code: server, key, and how to behave (OPENROSA §10)."""

from __future__ import annotations

import base64
import io
import json
import zlib

import segno

from server.storage.jurisdictions import Jurisdiction

PROJECT_ID = 1
_PIXELS_PER_MODULE = 6
_COLOUR = "#0072B2"


def server_url(root: str, key: str) -> str:
    """The address a phone with `key` is given; `root` is the server's own, without a slash at the end."""
    return f"{root}/v1/key/{key}/projects/{PROJECT_ID}"


def trial_url(root: str, token: str) -> str:
    """The address at which a phone tries a form's draft out; what it sends there is not kept."""
    return f"{root}/v1/test/{token}/projects/{PROJECT_ID}"


def settings_text(*, server_url: str, worker: str, project: str) -> str:
    """The text inside the QR code: base64 of zlib of JSON. Forms follow the server, records leave by themselves."""
    settings = {
        "general": {
            "server_url": server_url,
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_fifteen_minutes",
            "automatic_update": True,
            "autosend": "wifi_and_cellular",
            "image_size": "medium",
            "metadata_username": worker,
        },
        "admin": {},
        "project": {"name": project, "icon": "网", "color": _COLOUR},
    }
    return base64.b64encode(zlib.compress(json.dumps(settings, ensure_ascii=False).encode())).decode()


def project_name(county: Jurisdiction | None) -> str:
    """What Collect calls the project: 青岚县网格."""
    return "网格" if county is None else f"{county.name}网格"


def picture(text: str) -> str:
    """The QR code of a text as a data address (PNG), so that a key shown once is never fetched again."""
    code = segno.make_qr(text, error="m")
    address: str = code.png_data_uri(scale=_PIXELS_PER_MODULE, border=4)
    return address


def picture_file(text: str) -> bytes:
    """The QR code of a text as a PNG file."""
    file = io.BytesIO()
    segno.make_qr(text, error="m").save(file, kind="png", scale=_PIXELS_PER_MODULE, border=4)
    return file.getvalue()
