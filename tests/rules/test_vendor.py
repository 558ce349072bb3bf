"""Vendored files are what VENDOR.toml says, and none of them asks another host for anything."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parents[2] / "static"
VENDOR = STATIC / "vendor"
PACKAGES: list[dict[str, Any]] = tomllib.loads((VENDOR / "VENDOR.toml").read_text(encoding="utf-8"))[
    "package"
]
LISTED: dict[str, str] = {path: digest for package in PACKAGES for path, digest in package["files"].items()}

LOADS_IN_CSS = re.compile(r"""url\(\s*["']?([^"')\s]+)|@import\s+["']([^"']+)""")
LOADS_IN_JS = re.compile(
    r"""(?:\bimport\s*\(|\bfrom\s|\bimport\s|\bfetch\(|\.open\(|\bimportScripts\(|\.src\s*=|\.href\s*=)"""
    r"""[^;)]{0,40}["'`]((?:https?:)?//[^"'`]+)"""
)


def loaded_by(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        return ["".join(found) for found in LOADS_IN_CSS.findall(text)]
    return LOADS_IN_JS.findall(text)


def stays_here(address: str) -> bool:
    return address.startswith(("data:", "#")) or not re.match(r"([a-z]+:)?//", address)


def our_css_and_js() -> list[Path]:
    ours = [*STATIC.glob("css/**/*"), *STATIC.glob("js/**/*")]
    return [path for path in ours if path.suffix in {".css", ".js"}]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_each_package_names_version_licence_and_its_text(package: dict[str, Any]) -> None:
    assert all(package[field] for field in ("name", "npm", "version", "licence", "why"))
    assert package["licence_file"] in package["files"]
    assert "://" not in package["npm"]


@pytest.mark.parametrize("path", sorted(LISTED))
def test_a_vendored_file_is_as_published(path: str) -> None:
    assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == LISTED[path]


def test_nothing_is_vendored_without_being_listed() -> None:
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert present - {"VENDOR.toml"} == set(LISTED)


@pytest.mark.parametrize(
    "path",
    [VENDOR / path for path in sorted(LISTED) if path.endswith((".css", ".js"))] + our_css_and_js(),
    ids=lambda path: path.relative_to(STATIC).as_posix(),
)
def test_no_style_or_script_loads_from_another_host(path: Path) -> None:
    assert [address for address in loaded_by(path) if not stays_here(address)] == []


@pytest.mark.parametrize("path", [path for path in sorted(LISTED) if path.endswith(".css")])
def test_a_vendored_style_finds_the_files_it_names(path: str) -> None:
    named = [address for address in loaded_by(VENDOR / path) if not address.startswith(("data:", "#"))]
    assert [address for address in named if not ((VENDOR / path).parent / address).is_file()] == []


@pytest.mark.parametrize("text", ["a{b:url(//x.example/f.woff)}", '@import "https://x.example/a.css"'])
def test_the_rule_would_notice_a_foreign_style(tmp_path: Path, text: str) -> None:
    style = tmp_path / "foreign.css"
    style.write_text(text, encoding="utf-8")
    assert [address for address in loaded_by(style) if not stays_here(address)]


@pytest.mark.parametrize("text", ["fetch('https://x.example/a')", 's.src = "//x.example/a.js"'])
def test_the_rule_would_notice_a_foreign_script(tmp_path: Path, text: str) -> None:
    script = tmp_path / "foreign.js"
    script.write_text(text, encoding="utf-8")
    assert [address for address in loaded_by(script) if not stays_here(address)]
