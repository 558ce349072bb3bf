"""What every file of the project keeps to."""

from __future__ import annotations

import ast
import re

import pytest

from tests.rules.source import PACKAGES, files, name, texts, tree

MOST_LINES = 320
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "base", "manager"}
DECLARATIVE_BASE = "server/storage/base.py"
MAY_NAME_A_DATABASE = {
    "server/database.py",
    "server/settings.py",
    "server/storage/base.py",
    "server/storage/dumps.py",
    "server/storage/gathered.py",
    "server/storage/geometry.py",
    "server/storage/migrations/env.py",
    "server/jobs/queue.py",
}
DATABASES = re.compile(r"(sqlite|postgresql)\b|psycopg")
SCRIPT = re.compile(r"addEventListener|document\.|\bfunction\s*\(|=>\s*\{")
ADDRESS = re.compile(r"""(?:https?:)?//[\w-]+\.[\w.-]+""")
NAMESPACES = {"http://www.w3.org"}


def test_no_file_is_too_long_to_read_at_once() -> None:
    lengths = {
        name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in files(".py", ".js", ".css", ".html")
    }
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_module_names_say_what_is_inside() -> None:
    vague = [name(path) for path in files(".py") if path.stem in NAMES_THAT_SAY_NOTHING]
    assert vague == [DECLARATIVE_BASE]


def test_databases_are_named_only_where_they_differ() -> None:
    naming = {
        name(path)
        for path in files(".py", under=PACKAGES)
        if any(DATABASES.match(text) for _, text in texts(path)) or DATABASES.search(_imports(tree(path)))
    }
    assert naming <= MAY_NAME_A_DATABASE


def _imports(module: ast.Module) -> str:
    found = [
        node.module or ""
        if isinstance(node, ast.ImportFrom)
        else " ".join(alias.name for alias in node.names)
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return " ".join(found)


def test_scripts_live_in_files_of_their_own() -> None:
    inside = [
        f"{name(path)}:{line}"
        for path in files(".py", under=PACKAGES)
        for line, text in texts(path)
        if SCRIPT.search(text)
    ]
    assert inside == []


@pytest.mark.parametrize("path", files(".html", ".js", ".css", ".svg"), ids=name)
def test_no_page_asks_another_host(path) -> None:  # type: ignore[no-untyped-def]
    named = set(ADDRESS.findall(path.read_text(encoding="utf-8")))
    assert named <= NAMESPACES


@pytest.mark.parametrize("path", files(".html"), ids=name)
def test_a_template_holds_no_script_style_or_handler(path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", text)


MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<code>.*?</code>|<[^>]*>|[\w-]+=\"[^\"]*\"", re.DOTALL)
NAMES_OF_THINGS = {
    *("ODK", "Collect", "CSV", "Excel", "PDF", "QGIS", "GPS", "WPS", "KB"),
    *(
        "GeoJSON",
        "GeoPackage",
        "KML",
        "Shapefile",
        "ZIP",
        "GBK",
        "WGS",
        "CGCS",
        "GCJ",
        "BD",
        "PMTiles",
        "MBTiles",
        "XYZ",
    ),
}


@pytest.mark.parametrize("path", files(".html"), ids=name)
def test_a_page_speaks_chinese(path) -> None:  # type: ignore[no-untyped-def]
    words = set(re.findall(r"[A-Za-z]{2,}", MARKUP.sub(" ", path.read_text(encoding="utf-8"))))
    assert words <= NAMES_OF_THINGS
