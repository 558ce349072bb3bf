"""The project's own files, as the rules read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("server", "forms", "gis")
_NOT_OURS = ("static/vendor/", "static/form-client/dist/", "server/storage/migrations/versions/")
_NOT_LOOKED_INTO = {"__pycache__", "node_modules"}


def files(*suffixes: str, under: tuple[str, ...] = (*PACKAGES, "static")) -> list[Path]:
    """Files we wrote, by path."""
    return sorted(
        path
        for folder in under
        for path in _below(ROOT / folder)
        if path.suffix in suffixes and not name(path).startswith(_NOT_OURS)
    )


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if not path.is_dir():
            yield path
        elif path.name not in _NOT_LOOKED_INTO:
            yield from _below(path)


def name(path: Path) -> str:
    """A file's path from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree, each node with its parent as `parent`."""
    parsed = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(parsed):
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
    return parsed


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and value of every text constant in a module that is no docstring."""
    for node in ast.walk(tree(path)):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and not isinstance(node.parent, ast.Expr):  # type: ignore[attr-defined]
            yield node.lineno, node.value  # type: ignore[attr-defined]
