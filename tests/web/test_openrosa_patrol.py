"""A patrol from the phone's list of forms to a row in its grid."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

import sqlalchemy as sa
from flask.testing import FlaskClient
from lxml import etree

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.patrols import Patrol
from server.storage.submissions import Submission
from tests.factories import GRID, NOW, County
from tests.instances import body, instance, patrol


def send(client: FlaskClient, county: County, xml: bytes, **files: bytes) -> tuple[int, str]:
    response = client.post(f"{county.phone()}/submission", data=body(xml, files))
    message = etree.fromstring(response.data).findtext("{*}message") or ""
    return response.status_code, message


def test_a_phone_lists_fetches_and_hashes_the_four_forms(client: FlaskClient, county: County) -> None:
    response = client.get(f"{county.phone()}/formList?deviceID=x")
    assert response.status_code == 200
    assert response.content_type == "text/xml; charset=utf-8"
    assert response.headers["X-OpenRosa-Version"] == "1.0"
    rows = etree.fromstring(response.data).findall("{*}xform")
    assert [row.findtext("{*}formID") for row in rows] == [
        "patrol",
        "household_visit",
        "demand_intake",
        "case_followup",
    ]
    for row in rows:
        form = client.get(row.findtext("{*}downloadUrl") or "")
        assert row.findtext("{*}hash") == "md5:" + hashlib.md5(form.data).hexdigest()


def test_a_patrol_is_in_its_grid_when_the_201_leaves(
    client: FlaskClient, county: County, database: Database
) -> None:
    xml = instance("patrol", patrol(GRID, NOW - dt.timedelta(hours=1)))
    assert send(client, county, xml) == (201, "已收到")
    with database.read(SYSTEM) as reading:
        row = reading.session.scalars(sa.select(Patrol)).one()
        stored = reading.session.scalars(sa.select(Submission)).one()
    assert (row.grid_then, row.day, row.positioned) == (GRID, NOW.date(), True)
    assert stored.xml == xml
    assert stored.jurisdiction == GRID


def test_the_same_patrol_again_is_the_same_row(
    client: FlaskClient, county: County, database: Database
) -> None:
    xml = instance("patrol", patrol(GRID, NOW), instance_id=f"uuid:{uuid.uuid4()}")
    assert send(client, county, xml)[0] == 201
    assert send(client, county, xml, **{"a.jpg": b"photo"})[0] == 201
    with database.read(SYSTEM) as reading:
        assert reading.session.scalar(sa.select(sa.func.count()).select_from(Patrol)) == 1


def test_another_record_under_the_same_number_is_refused(client: FlaskClient, county: County) -> None:
    number = f"uuid:{uuid.uuid4()}"
    assert send(client, county, instance("patrol", patrol(GRID, NOW), instance_id=number))[0] == 201
    other = instance("patrol", patrol(GRID, NOW - dt.timedelta(hours=2)), instance_id=number)
    assert send(client, county, other) == (409, "同一编号的记录已经在服务器上，内容不一样。先到的那份不变。")
