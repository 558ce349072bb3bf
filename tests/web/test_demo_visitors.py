"""What the demo tells its visitors, and who sees it."""

from __future__ import annotations

import json
from ipaddress import ip_address
from pathlib import Path

import pytest

from server.app import create_app
from server.cli.demo import address_for_phones, for_visitors
from server.settings import Settings


def test_a_demo_for_this_machine_keeps_lists_off_the_network(tmp_path: Path) -> None:
    settings = for_visitors(Settings(data_dir=tmp_path, port=8123))
    assert settings.demo
    assert not settings.allow_lists_without_tls
    assert address_for_phones(settings) == "http://127.0.0.1:8123"


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_a_demo_for_the_network_prints_an_address_phones_reach(everywhere: str, tmp_path: Path) -> None:
    settings = for_visitors(Settings(data_dir=tmp_path, host=everywhere, port=8123))
    assert settings.allow_lists_without_tls
    address = address_for_phones(settings).removeprefix("http://").removesuffix(":8123")
    assert not ip_address(address).is_unspecified


def test_an_address_that_is_set_is_the_one_printed(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, base_url="https://demo.example/")
    assert address_for_phones(settings) == "https://demo.example"


@pytest.mark.parametrize("demo", [True, False])
def test_only_the_demo_shows_its_accounts_at_the_door(
    demo: bool, settings: Settings, database_url: str
) -> None:
    settings = settings.model_copy(update={"demo": demo})
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    account = {"role": "admin", "username": "admin@demo.example", "password": "shown", "scope": "509901"}
    (settings.data_dir / "demo.json").write_text(json.dumps({"accounts": [account]}), encoding="utf-8")
    app = create_app(settings)
    text = app.test_client().get("/sign-in").get_data(as_text=True)
    app.extensions["wangge"].database.close()
    assert ("admin@demo.example" in text) is demo
