"""The image is small, runs as nobody in particular, and is made of what the project locks."""

from __future__ import annotations

import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1].strip()) for line in lines]


def said(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def test_everything_copied_into_the_image_is_there() -> None:
    for line in said("COPY"):
        *sources, _target = shlex.split(line)
        assert all((ROOT / source).exists() for source in sources), line


def test_the_image_installs_the_lock_with_its_hashes_and_nothing_else() -> None:
    installs = [part for line in said("RUN") for part in line.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "--no-deps" in installs[1]


def test_the_server_runs_without_privileges_and_says_whether_it_is_well() -> None:
    (user,) = said("USER")
    assert user not in ("root", "0")
    (check,) = said("HEALTHCHECK")
    assert "/health" in check


def test_the_base_image_is_named_by_version() -> None:
    (base,) = said("FROM")
    assert ":" in base
    assert "latest" not in base
