"""What a phone sent, read, placed and projected before any lock is taken."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field

from forms import answers
from forms.answers import Fix
from forms.instance import Answers, EntityBlock, Instance, InstanceRefused, parse
from forms.instance import attachments as files_of
from forms.instance import entities as entities_of
from forms.instance import values as values_of
from forms.schema import Shape
from server.domain.obligation.records import day_of_record
from server.domain.problems import Invalid, NotFound
from server.domain.work_calendar import local_day
from server.services import projection
from server.services.forms import KnownForm, known_form
from server.services.ground import Ground, remembered
from server.services.projection.record import Flag, Record
from server.storage.files import StoredFile
from server.work import Reading

_GEOMETRIES = frozenset({"geopoint", "geotrace", "geoshape"})
_LONGEST_ID = 200
"""Characters of an instanceID: an index holds it. Clients send 41."""


@dataclass(frozen=True)
class UploadedFile:
    """A file of an upload: its name as sent (data, never a path), its type, and where its bytes are."""

    name: str
    mime: str
    stored: StoredFile


@dataclass(frozen=True)
class Upload:
    """What one POST brought."""

    xml: bytes
    files: tuple[UploadedFile, ...] = ()
    device_id: str | None = None


@dataclass(frozen=True)
class Prepared:
    """An upload read, placed and projected, ready to be written."""

    upload: Upload
    instance: Instance
    form: KnownForm
    record: Record
    values: Answers
    expected: tuple[str, ...]
    entities: tuple[EntityBlock, ...]
    facts: object | None
    failure: str | None
    ground: Ground = field(repr=False)

    @property
    def sha256(self) -> str:
        """The hash of the XML as received."""
        return hashlib.sha256(self.upload.xml).hexdigest()


def prepare(reading: Reading, upload: Upload) -> Prepared:
    """Read, place and project an upload, on the boundaries this process knows; receive() looks for newer ones.

    Raises Invalid for XML that is no submission or an instanceID beyond 200 characters, NotFound for an unknown form.
    """
    try:
        instance = parse(upload.xml)
    except InstanceRefused as refusal:
        raise Invalid(refusal.code) from refusal
    if len(instance.instance_id) > _LONGEST_ID:
        raise Invalid("submission.instance_id_too_long", most=_LONGEST_ID)
    form = known_form(reading.session, instance.form_id, instance.version)
    if form.shape is None:
        raise NotFound("submission.form_unknown", form_id=instance.form_id)
    readable = not instance.encrypted
    values = values_of(instance, form.shape) if readable else {}
    here = remembered(reading)
    record = _record(reading, form, values, here)
    read = projection.Reading(record, None, None)
    if readable and form.is_published:
        read = projection.read(record)
    return Prepared(
        upload=upload,
        instance=instance,
        form=form,
        record=read.record,
        values=values,
        expected=files_of(instance, form.shape),
        entities=entities_of(instance, form.shape) if readable else (),
        facts=read.facts,
        failure=read.failure,
        ground=here,
    )


def _record(reading: Reading, form: KnownForm, values: Answers, here: Ground) -> Record:
    start = answers.moment(_text(values, "start"))
    day, clock_wrong = _day(start, form, reading.now)
    fix = answers.geopoint(_text(values, "fix_start"))
    if fix is None and form.projector is None and form.shape is not None:
        fix = _first_position(values, form.shape)
    return Record(
        projector=form.projector,
        values=values,
        actor=reading.actor,
        day=day,
        started_at=start if start is not None and not clock_wrong else reading.now,
        device_start=start,
        received_at=reading.now,
        fix=fix,
        located=None if fix is None else here.index.locate(fix.lon, fix.lat),
        index=here.index,
        flags=frozenset({Flag.CLOCK} if clock_wrong else ()),
    )


def _first_position(values: Answers, shape: Shape) -> Fix | None:
    """Where a record of a county's own form lies: the first point of its first answered geometry, repeats left out."""
    for each in shape.fields:
        if each.type not in _GEOMETRIES or each.repeat is not None:
            continue
        value: object = values
        for name in each.path.split("/")[2:]:
            value = value.get(name) if isinstance(value, dict) else None
        places = answers.geotrace(value) if isinstance(value, str) else ()
        if places:
            return places[0]
    return None


def _day(start: dt.datetime | None, form: KnownForm, now: dt.datetime) -> tuple[dt.date, bool]:
    if start is None or form.published_at is None:
        return local_day(now), False
    return day_of_record(start, received_at=now, form_published_at=form.published_at)


def _text(values: Answers, name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None
