"""ODK Validate: the engine of Collect opens the form, in a Java program of its own."""

from __future__ import annotations

import re
import shutil
import subprocess  # ODK Validate is a Java program
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from forms.findings import Finding

_SECONDS: Final = 60
_HEAP: Final = "-Xmx256m"
_NOISE: Final = ("at ", "Picked up ")
"""Stack frames, and what the JVM says about its own options."""
_PATH: Final = re.compile(r"/data/[\w/.-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the engine opens a form, and its own (English) lines about it."""

    opens: bool
    said: tuple[str, ...]


def remarks(xml: bytes) -> tuple[Finding, ...]:
    """What the engine of Collect says against a form, in its own words; one warning where it could not be asked."""
    try:
        verdict = validate(xml, timeout=_SECONDS)
    except FileNotFoundError:
        return (Finding("warning", "", "没有装 Java，未用 ODK Validate 检查"),)
    except subprocess.TimeoutExpired:
        return (Finding("warning", "", f"ODK Validate {_SECONDS} 秒没有查完，这张表可能太大"),)
    if verdict.opens:
        return tuple(
            Finding("warning", _place(line), f"ODK Validate 的提醒：{line}") for line in verdict.said
        )
    return tuple(
        Finding("error", _place(line), f"ODK Validate 打不开这张表，原话是：{line}")
        for line in verdict.said or ("（没有说原因）",)
    )


def validate(xml: bytes, *, timeout: float) -> Verdict:
    """Ask ODK Validate. `timeout` is in seconds.

    Raises FileNotFoundError when the machine has no Java, subprocess.TimeoutExpired when the validator does not
    finish.
    """
    java = shutil.which("java")
    if java is None:
        raise FileNotFoundError("java")
    validator = resources.files("pyxform.validators.odk_validate") / "bin" / "ODK_Validate.jar"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xml"
        path.write_bytes(xml)
        # JavaRosa reads the file in the platform's encoding: under LANG=C Chinese would arrive as "??" (OPENROSA §11).
        command = [
            java,
            _HEAP,
            "-Djava.awt.headless=true",
            "-Dfile.encoding=UTF-8",
            "-jar",
            str(validator),
            str(path),
        ]
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)  # noqa: S603 - no shell
    lines = (line.strip() for line in done.stderr.decode("utf-8", errors="replace").splitlines())
    said = tuple(line for line in lines if line and not line.startswith(_NOISE))
    return Verdict(opens=done.returncode == 0, said=said)


def _place(line: str) -> str:
    found = _PATH.search(line)
    return found[0] if found else ""
