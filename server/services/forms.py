"""表单 services: publishing, closing, and the shape of every version as readers of submissions need it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from forms import browser, catalogue
from forms.compiler import compile_form
from forms.findings import FormRefused
from forms.lint import lint
from forms.schema import Shape, shape
from server.domain.events import forms as events
from server.domain.form import FormState, move, next_version, settle, stands_in
from server.domain.permissions import Permission
from server.domain.problems import Conflict
from server.domain.work_calendar import local_day
from server.services import entities
from server.storage import forms as storage
from server.storage.base import database_of
from server.storage.forms import Form, FormVersion
from server.work import Reading, Work


@dataclass(frozen=True)
class KnownForm:
    """What reading a submission needs of its form version: when it was published, None for a version never published.

    `projector` names the shipped form whose rules read its records, None where nothing is made of them.
    `browser_refusal` says why the browser client cannot fill it, None where it can.
    """

    published_at: dt.datetime | None
    shape: Shape | None
    projector: str | None = None
    browser_refusal: str | None = None

    @property
    def is_published(self) -> bool:
        """True for a version phones were given from here."""
        return self.published_at is not None


_versions: WeakKeyDictionary[object, dict[tuple[str, str], KnownForm]] = WeakKeyDictionary()
"""By database: published versions never change, nor what their form stands for, so they are read once."""


def known_form(session: Session, form_id: str, version: str) -> KnownForm:
    """The published version a submission names; without one, the newest shape, to read what can be read."""
    shelf = _versions.setdefault(database_of(session), {})
    known = shelf.get((form_id, version))
    if known is not None:
        return known
    found = storage.version(session, form_id, version)
    if found is not None:
        known = KnownForm(
            published_at=found.published_at,
            shape=shape(found.xml),
            projector=projector_of(session, form_id),
            browser_refusal=browser.refusal(found.xml),
        )
        shelf[form_id, version] = known
        return known
    newest = storage.newest(session, form_id)
    return KnownForm(None, None if newest is None else shape(newest.xml))


def projector_of(session: Session, form_id: str) -> str | None:
    """The shipped form whose rules read the records of a form, None where nothing is made of them."""
    form = session.get(Form, form_id)
    return stands_in(form_id, None if form is None else form.stands_for, shipped=catalogue.shipped())


@dataclass(frozen=True)
class FormFile:
    """What a version was made of: the Markdown table, or an uploaded file by its name and its hash in the store."""

    source: str = ""
    name: str | None = None
    sha256: str | None = None


def publish(
    work: Work, source: str, *, position: int | None = None, stands_for: str | None = None
) -> FormVersion:
    """发布: compile a form's Markdown table and offer it to phones.

    Raises FormRefused when it does not compile or phones would refuse it, and what offer() raises.
    """
    compiled = compile_form(source.encode())
    findings = lint(compiled)
    if any(finding.level == "error" for finding in findings):
        raise FormRefused(findings)
    return offer(work, compiled.xml, FormFile(source), position=position, stands_for=stands_for)


def offer(
    work: Work, xml: bytes, file: FormFile, *, position: int | None = None, stands_for: str | None = None
) -> FormVersion:
    """提供给手机: a form that has been examined becomes the newest version; the same bytes again change nothing.

    `position` is its place among the forms on a phone: a new form goes to the end. Raises
    Conflict("form.version_used") for a version used before for other bytes, Conflict("form.stands_for_settled"),
    Conflict("entity.list_is_ours"), Invalid("form.stands_for_unknown"), Forbidden.
    """
    work.actor.require(Permission.MANAGE_FORMS)
    read = shape(xml)
    form = _form(work, read, position=position, stands_for=stands_for)
    md5 = hashlib.md5(xml, usedforsecurity=False).hexdigest()
    existing = storage.version(work.session, form.form_id, read.version)
    if existing is not None:
        if existing.md5 != md5:
            raise Conflict(
                "form.version_used", version=read.version, next=version_to_write(work, form.form_id)
            )
        return existing
    version = FormVersion(
        form_id=form.form_id,
        version=read.version,
        source=file.source,
        xml=xml,
        md5=md5,
        media=list(read.media),
        entity_lists=list(read.entity_lists),
        published_at=work.now,
        published_by=work.actor.id,
        file_name=file.name,
        file_sha256=file.sha256,
    )
    work.session.add(version)
    form.state = move(FormState(form.state), FormState.PUBLISHED)
    form.title = read.title
    work.session.flush()
    entities.declare_lists(work, xml)
    work.record(
        events.FormPublished(subject_id=form.form_id, jurisdiction=None, form_version=version.version)
    )
    return version


def _form(work: Work, read: Shape, *, position: int | None, stands_for: str | None) -> Form:
    declared = stands_in(read.form_id, stands_for, shipped=catalogue.shipped())
    form = work.session.get(Form, read.form_id, with_for_update=True)
    if form is not None:
        before = stands_in(form.form_id, form.stands_for, shipped=catalogue.shipped())
        settle(before, declared)
        return form
    form = Form(
        form_id=read.form_id,
        title=read.title,
        state=FormState.DRAFT,
        position=len(storage.every(work.session)) if position is None else position,
        stands_for=declared,
    )
    work.session.add(form)
    work.session.flush()
    return form


def version_to_write(reading: Reading, form_id: str) -> str:
    """A version no published one of the form has, to be written into the settings sheet: the day and two digits."""
    used = {each.version for each in storage.versions(reading.session, form_id)}
    return next_version(used, today=f"{local_day(reading.now):%Y%m%d}")


def close(work: Work, form_id: str) -> None:
    """停用: phones are no longer offered the form; records they hold are still taken.

    Raises NotFound("form.unknown"), Conflict("form.step_not_allowed"), Forbidden.
    """
    _move(work, form_id, FormState.CLOSED)
    work.record(events.FormClosed(subject_id=form_id, jurisdiction=None))


def reopen(work: Work, form_id: str) -> None:
    """恢复使用: phones are offered the newest version again.

    Raises NotFound("form.unknown"), Conflict("form.step_not_allowed"), Forbidden.
    """
    form = storage.get(work.session, form_id, lock=True)
    if form.state == FormState.PUBLISHED:
        raise Conflict("form.step_not_allowed", state=form.state, to=form.state)
    _move(work, form_id, FormState.PUBLISHED)
    work.record(events.FormReopened(subject_id=form_id, jurisdiction=None))


def _move(work: Work, form_id: str, to: FormState) -> None:
    work.actor.require(Permission.MANAGE_FORMS)
    form = storage.get(work.session, form_id, lock=True)
    form.state = move(FormState(form.state), to)


_ORDER = ("patrol", "household_visit", "demand_intake", "case_followup")


def publish_shipped(work: Work) -> None:
    """Offer the four forms the product ships, where they are not there yet."""
    for position, form_id in enumerate(_ORDER):
        publish(work, catalogue.source(form_id), position=position)
