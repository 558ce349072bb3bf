"""A phone fetches, sends, corrects and tries again, and the server keeps every record once (OPENROSA §2, §3, §5)."""

from __future__ import annotations

import random
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from lxml import etree

from server.cli import main
from server.domain.people import SYSTEM
from server.services import accounts, forms
from server.storage.patrols import Patrol
from server.storage.submissions import Attachment, Submission
from tests.contract.javarosa.conftest import Village
from tests.contract.javarosa.engine import Engine
from tests.contract.javarosa.envelope import new_keys, opened, sealed
from tests.contract.javarosa.line import Answer, Refused
from tests.contract.javarosa.own_forms import sealed_letter, wells
from tests.contract.javarosa.phone import Phone, Record
from tests.factories import household
from tests.instances import VERSION

pytestmark = pytest.mark.java

SHIPPED = ("patrol", "household_visit", "demand_intake", "case_followup")
CLEAR = {"result": "clear"}


def photo(size: int = 5_000) -> bytes:
    """Bytes that begin like a photo of a camera and are no other's."""
    return b"\xff\xd8\xff\xe0" + random.Random(size).randbytes(size)


def statuses(answers: list[Answer]) -> list[int]:
    return [answer.status for answer in answers]


def said(answer: Answer) -> str:
    return etree.fromstring(answer.body).findtext("{*}message") or ""


def publish(village: Village, source: str) -> None:
    with village.database.transaction(SYSTEM) as work:
        forms.publish(work, source)


def versions(village: Village, record: Record) -> list[tuple[str, str]]:
    """Every stored version of a record, the oldest first: the beginning of its words, and its state."""
    with village.database.read(SYSTEM) as reading:
        query = sa.select(Submission).order_by(Submission.id)
        query = query.where(Submission.root_instance_id == record.instance_id)
        return [(row.values["words"], row.state) for row in reading.session.scalars(query)]


def files(village: Village, record: Record) -> dict[str, int]:
    """The stored files of a record and their sizes."""
    number = village.received(record).id
    with village.database.read(SYSTEM) as reading:
        query = sa.select(Attachment.name, Attachment.size).where(Attachment.submission_id == number)
        return {row.name: row.size for row in reading.session.execute(query)}


def test_the_list_names_every_shipped_form_and_the_hash_of_its_bytes(phone: Phone) -> None:
    assert list(phone.listed())[:4] == list(SHIPPED)
    phone.fetch(*SHIPPED)  # which fails where a hash is of other bytes
    assert set(phone.lists) == {"households", "open_cases"}


def test_what_has_not_changed_is_not_fetched_again(phone: Phone, village: Village) -> None:
    phone.fetch(*SHIPPED)
    phone.line.fetched.clear()
    phone.fetch(*SHIPPED)
    assert {Path(path).name for path in phone.line.fetched} == {"formList", "manifest"}
    with village.database.transaction(SYSTEM) as work:
        household(work, address="石桥村9组9号")
    phone.line.fetched.clear()
    phone.fetch(*SHIPPED)
    assert {Path(path).name for path in phone.line.fetched} == {"formList", "manifest", "households.csv"}


def test_a_photo_goes_with_its_record(phone: Phone, village: Village) -> None:
    phone.fetch("patrol")
    answers = {"result": "found", "finding/what/kind": "road", "finding/what/photo": "坑.jpg"}
    record = phone.fill("patrol", answers, {"坑.jpg": photo()})
    (answer,) = phone.send(record)
    assert (answer.status, said(answer)) == (201, "已收到")
    assert village.received(record).expected_files == ["坑.jpg"]
    assert files(village, record) == {"坑.jpg": 5_004}


def test_a_heavy_record_goes_in_parts_and_comes_together(phone: Phone, village: Village) -> None:
    phone.fetch("patrol")
    photos = {f"{number}.jpg": photo(600_000 + number) for number in (1, 2, 3)}
    answers = {"result": "found"}
    for number in (1, 2, 3):
        answers |= {f"finding[{number}]/what/kind": "road", f"finding[{number}]/what/photo": f"{number}.jpg"}
    record = phone.fill("patrol", answers, photos)
    assert statuses(phone.send(record)) == [201, 201, 201]
    assert files(village, record) == {name: len(content) for name, content in photos.items()}
    assert village.received(record).state == "received"


def test_a_record_sent_twice_is_one(phone: Phone, village: Village) -> None:
    phone.fetch("patrol")
    record = phone.fill("patrol", CLEAR)
    assert statuses([*phone.send(record), *phone.send(record)]) == [201, 201]
    number = village.received(record).id
    with village.database.read(SYSTEM) as reading:
        query = sa.select(sa.func.count()).select_from(Patrol).where(Patrol.submission_id == number)
        assert reading.session.scalar(query) == 1


def test_a_correction_takes_the_place_of_the_record_it_corrects(phone: Phone, village: Village) -> None:
    publish(village, wells("wells_corrected"))
    phone.fetch("wells_corrected")
    first = phone.fill("wells_corrected", {"words": "东井"})
    second = phone.correct(first, {"words": "西井"})
    assert statuses([*phone.send(first), *phone.send(second)]) == [201, 201]
    assert versions(village, first) == [("东井", "superseded"), ("西井", "received")]
    assert village.received(second).deprecated_id == first.instance_id


def test_a_correction_that_overtakes_its_record_waits_for_it(phone: Phone, village: Village) -> None:
    publish(village, wells("wells_overtaken"))
    phone.fetch("wells_overtaken")
    first = phone.fill("wells_overtaken", {"words": "东井"})
    second = phone.correct(first, {"words": "西井"})
    third = phone.correct(second, {"words": "南井"})
    assert statuses([*phone.send(third), *phone.send(second)]) == [202, 202]
    assert statuses(phone.send(first)) == [201]
    assert sorted(versions(village, first)) == [
        ("东井", "superseded"),
        ("南井", "received"),
        ("西井", "superseded"),
    ]


def test_a_photo_of_the_first_record_is_still_that_of_its_correction(phone: Phone, village: Village) -> None:
    phone.fetch("patrol")
    answers = {"result": "found", "finding/what/kind": "road", "finding/what/photo": "1.jpg"}
    first = phone.fill("patrol", answers, {"1.jpg": photo()})
    second = phone.correct(first, {"finding/what/words": "坑更大了"})
    phone.send(first)
    phone.send(replace(second, files={}))
    assert village.received(second).expected_files == ["1.jpg"]
    assert files(village, second) == {"1.jpg": 5_004}


def test_a_phone_whose_key_was_taken_back_keeps_its_record_for_a_new_one(
    phone: Phone, village: Village
) -> None:
    worker = village.county.accounts["worker"]
    key, another = accounts.new_key(), accounts.new_key()
    with village.database.transaction(SYSTEM) as work:
        issued = accounts.issue_key(work, worker, key=key).id
    phone.project = f"{village.url}/v1/key/{key}/projects/1"
    phone.fetch("patrol")
    record = phone.fill("patrol", CLEAR)
    with village.database.transaction(SYSTEM) as work:
        accounts.revoke_key(work, issued)
    (answer,) = phone.send(record)
    assert (answer.status, said(answer)) == (403, "这把采集钥匙无效或已收回，请找管理员。")
    with pytest.raises(Refused):
        phone.fetch("patrol")
    with village.database.transaction(SYSTEM) as work:
        accounts.issue_key(work, worker, key=another)
    phone.project = f"{village.url}/v1/key/{another}/projects/1"
    assert statuses(phone.send(record)) == [201]


def test_a_record_of_a_form_closed_meanwhile_is_still_taken(phone: Phone, village: Village) -> None:
    publish(village, wells("wells_closed"))
    phone.fetch("wells_closed")
    record = phone.fill("wells_closed", {"words": "东井"})
    with village.database.transaction(SYSTEM) as work:
        forms.close(work, "wells_closed")
    assert "wells_closed" not in phone.listed()
    assert statuses(phone.send(record)) == [201]
    assert village.received(record).state == "received"


def test_a_record_begun_in_an_older_version_is_taken_beside_the_newer_one(
    phone: Phone, village: Village
) -> None:
    publish(village, wells("wells_renewed"))
    phone.fetch("wells_renewed")
    old = phone.fill("wells_renewed", {"words": "东井"})
    publish(village, wells("wells_renewed", version="2026112102", and_also="还有什么"))
    phone.fetch("wells_renewed")
    new = phone.fill("wells_renewed", {"words": "西井", "more": "井盖坏了"})
    assert statuses([*phone.send(old), *phone.send(new)]) == [201, 201]
    assert [village.received(each).form_version for each in (old, new)] == [VERSION, "2026112102"]
    assert village.received(new).values["more"] == "井盖坏了"


def test_a_record_of_a_version_nobody_published_is_kept_apart(phone: Phone, village: Village) -> None:
    phone.fetch("patrol")
    form = phone.forms["patrol"].path
    form.write_bytes(form.read_bytes().replace(VERSION.encode(), b"2099010101"))
    record = phone.fill("patrol", CLEAR)
    (answer,) = phone.send(record)
    assert answer.status == 202
    assert village.received(record).state == "quarantined"


def test_an_encrypted_record_is_read_by_nobody_here_and_opened_at_home_as_it_was_filled(
    phone: Phone, village: Village, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = new_keys(engine)
    publish(village, sealed_letter(keys.public))
    phone.fetch("sealed_letter")
    record = phone.fill("sealed_letter", {"words": "不便公开", "photo": "1.jpg"}, {"1.jpg": photo()})
    envelope = sealed(record, engine, tmp_path / "phone")
    assert statuses(phone.send(envelope)) == [201]
    received = village.received(record)
    assert (received.xml, received.values, received.is_encrypted) == (envelope.filling.xml, {}, True)

    exported = export(village, "sealed_letter", tmp_path / "all.zip", monkeypatch)
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(tmp_path / "home")
    assert not any("不便公开".encode() in path.read_bytes() for path in (tmp_path / "home").rglob("*.*"))
    manifest = (tmp_path / "home" / "原件" / f"{received.id}.xml").read_bytes()
    # Java reads arguments in the encoding of the machine.
    folder = (tmp_path / "home" / "附件" / str(received.id)).rename(tmp_path / "opened")
    assert opened(manifest, folder, keys.private, engine) == {
        "1.jpg": photo(),
        "submission.xml": record.filling.xml,
    }
    with pytest.raises(subprocess.CalledProcessError):
        opened(manifest, folder, new_keys(engine).private, engine)
    with pytest.raises(subprocess.CalledProcessError):
        opened(manifest.replace(VERSION.encode(), b"1999"), folder, keys.private, engine)


def export(village: Village, form_id: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All records of a form with their files, as an operator takes them."""
    monkeypatch.setenv("WANGGE_DATABASE_URL", str(village.database.engine.url))
    monkeypatch.setenv("WANGGE_DATA_DIR", str(village.folder))
    done = CliRunner().invoke(
        main, ["submissions", "export", "--form", form_id, "--format", "zip", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    return out
