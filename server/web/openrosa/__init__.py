"""The surface for ODK Collect and every OpenRosa client: XML, keys in the path, Chinese sentences (OPENROSA §1–§6)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from server.domain.problems import NotFound
from server.web.authentication import from_key
from server.web.errors import renders
from server.web.openrosa import form_list, media, submission, xml
from server.web.reception import drain
from server.web.security import csrf

PREFIX = "/v1/key/<key>/projects/<int:project_id>"
_KEY_TRUSTED_SECONDS = 5.0
"""So long a revoked key may still send: looking it up each time would cost as much as the record."""
PROJECT = 1
"""One deployment is one project; the number stands in the path because ODK Central's clients expect it."""

blueprint = Blueprint("openrosa", __name__, url_prefix=PREFIX)
csrf.exempt(blueprint)
renders("/v1/key/", xml.problem)


@blueprint.url_value_preprocessor
def _identify(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The key in the path is the sender; views never see it, so no log of theirs can hold it."""
    if values is None:
        return
    sends = endpoint == "openrosa.submit"
    from_key(values.pop("key"), trusted_for=_KEY_TRUSTED_SECONDS if sends else 0.0)
    if values.pop("project_id") != PROJECT:
        raise NotFound("project.unknown")


@blueprint.after_request
def _openrosa(response: Response) -> Response:
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["Content-Language"] = "zh-CN"
    response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code >= 400:
        drain()
    return response


form_list.routes(blueprint)
media.routes(blueprint)
submission.routes(blueprint)
