"""Every route says who may use it, and every permission is asked for somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from server.app import create_app
from server.domain.permissions import Permission
from server.settings import Settings
from server.web.authorization import GUARD
from tests.rules.source import files, name


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("data")))


def test_every_route_is_guarded_or_public(app: Flask) -> None:
    guards = {
        rule.endpoint: getattr(app.view_functions[rule.endpoint], GUARD, None)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    }
    permissions = {permission.value for permission in Permission}
    assert {endpoint for endpoint, guard in guards.items() if guard not in permissions | {"public"}} == set()


def test_what_changes_something_is_never_fetched(app: Flask) -> None:
    """A link, a preview or a crawler must change nothing."""
    verbs = ("open", "close", "issue", "revoke", "begin", "end", "name", "confirm", "import")
    fetched = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.rpartition("_")[2] in verbs
    }
    assert fetched == set()


def test_every_permission_is_asked_for() -> None:
    asking = "".join(
        path.read_text(encoding="utf-8")
        for path in files(".py", under=("server",))
        if name(path) != "server/domain/permissions.py"
    )
    assert [each.name for each in Permission if f"Permission.{each.name}" not in asking] == []


def test_the_table_of_addresses_names_no_file(app: Flask) -> None:
    assert not [rule for rule in app.url_map.iter_rules() if Path(rule.rule).suffix == ".py"]
