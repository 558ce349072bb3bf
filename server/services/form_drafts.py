"""表单草稿 services: a file is examined and kept, tried out, and published when nothing in it is wrong."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import cast

from forms import catalogue, register
from forms.comparison import Difference, differences
from forms.compiler import CompiledForm
from forms.findings import Finding, FormRefused
from forms.lint import lint
from forms.sandbox import examine as examine_apart
from forms.schema import shape
from forms.source import Kind
from server.domain.events import forms as events
from server.domain.form import stands_in
from server.domain.permissions import Permission
from server.domain.problems import Conflict
from server.services import forms
from server.services.forms import FormFile
from server.storage import entities
from server.storage import form_drafts as storage
from server.storage import forms as published
from server.storage.files import FileStore
from server.storage.form_drafts import FormDraft
from server.storage.forms import FormVersion
from server.work import Reading, Work

_LONGEST_NAME = 200
_TOKEN_BYTES = 16
_IN_AN_ADDRESS = re.compile(r"[^\s/\\?#]{1,100}")
"""A form's id and version stand in the addresses phones ask for."""


@dataclass(frozen=True)
class Sheet:
    """A form's file as it came, and what reading it said: `compiled` is None where it is no form."""

    name: str
    content: bytes
    compiled: CompiledForm | None
    findings: tuple[Finding, ...]


def examine(name: str, content: bytes) -> Sheet:
    """检查表单文件: read it in a process of its own, which takes seconds: before a transaction, never within."""
    try:
        examined = examine_apart(content)
    except FormRefused as refusal:
        return Sheet(name, content, None, refusal.findings)
    # What the rules say depends on the files and on what the form stands for: remarks() asks them each time.
    return Sheet(name, content, examined.compiled, examined.said)


def keep(work: Work, files: FileStore, sheet: Sheet, *, in_place_of: uuid.UUID | None = None) -> FormDraft:
    """上传草稿: keep an examined file. It takes the place of an earlier draft, by its address or of the same form.

    What a phone was given to try the earlier one out gets this one then. Raises NotFound("form_draft.unknown"),
    Forbidden.
    """
    work.actor.require(Permission.PREPARE_FORMS)
    compiled = sheet.compiled
    draft = _earlier(work, None if compiled is None else compiled.form_id, in_place_of)
    if compiled is not None:
        draft.form_id, draft.title = compiled.form_id, compiled.title
    draft.version = None if compiled is None else compiled.version
    draft.kind = None if compiled is None else compiled.source_kind
    draft.rows = {} if compiled is None else dict(compiled.rows)
    draft.xml = None if compiled is None else compiled.xml
    draft.file_name = sheet.name[:_LONGEST_NAME]
    draft.file_sha256 = files.put([sheet.content]).sha256
    draft.findings = [asdict(finding) for finding in sheet.findings]
    draft.tried = 0
    draft.uploaded_by = work.actor.id
    draft.uploaded_at = work.now
    work.session.add(draft)
    work.session.flush()
    work.record(
        events.FormDrafted(
            subject_id=draft.id, jurisdiction=None, form_id=draft.form_id, form_version=draft.version
        )
    )
    return draft


def _earlier(work: Work, form_id: str | None, in_place_of: uuid.UUID | None) -> FormDraft:
    """The draft to be replaced, else a new one. A form has one draft: a second of the same form gives way."""
    named = None if in_place_of is None else storage.get(work.session, in_place_of, lock=True)
    for other in [] if form_id is None else storage.waiting(work.session, form_id):
        if named is None:
            named = other
        elif other is not named:
            work.session.delete(other)
    return named or FormDraft(token=secrets.token_urlsafe(_TOKEN_BYTES))


def drop(work: Work, draft_id: uuid.UUID) -> None:
    """放弃草稿, with the files beside a form that was never published. Raises NotFound("form_draft.unknown"), Forbidden."""
    work.actor.require(Permission.PREPARE_FORMS)
    draft = storage.get(work.session, draft_id, lock=True)
    form_id = draft.form_id or ""
    if published.newest(work.session, form_id) is None:
        for medium in published.media(work.session, form_id):
            work.session.delete(medium)
    work.record(events.FormDraftDropped(subject_id=draft.id, jurisdiction=None, form_id=draft.form_id))
    work.session.delete(draft)


def declare(work: Work, draft_id: uuid.UUID, stands_for: str | None) -> None:
    """代替: say which shipped form's rules are to read the records of a form that was never published.

    Raises Conflict("form.stands_for_settled"), Invalid("form.stands_for_unknown"), NotFound, Forbidden.
    """
    work.actor.require(Permission.PREPARE_FORMS)
    draft = storage.get(work.session, draft_id, lock=True)
    if draft.form_id is not None and published.newest(work.session, draft.form_id) is not None:
        raise Conflict("form.stands_for_settled")
    draft.stands_for = stands_in(draft.form_id or "", stands_for, shipped=catalogue.shipped())


def publish(work: Work, files: FileStore, draft_id: uuid.UUID) -> FormVersion:
    """发布草稿: what was kept becomes the newest version of its form, and the draft is gone.

    Raises FormRefused where a remark is an error, Forbidden, and what forms.offer() raises.
    """
    work.actor.require(Permission.MANAGE_FORMS)
    draft = storage.get(work.session, draft_id, lock=True)
    found = remarks(work, files, draft)
    if draft.xml is None or any(finding.level == "error" for finding in found):
        raise FormRefused(found)
    file = FormFile(name=draft.file_name, sha256=draft.file_sha256)
    version = forms.offer(work, draft.xml, file, stands_for=draft.stands_for)
    work.session.delete(draft)
    return version


def remarks(reading: Reading, files: FileStore, draft: FormDraft) -> tuple[Finding, ...]:
    """What is to be mended before publishing, errors first: of the file itself, and of what it meets here today."""
    found = [Finding(**each) for each in draft.findings]
    if draft.xml is not None:
        compiled = _compiled(draft, draft.xml)
        beside = published.media(reading.session, compiled.form_id)
        found += lint(
            compiled,
            stands_for=stands_for_of(reading, draft),
            files={each.name: files.path(each.sha256).read_bytes() for each in beside},
            register_lists=register.LISTS | _own_lists(reading),
        )
        found += _about_addresses(compiled)
        found += _about_version(reading, compiled)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: finding.level))


def _own_lists(reading: Reading) -> frozenset[str]:
    return frozenset(f"{each.name}.csv" for each in entities.every(reading.session))


def stands_for_of(reading: Reading, draft: FormDraft) -> str | None:
    """What a draft's form stands for: as settled by its first version, else as declared on the draft."""
    form_id = draft.form_id or ""
    return forms.projector_of(reading.session, form_id) or stands_in(
        form_id, draft.stands_for, shipped=catalogue.shipped()
    )


def _compiled(draft: FormDraft, xml: bytes) -> CompiledForm:
    read = shape(xml)
    return CompiledForm(
        form_id=read.form_id,
        version=read.version,
        title=read.title,
        xml=xml,
        remarks=(),
        media=read.media,
        entity_lists=read.entity_lists,
        source_kind=cast(Kind, draft.kind),
        rows=draft.rows,
    )


def _about_addresses(compiled: CompiledForm) -> Sequence[Finding]:
    words = {"form_id": compiled.form_id, "version": compiled.version}
    return [
        Finding(
            "error",
            "settings",
            f"{name}「{text}」里不能有空格、斜杠、问号和井号",
            sheet="settings",
            column=name,
        )
        for name, text in words.items()
        if text and _IN_AN_ADDRESS.fullmatch(text) is None
    ]


def _about_version(reading: Reading, compiled: CompiledForm) -> Sequence[Finding]:
    if published.version(reading.session, compiled.form_id, compiled.version) is None:
        return ()
    better = forms.version_to_write(reading, compiled.form_id)
    words = f"版本 {compiled.version} 已经发布过，请改成没有用过的，例如 {better}"
    return (Finding("error", "settings 第 2 行", words, sheet="settings", row=2, column="version"),)


def changes(reading: Reading, draft: FormDraft) -> tuple[Difference, ...] | None:
    """What publishing a draft would change for those who fill it, None for a form that has no version yet."""
    before = None if draft.form_id is None else published.newest(reading.session, draft.form_id)
    if before is None or draft.xml is None:
        return None
    return differences(before.xml, draft.xml)
