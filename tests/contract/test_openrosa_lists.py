"""formList, form XML, manifest, media and integrity as Collect and Enketo ask for them (OPENROSA §1–§4)."""

from __future__ import annotations

import hashlib

import pytest
import structlog
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from server.app import create_app
from server.database import Clock, Database
from server.domain.form import FormState
from server.domain.people import SYSTEM
from server.figures import phone_lists
from server.services import accounts
from server.settings import Settings
from server.storage.forms import Form
from tests.factories import County
from tests.phones import Phone, message_of


def md5(body: bytes) -> str:
    return "md5:" + hashlib.md5(body).hexdigest()


def forms_in(response: TestResponse) -> list[str]:
    return [row.findtext("{*}formID") or "" for row in etree.fromstring(response.data)]


def files_in(response: TestResponse) -> dict[str, tuple[str, str]]:
    """File name → hash and address."""
    return {
        row.findtext("{*}filename") or "": (
            row.findtext("{*}hash") or "",
            row.findtext("{*}downloadUrl") or "",
        )
        for row in etree.fromstring(response.data)
    }


@pytest.mark.parametrize("path", ["formList", "forms/patrol/manifest", "integrity/households.csv?id=1"])
def test_every_list_is_text_xml_with_the_version_header_and_is_never_cached(phone: Phone, path: str) -> None:
    response = phone.get(path)
    assert response.status_code == 200
    assert response.content_type == "text/xml; charset=utf-8"
    assert response.headers["X-OpenRosa-Version"] == "1.0"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Language"] == "zh-CN"


@pytest.mark.parametrize(
    "path",
    [
        "formList",
        "forms/patrol.xml",
        "forms/patrol/manifest",
        "forms/patrol/attachments/grids.csv",
        "integrity/households.csv",
    ],
)
def test_a_device_id_is_tolerated_everywhere_and_head_works_too(phone: Phone, path: str) -> None:
    assert phone.get(f"{path}?deviceID=collect:abcdefgh12345678").status_code == 200
    head = phone.client.head(f"{phone.path}/{path}?deviceID=x")
    assert (head.status_code, head.data) == (200, b"")


def test_every_row_of_the_form_list_is_whole_and_its_addresses_carry_the_same_key(phone: Phone) -> None:
    list_ = etree.fromstring(phone.get("formList").data)
    assert list_.tag == "{http://openrosa.org/xforms/xformsList}xforms"
    for row in list_:
        assert all(
            row.findtext(f"{{*}}{name}") for name in ("formID", "name", "version", "hash", "downloadUrl")
        )
        assert (row.findtext("{*}downloadUrl") or "").startswith(f"http://localhost{phone.path}/")


def test_the_form_list_is_the_same_while_nothing_changes(phone: Phone) -> None:
    assert phone.get("formList").data == phone.get("formList").data


def test_a_form_id_in_the_query_lists_that_form_alone(phone: Phone) -> None:
    assert forms_in(phone.get("formList?formID=patrol")) == ["patrol"]
    assert forms_in(phone.get("formList?formID=unknown")) == []


def test_a_closed_form_is_not_listed(phone: Phone, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Form, "patrol").state = FormState.CLOSED
    assert "patrol" not in forms_in(phone.get("formList"))


def test_the_hash_in_the_list_is_that_of_the_bytes_served_and_names_root_id_and_version(phone: Phone) -> None:
    for row in etree.fromstring(phone.get("formList").data):
        xml = phone.client.get(row.findtext("{*}downloadUrl") or "").data
        assert row.findtext("{*}hash") == md5(xml)
        (instance,) = etree.fromstring(xml).xpath("//*[local-name()='instance'][not(@src)][1]/*")[:1]
        assert instance.get("id") == row.findtext("{*}formID")
        assert instance.get("version") == row.findtext("{*}version")


def test_a_phone_that_has_the_form_is_told_so(phone: Phone) -> None:
    first = phone.get("forms/patrol.xml")
    assert first.headers["Cache-Control"] == "no-cache"
    again = phone.get("forms/patrol.xml", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_every_file_of_a_manifest_has_name_hash_and_address_and_the_hash_fits(phone: Phone) -> None:
    for form_id in forms_in(phone.get("formList")):
        for name, (hash_, address) in files_in(phone.get(f"forms/{form_id}/manifest")).items():
            served = phone.client.get(address)
            assert served.status_code == 200, name
            assert hash_ == md5(served.data)
            unchanged = phone.client.get(address, headers={"If-None-Match": served.headers["ETag"]})
            assert unchanged.status_code == 304


def test_two_workers_get_different_lists_with_different_hashes(client: FlaskClient, county: County) -> None:
    mine = files_in(Phone(client, county).get("forms/patrol/manifest"))["grids.csv"][0]
    theirs = files_in(Phone(client, county, "other_worker").get("forms/patrol/manifest"))["grids.csv"][0]
    assert mine != theirs


@pytest.mark.parametrize(
    "path", ["forms/none.xml", "forms/none/manifest", "forms/patrol/attachments/none.csv", "nothing"]
)
def test_what_is_not_there_is_404_in_openrosa_words(phone: Phone, path: str) -> None:
    response = phone.get(path)
    assert response.status_code == 404
    assert message_of(response)


@pytest.mark.parametrize("path", ["formList", "forms/patrol.xml", "forms/patrol/manifest", "submission"])
def test_an_unknown_key_is_403_and_never_401(client: FlaskClient, county: County, path: str) -> None:
    address = f"/v1/key/{accounts.new_key()}/projects/1/{path}"
    response = client.post(address, data={}) if path == "submission" else client.get(address)
    assert response.status_code == 403
    assert message_of(response) == "这把采集钥匙无效或已收回，请找管理员。"


def test_another_project_than_ours_is_404(phone: Phone) -> None:
    assert phone.client.get(phone.path.replace("/projects/1", "/projects/2") + "/formList").status_code == 404


PERSONAL = sorted(phone_lists.PERSONAL & phone_lists.NAMES)


@pytest.mark.parametrize("name", PERSONAL)
def test_lists_about_people_travel_encrypted_or_inside_this_machine(phone: Phone, name: str) -> None:
    path = f"{phone.path}/forms/household_visit/attachments/{name}"
    assert phone.client.get(path).status_code == 200
    private = {"REMOTE_ADDR": "192.168.1.20"}
    refused = phone.client.get(path, environ_overrides=private)
    assert refused.status_code == 403
    assert message_of(refused) == "名单含个人信息，只能通过加密连接（https）下载。请联系管理员。"
    assert phone.client.get(path, base_url="https://localhost", environ_overrides=private).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"), [("192.168.1.20", 200), ("10.0.0.7", 200), ("8.8.8.8", 403), ("fd00::1", 200)]
)
@pytest.mark.parametrize("name", PERSONAL)
def test_an_intranet_without_tls_is_served_by_setting_only_and_the_log_names_it(
    county: County, settings: Settings, clock: Clock, name: str, address: str, status: int
) -> None:
    app = create_app(settings.model_copy(update={"allow_lists_without_tls": True}), clock=clock)
    path = f"{county.phone()}/forms/household_visit/attachments/{name}"
    with structlog.testing.capture_logs() as said:
        response = app.test_client().get(path, environ_overrides={"REMOTE_ADDR": address})
    app.extensions["wangge"].database.close()
    assert response.status_code == status
    assert said[0]["address"] == address
    if status == 200:
        assert said[0]["setting"] == "WANGGE_ALLOW_LISTS_WITHOUT_TLS"
    assert county.keys["worker"] not in str(said)
