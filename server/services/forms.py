"""表单 services: publishing, closing, and the shape of every version as readers of submissions need it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from forms import browser, catalogue
from forms.compiler import compile_xlsform
from forms.findings import FormRefused
from forms.lint import lint
from forms.schema import Shape, shape
from server.domain.events import forms as events
from server.domain.form import FormState, move
from server.domain.problems import Conflict
from server.storage import forms as storage
from server.storage.base import database_of
from server.storage.forms import Form, FormVersion
from server.work import Work


@dataclass(frozen=True)
class KnownForm:
    """What reading a submission needs of its form version: when it was published, None for a version never published.

    `browser_refusal` says why the browser client cannot fill it, None where it can.
    """

    published_at: dt.datetime | None
    shape: Shape | None
    browser_refusal: str | None = None

    @property
    def is_published(self) -> bool:
        """True for a version phones were given from here."""
        return self.published_at is not None


_versions: WeakKeyDictionary[object, dict[tuple[str, str], KnownForm]] = WeakKeyDictionary()
"""By database: published versions never change, so they are read once."""


def known_form(session: Session, form_id: str, version: str) -> KnownForm:
    """The published version a submission names; without one, the newest shape, to read what can be read."""
    shelf = _versions.setdefault(database_of(session), {})
    known = shelf.get((form_id, version))
    if known is not None:
        return known
    found = storage.version(session, form_id, version)
    if found is not None:
        known = KnownForm(found.published_at, shape(found.xml), browser.refusal(found.xml))
        shelf[form_id, version] = known
        return known
    newest = storage.newest(session, form_id)
    return KnownForm(None, None if newest is None else shape(newest.xml))


def publish(work: Work, source: str, *, position: int = 0) -> FormVersion:
    """发布: compile a form and offer it to phones. The same version with other bytes is refused.

    Raises FormRefused when it does not compile or phones would refuse it, Conflict("form.version_used") for a version used before.
    """
    compiled = compile_xlsform(source)
    findings = lint(compiled)
    if any(finding.level == "error" for finding in findings):
        raise FormRefused(findings)
    form = work.session.get(Form, compiled.form_id)
    if form is None:
        form = Form(form_id=compiled.form_id, title=compiled.title, state=FormState.DRAFT, position=position)
        work.session.add(form)
        work.session.flush()
    md5 = hashlib.md5(compiled.xml, usedforsecurity=False).hexdigest()
    existing = storage.version(work.session, compiled.form_id, compiled.version)
    if existing is not None:
        if existing.md5 != md5:
            raise Conflict("form.version_used", form_id=compiled.form_id, version=compiled.version)
        return existing
    version = FormVersion(
        form_id=compiled.form_id,
        version=compiled.version,
        source=source,
        xml=compiled.xml,
        md5=md5,
        media=list(compiled.media),
        entity_lists=list(compiled.entity_lists),
        published_at=work.now,
    )
    work.session.add(version)
    form.state = move(FormState(form.state), FormState.PUBLISHED)
    form.title = compiled.title
    work.session.flush()
    work.record(
        events.FormPublished(subject_id=form.form_id, jurisdiction=None, form_version=version.version)
    )
    return version


_ORDER = ("patrol", "household_visit", "demand_intake", "case_followup")


def publish_shipped(work: Work) -> None:
    """Offer the four forms the product ships, where they are not there yet."""
    for position, form_id in enumerate(_ORDER):
        publish(work, catalogue.source(form_id), position=position)
