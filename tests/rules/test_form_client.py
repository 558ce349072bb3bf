"""The phone client that is served is the one its sources make: `make client` was not forgotten."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.rules.source import ROOT

CLIENT = ROOT / "static" / "form-client"
RECORD: dict[str, dict[str, str]] = json.loads((CLIENT / "dist" / "BUILD.json").read_text(encoding="utf-8"))
SOURCE_FOLDERS = ("src", "patches", "public")

MEGABYTE = 1_000_000


def digests(paths: list[Path]) -> dict[str, str]:
    return {
        path.relative_to(CLIENT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    }


def files_under(folder: str) -> list[Path]:
    return [path for path in (CLIENT / folder).rglob("*") if path.is_file()]


def sources() -> list[Path]:
    single = [CLIENT / path for path in RECORD["sources"] if "/" not in path]
    return [path for folder in SOURCE_FOLDERS for path in files_under(folder)] + single


def test_the_served_client_was_built_from_these_sources() -> None:
    present = digests(sources())
    changed = {
        path
        for path in present.keys() | RECORD["sources"]
        if present.get(path) != RECORD["sources"].get(path)
    }
    assert changed == set(), "run `make client`"


def test_the_served_client_is_as_it_was_built() -> None:
    served = [path for path in files_under("dist") if path.name != "BUILD.json"]
    assert digests(served) == RECORD["made"]


def test_the_build_looked_at_everything_that_decides_about_it() -> None:
    assert {"package.json", "package-lock.json", "vite.config.ts", "offline_worker.ts", "record.mjs"} <= set(
        RECORD["sources"]
    )


def test_versions_are_pinned_and_no_registry_is_named() -> None:
    package = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))
    wanted = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert [version for version in wanted if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert '"resolved"' not in (CLIENT / "package-lock.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(RECORD["made"]))
def test_the_client_names_no_other_host_to_fetch_from(path: str) -> None:
    text = (CLIENT / path).read_bytes().decode("utf-8", errors="replace")
    assert re.findall(r"""(?:fetch|import|importScripts)\(["'`](?:https?:)?//[^"'`]+""", text) == []
    assert "tile.openstreetmap" not in text


def test_the_page_carries_no_script_of_its_own() -> None:
    page = (CLIENT / "dist" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"""\son[a-z]+\s*=|style\s*=""", page) == []


def test_the_whole_client_is_small_enough_for_a_village_network() -> None:
    size = sum(
        len(gzip.compress(path.read_bytes())) for path in files_under("dist") if path.name != "BUILD.json"
    )
    assert size < 1.2 * MEGABYTE


def test_the_lock_names_versions_and_hashes_and_no_address() -> None:
    lock = (CLIENT / "package-lock.json").read_text(encoding="utf-8")
    assert "sha512-" in lock
    assert "://" not in lock, "npm adds addresses of sponsors: take the `funding` entries out"
