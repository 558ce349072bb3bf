"""JavaRosa, the engine of ODK Collect, as a program that fills forms (FormFiller.java), and what stands beside it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyxform

_SOURCES = sorted(Path(__file__).parent.glob("*.java"))
_JAVAROSA = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"


class Stop(NamedTuple):
    """Where a form let nobody go on, and the sentence it says; `reason` is constraint or required."""

    path: str
    reason: str
    message: str | None


@dataclass(frozen=True)
class Filling:
    """What became of a form that was filled: `xml` is empty where it was stopped."""

    stopped: Stop | None
    xml: bytes
    draft: bytes
    """With what is not relevant: what the phone keeps for the next time (last-saved)."""
    name: str | None
    attachments: tuple[str, ...]
    asked: tuple[str, ...]
    choices: Mapping[str, list[str]]


class Engine:
    """A running FormFiller; it lives as long as the tests do."""

    def __init__(self, build: Path) -> None:
        java = os.environ["WANGGE_TEST_JAVA"]
        compiler = Path(java).with_name("javac")
        here = ["-cp", f"{build}{os.pathsep}{_JAVAROSA}"]
        subprocess.run([compiler, "-encoding", "UTF-8", *here, "-d", build, *_SOURCES], check=True)
        self._java = [java, "-Dfile.encoding=UTF-8", *here]
        self._said = (build / "said.log").open("wb")
        self._process = subprocess.Popen(
            [java, "-Dfile.encoding=UTF-8", "-Duser.timezone=Asia/Shanghai", "-Xmx256m", *here, "FormFiller"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            encoding="utf-8",
        )

    def close(self) -> None:
        """End the program."""
        self._process.communicate()
        self._said.close()

    def run(self, program: str, *arguments: str) -> list[str]:
        """The lines another program beside FormFiller.java says; the test fails with it."""
        done = subprocess.run([*self._java, program, *arguments], check=True, stdout=subprocess.PIPE)
        return done.stdout.decode().splitlines()

    def fill(
        self,
        form: Path,
        media: Path,
        answers: Mapping[str, str],
        *,
        location: str,
        device: Mapping[str, str],
        record: Path | None = None,
    ) -> Filling:
        """Fill a form, or correct a record of it; an answer to what is not asked is a mistake of the test."""
        request = {
            "form": str(form),
            "media": str(media),
            "answers": dict(answers),
            "location": location,
            "device": dict(device),
            "instance": record and str(record),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return _filling(json.loads(self._process.stdout.readline()))


def _filling(told: dict[str, Any]) -> Filling:
    assert "failed" not in told, told["failed"]
    stopped = told.get("stopped")
    assert stopped or not told["unasked"], f"never asked: {told['unasked']}"
    return Filling(
        stopped=Stop(**stopped) if stopped else None,
        xml=told.get("xml", "").encode(),
        draft=told.get("draft", "").encode(),
        name=told.get("name"),
        attachments=tuple(told["attachments"]),
        asked=tuple(told["asked"]),
        choices=told["choices"],
    )
