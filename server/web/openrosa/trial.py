"""试填草稿 with ODK Collect: an address that opens one draft and nothing else; what is sent is counted, not kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, g

from forms.schema import shape
from server.domain.people import SYSTEM
from server.domain.problems import NotFound
from server.storage import form_drafts
from server.storage.form_drafts import FormDraft
from server.web.addresses import root
from server.web.authorization import public
from server.web.collect_settings import trial_url
from server.web.errors import renders
from server.web.i18n import say
from server.web.lists import md5
from server.web.openrosa import xml
from server.web.parts import database, parts
from server.web.reception import MEGABYTE, drain
from server.web.security import csrf
from server.web.trial_files import trial_file
from server.work import Reading

blueprint = Blueprint("trial", __name__, url_prefix=trial_url("", "<token>"))
csrf.exempt(blueprint)
renders("/v1/test/", xml.problem)


@blueprint.url_value_preprocessor
def _name(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The token in the path names the draft; views never see it."""
    if values is not None:
        g.trial_token = values.pop("token")


@blueprint.after_request
def _openrosa(response: Response) -> Response:
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["Content-Language"] = "zh-CN"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _draft(reading: Reading) -> tuple[FormDraft, bytes]:
    draft = form_drafts.by_token(reading.session, g.trial_token)
    if draft.xml is None:
        raise NotFound("form_draft.unknown")
    return draft, draft.xml


@blueprint.get("/formList")
@public
def form_list() -> Response:
    """The draft alone, marked as one. Raises NotFound("form_draft.unknown")."""
    with database().read(SYSTEM) as reading:
        draft, body = _draft(reading)
        address = f"{trial_url(root(), draft.token)}/forms/{quote(draft.form_id or '', safe='')}"
        listed = xml.ListedForm(
            form_id=draft.form_id or "",
            name=f"【试填】{draft.title}",
            version=draft.version or "",
            md5=md5(body),
            download_url=f"{address}.xml",
            manifest_url=f"{address}/manifest" if shape(body).media else None,
        )
    return xml.form_list([listed])


@blueprint.get("/forms/<form_id>.xml")
@public
def form_xml(**_form: str) -> Response:
    """The draft's XForm."""
    with database().read(SYSTEM) as reading:
        return Response(_draft(reading)[1], content_type="text/xml; charset=utf-8")


@blueprint.get("/forms/<form_id>/manifest")
@public
def manifest(**_form: str) -> Response:
    """The draft's files; lists are invented ones."""
    with database().read(SYSTEM) as reading:
        draft, body = _draft(reading)
        address = f"{trial_url(root(), draft.token)}/forms/{quote(draft.form_id or '', safe='')}/attachments"
        files = []
        for name in shape(body).media:
            try:
                content = trial_file(reading, draft, name)
            except NotFound:
                continue
            files.append(xml.MediaFile(name, md5(content), f"{address}/{quote(name, safe='')}"))
    return xml.manifest(files)


@blueprint.get("/forms/<form_id>/attachments/<name>")
@public
def medium(name: str, **_form: str) -> Response:
    """One file. Raises NotFound("form.unknown_file")."""
    with database().read(SYSTEM) as reading:
        draft, _ = _draft(reading)
        return Response(trial_file(reading, draft, name), content_type="application/octet-stream")


@blueprint.route("/submission", methods=["HEAD"], provide_automatic_options=False)
@public
def hint() -> Response:
    """204 and the size at which phones should split, as for true records."""
    response = Response(status=204)
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(parts().settings.split_hint_mb * MEGABYTE)
    return response


@blueprint.post("/submission")
@public
def submit() -> Response:
    """201, and nothing is kept but that one more was sent."""
    with database().transaction(SYSTEM) as work:
        draft, _ = _draft(work)
        form_drafts.count_trial(work.session, draft.id)
    drain()
    return xml.answer(say("form_draft.tried"), 201, nature="submit_success")
