"""表单台: the forms of a county with what came in by each, and the versions of one with what each changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa

from forms import catalogue
from forms.comparison import Difference, differences
from server.domain.form import FormState, stands_in
from server.storage import forms
from server.storage.forms import Form, FormVersion
from server.storage.posts import Account
from server.storage.submissions import Submission
from server.work import Reading

_COMPARED = 10
"""So many versions are compared with the one before; older ones only stand in the list."""


@dataclass(frozen=True)
class FormLine:
    """A form as the list shows it: its newest version, the records that stand today, and whose place it takes.

    `stands_for` is the title of that form, None where nothing but a list of records is made of it.
    """

    form_id: str
    title: str
    state: FormState
    version: str
    published_at: dt.datetime | None
    records: int
    stands_for: str | None
    is_shipped: bool


@dataclass(frozen=True)
class VersionLine:
    """A published version, newest first in a list: who offered it when, and what it changed for those who fill it.

    `changes` is None for the first version and for one so old that it is no longer compared.
    """

    version: str
    published_at: dt.datetime
    by: str
    file_name: str | None
    changes: tuple[Difference, ...] | None


def lines(reading: Reading) -> list[FormLine]:
    """The forms of the county in the order phones show them."""
    standing = sa.select(Submission.form_id, sa.func.count().label("records")).where(
        Submission.state == "received"
    )
    rows = reading.session.execute(standing.group_by(Submission.form_id))
    counts: Mapping[str, int] = {row.form_id: row.records for row in rows}
    newest = {each.form_id: each for each in forms.versions(reading.session)}
    every = forms.every(reading.session)
    titles = {form.form_id: form.title for form in every}
    return [_line(form, newest.get(form.form_id), counts.get(form.form_id, 0), titles) for form in every]


def _line(form: Form, version: FormVersion | None, records: int, titles: Mapping[str, str]) -> FormLine:
    place = stands_in(form.form_id, form.stands_for, shipped=catalogue.shipped())
    return FormLine(
        form_id=form.form_id,
        title=form.title,
        state=FormState(form.state),
        version="" if version is None else version.version,
        published_at=None if version is None else version.published_at,
        records=records,
        stands_for=None if place is None else titles.get(place, place),
        is_shipped=form.form_id in catalogue.shipped(),
    )


def versions(reading: Reading, form_id: str) -> list[VersionLine]:
    """The versions of a form, newest first."""
    published = forms.versions(reading.session, form_id)
    names = account_names(reading, [each.published_by for each in published])
    compared = {
        after.id: differences(before.xml, after.xml)
        for before, after in pairwise(published[-_COMPARED - 1 :])
    }
    return [
        VersionLine(
            version=each.version,
            published_at=each.published_at,
            by=names.get(each.published_by, "系统"),
            file_name=each.file_name,
            changes=compared.get(each.id),
        )
        for each in reversed(published)
    ]


def account_names(reading: Reading, ids: Sequence[uuid.UUID | None]) -> Mapping[uuid.UUID | None, str]:
    """Names of the colleagues who uploaded or published; forms belong to the county, so no scope narrows them."""
    query = sa.select(Account.id, Account.display_name).where(Account.id.in_({each for each in ids if each}))
    return {row.id: row.display_name for row in reading.session.execute(query)}
