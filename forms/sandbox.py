"""沙箱: what strangers upload is read in a process of its own, which may be killed; the server's own lives on.

The child is `python -m forms.sandbox`: the source comes in on its standard input, a JSON document goes out.
"""

from __future__ import annotations

import json
import resource
import subprocess  # the child is this module
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from forms import javarosa, register
from forms.compiler import CompiledForm, compile_form
from forms.findings import Finding, FormRefused, beside_row, refused
from forms.lint import lint
from forms.source import SOURCE_LIMIT

_SECONDS: Final = 4
"""Of computing, so that a busy machine refuses no honest form and an idle one is done with a hostile file in 5 s."""
_WALL_SECONDS: Final = 30
_MEMORY: Final = 300 * 1024 * 1024
_OUT_OF_MEMORY: Final = 3
_HERE: Final = Path(__file__).resolve().parents[1]
_ENVIRONMENT: Final = {"OPENBLAS_NUM_THREADS": "1"}
"""Nothing of the server's. A library of openpyxl's would else take 40 MB for every core before it is used."""
_TOO_MUCH: Final = "文件太大或太复杂，读不下来：请只留用到的行和列，另存后再上传"


@dataclass(frozen=True, slots=True)
class Examined:
    """A form that can be compiled, and what there is to remark about it.

    `said` are the remarks of the converter and of ODK Validate, which hold of the source whatever lies beside it;
    `linted` are ours, asked again whenever the files beside the form change.
    """

    compiled: CompiledForm
    said: tuple[Finding, ...]
    linted: tuple[Finding, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, errors first."""
        return tuple(sorted((*self.said, *self.linted), key=lambda finding: finding.level))

    @property
    def publishable(self) -> bool:
        """False while an error stands."""
        return all(finding.level != "error" for finding in self.findings)


def examine(
    source: bytes,
    *,
    stands_for: str | None = None,
    files: Mapping[str, bytes] | None = None,
    register_lists: Collection[str] = register.LISTS,
) -> Examined:
    """检查：compile a form in a child process, remark on it, and let ODK Validate open it where Java is.

    The child has 4 s of computing and 300 MB; what needs more is refused. `stands_for`, `files` and `register_lists`
    are those of `lint`. ODK Validate is asked only for a form without an error of ours, because it says the same again
    in English. Raises FormRefused.
    """
    compiled = _compiled_apart(source)
    linted = lint(compiled, stands_for=stands_for, files=files, register_lists=register_lists)
    if any(finding.level == "error" for finding in linted):
        return Examined(compiled, compiled.remarks, linted)
    engine = (beside_row(each, compiled.rows) for each in javarosa.remarks(compiled.xml))
    return Examined(compiled, (*compiled.remarks, *engine), linted)


def _compiled_apart(source: bytes) -> CompiledForm:
    if len(source) > SOURCE_LIMIT:
        raise refused(f"文件超过 {SOURCE_LIMIT // 1024 // 1024} MB，不像是表单")
    try:
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-m", "forms.sandbox"],
            input=source,
            capture_output=True,
            timeout=_WALL_SECONDS,
            cwd=_HERE,
            env=_ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refused(_TOO_MUCH) from error
    if done.returncode < 0 or done.returncode == _OUT_OF_MEMORY:
        raise refused(_TOO_MUCH)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode("utf-8", errors="replace"))
    said = json.loads(done.stdout)
    if "findings" in said:
        raise FormRefused(_findings(said["findings"]))
    said |= {name: tuple(said[name]) for name in ("media", "entity_lists")}
    return CompiledForm(**said | {"xml": said["xml"].encode(), "remarks": _findings(said["remarks"])})


def _findings(said: list[dict[str, Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(**each) for each in said)


def _answer(source: bytes) -> dict[str, Any]:
    try:
        compiled = compile_form(source)
    except FormRefused as refusal:
        return {"findings": [asdict(finding) for finding in refusal.findings]}
    return asdict(compiled) | {"xml": compiled.xml.decode()}


def main() -> None:
    """The child: limited before it reads a byte."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        json.dump(_answer(sys.stdin.buffer.read()), sys.stdout, ensure_ascii=False)
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)


if __name__ == "__main__":
    main()
