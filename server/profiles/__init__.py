"""县域机制方案: counties' data files and the holidays of each year, as text. Reading them means something is domain's."""

from __future__ import annotations

from functools import cache
from importlib import resources

_FOLDER = resources.files("server.profiles")


@cache
def shipped() -> tuple[str, ...]:
    """Names of the counties whose mechanism is shipped."""
    return tuple(sorted(file.name[:-5] for file in _FOLDER.iterdir() if file.name.endswith(".toml")))


def source(name: str) -> str:
    """The text of a shipped profile. Raises KeyError for a name that is not shipped."""
    if name not in shipped():
        raise KeyError(name)
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")


@cache
def holiday_tables() -> tuple[str, ...]:
    """The holiday tables, one text per year."""
    files = sorted((_FOLDER / "holidays").iterdir(), key=lambda file: file.name)
    return tuple(file.read_text(encoding="utf-8") for file in files if file.name.endswith(".toml"))
