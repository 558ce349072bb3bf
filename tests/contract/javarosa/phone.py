"""A phone with ODK Collect, without its screen: forms and lists it fetches, records it fills, corrects and sends."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from tests.contract.javarosa.engine import Engine, Filling
from tests.contract.javarosa.entity_lists import EntityList, apply_record
from tests.contract.javarosa.line import Answer, Line, Part, file_part

HERE = "30.005 108.005 0 8"
_FILES_AT_ONCE = 100
_LIMIT = 10_000_000
_NOTHING_SAVED = b"<?xml version='1.0' ?><stub />"


@dataclass(frozen=True)
class Form:
    """A form on the phone, in the version it was fetched in."""

    form_id: str
    title: str
    version: str
    path: Path
    media: Path


@dataclass(frozen=True)
class Record:
    """A finished record, in the outbox until it is sent."""

    form: Form
    filling: Filling
    path: Path
    files: Mapping[str, bytes]

    @property
    def instance_id(self) -> str:
        """The number of this version of the record."""
        found: str = etree.fromstring(self.filling.xml).findtext("{*}meta/{*}instanceID") or ""
        return found


@dataclass
class Phone:
    """One phone; `project` is the address in its settings, with its key."""

    project: str
    folder: Path
    engine: Engine
    location: str = HERE
    line: Line = field(default_factory=lambda: Line("collect:javarosa00000001"))
    forms: dict[str, Form] = field(default_factory=dict)
    lists: dict[str, EntityList] = field(default_factory=dict)

    def listed(self) -> dict[str, dict[str, str]]:
        """What the server offers, by form: formID, name, version, hash, downloadUrl, manifestUrl."""
        root = etree.fromstring(self.line.get(f"{self.project}/formList"))
        offered = [_cells(row) for row in root]
        return {each["formID"]: each for each in offered}

    def fetch(self, *form_ids: str) -> None:
        """Bring forms with their files and lists up to date; only what has another hash is fetched."""
        offered = self.listed()
        for form_id in form_ids:
            form = self._form(offered[form_id])
            self.forms[form_id] = form
            if manifest := offered[form_id].get("manifestUrl"):
                for row in etree.fromstring(self.line.get(manifest)):
                    self._file(form, _cells(row), kind=row.get("type"))

    def _form(self, offered: Mapping[str, str]) -> Form:
        path = self.folder / "forms" / f"{_bare(offered['hash'])}.xml"
        media = path.with_suffix(".media")
        if not path.exists():
            content = self.line.get(offered["downloadUrl"])
            assert _md5(content) == offered["hash"], "the list speaks of other bytes than the server gives"
            media.mkdir(parents=True)
            path.write_bytes(content)
            (media / "last-saved.xml").write_bytes(_NOTHING_SAVED)
        return Form(offered["formID"], offered["name"], offered["version"], path, media)

    def _file(self, form: Form, told: Mapping[str, str], *, kind: str | None) -> None:
        if kind is not None:
            self._list(told, needs_approval=kind == "approvalEntityList")
            return
        path = form.media / told["filename"]
        if not path.exists() or _md5(path.read_bytes()) != told["hash"]:
            path.write_bytes(self.line.get(told["downloadUrl"]))

    def _list(self, told: Mapping[str, str], *, needs_approval: bool) -> None:
        list_ = self.lists.setdefault(told["filename"].removesuffix(".csv"), EntityList())
        list_.needs_approval = needs_approval
        if list_.hash == told["hash"]:
            return
        list_.merge(self.line.get(told["downloadUrl"]))
        list_.hash = told["hash"]
        if asked := list_.born_here():
            answer = etree.fromstring(self.line.get(f"{told['integrityUrl']}?id={','.join(asked)}"))
            list_.forget(
                entity.get("id", "")
                for entity in answer.iterfind("entities/entity")
                if entity.findtext("deleted") == "true"
            )

    def try_to_fill(self, form_id: str, answers: Mapping[str, str]) -> Filling:
        """Go through a form of the phone, as it was last fetched, without keeping anything."""
        return self._go_through(self.forms[form_id], answers, record=None)

    def _go_through(self, form: Form, answers: Mapping[str, str], *, record: Path | None) -> Filling:
        for name, list_ in self.lists.items():
            (form.media / f"{name}.csv").write_bytes(list_.as_csv())
        return self.engine.fill(
            form.path,
            form.media,
            answers,
            location=self.location,
            device={"deviceid": self.line.device_id, "username": "王秀英"},
            record=record,
        )

    def fill(
        self, form_id: str, answers: Mapping[str, str], files: Mapping[str, bytes] | None = None
    ) -> Record:
        """Fill a form to its end; what it asks of the phone's own lists happens at once."""
        return self._keep(self.forms[form_id], self.try_to_fill(form_id, answers), files or {})

    def correct(
        self, record: Record, answers: Mapping[str, str], files: Mapping[str, bytes] | None = None
    ) -> Record:
        """Fill a copy of a finished record anew where answers are given; it names the record it corrects."""
        filling = self._go_through(record.form, answers, record=record.path)
        return self._keep(record.form, filling, {**record.files, **(files or {})})

    def _keep(self, form: Form, filling: Filling, files: Mapping[str, bytes]) -> Record:
        assert filling.stopped is None, filling.stopped
        assert set(filling.attachments) <= set(files), filling.attachments
        outbox = self.folder / "outbox"
        outbox.mkdir(exist_ok=True)
        path = outbox / f"{len(list(outbox.iterdir()))}.xml"
        path.write_bytes(filling.xml)
        (form.media / "last-saved.xml").write_bytes(filling.draft)
        apply_record(self.lists, form.path.read_bytes(), filling.xml)
        return Record(form, filling, path, dict(files))

    def send(self, record: Record) -> list[Answer]:
        """Send a record in as many parts as the server wishes, and stop at the first that is refused."""
        url = f"{self.project}/submission"
        hint = self.line.head(url)
        limit = int(hint.headers["X-OpenRosa-Accept-Content-Length"]) if hint.status == 204 else _LIMIT
        answers: list[Answer] = []
        for parts in _parts(record, limit):
            answers.append(self.line.post(url, parts))
            if answers[-1].status not in (201, 202):
                break
        return answers


def _parts(record: Record, limit: int) -> list[list[Part]]:
    """The bodies of a record: the XML in each, and as many files as go in below the limit, but at least one."""
    xml = Part(
        "xml_submission_file", record.filling.xml, f"{record.form.title}_2026-10-20_09-00-00.xml", "text/xml"
    )
    bodies: list[list[Part]] = [[xml]]
    for name, content in sorted(record.files.items()):
        size = sum(len(part.content) for part in bodies[-1])
        files = len(bodies[-1]) - 1
        if files and (files >= _FILES_AT_ONCE or size + len(content) > limit):
            bodies[-1].append(Part("*isIncomplete*", b"yes"))
            bodies.append([xml])
        bodies[-1].append(file_part(name, content))
    return bodies


def _cells(row: Any) -> dict[str, str]:
    return {etree.QName(cell).localname: cell.text or "" for cell in row}


def _bare(told: str) -> str:
    return told.removeprefix("md5:")


def _md5(content: bytes) -> str:
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"
