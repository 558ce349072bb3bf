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

from forms.findings import Finding, Level
from forms.formulas import UNREADABLE

_SECONDS: Final = 60
_HEAP: Final = "-Xmx256m"
_NOISE: Final = re.compile(
    r"at |\.\.\. \d+ more$|Picked up |>> |Result: |The following files failed validation:|form\.xml$"
    r"|Problem found at nodeset:"
)
"""Stack frames, what the JVM says about its own options, and what the program says of every form it refuses."""
_CLASS: Final = re.compile(r"(?:Caused by: )?(?:\w+\.)+\w*(?:Exception|Error): ")
_OBJECT: Final = re.compile(r":? ?Bad node: \S+@[0-9a-f]+")
_NUMBER: Final = re.compile(r"\[\d+\]")
"""Which of several answers to a repeated question is meant."""
_PATH: Final = re.compile(r"/data/[\w/.-]+")
_SAYINGS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), saying)
    for pattern, saying in (
        (
            r"cannot handle function '(?P<f>[^']*)'\. Requires (?P<n>\d+) arguments but (?P<m>\d+)",
            "函数「{f}」要写 {n} 个参数，这里写了 {m} 个",
        ),
        (
            r"cannot handle function '(?P<f>[^']*)'\. Requires",
            "函数「{f}」的参数个数不对，请核对写法",
        ),
        (r"cannot handle function '(?P<f>[^']*)'", "手机没有函数「{f}」，请核对写法"),
        (r"Cycle detected", "算式或显示条件绕成了圈（{nodes}）：算这一题要先知道它自己，请改掉其中一处"),
        (
            r"contains invalid constraint expression|problem with (?:display|require|read ?only) condition"
            r"|Invalid calculate for the bind|Invalid XPath in value set|Unsupported nodeset expression",
            UNREADABLE,
        ),
        (
            r"unsupported construct \[step other than",
            "算式里有手机不认的路径：不能写 //，只能写 ${{题目名}}、.. 和 /",
        ),
    )
)
"""What the engine says most, in Chinese."""
_COLUMNS: Final = (
    ("constraint", re.compile(r"constraint expression|Constraint expression")),
    ("relevant", re.compile(r"display condition|Relevant expression")),
    ("required", re.compile(r"require condition|Required expression")),
    ("calculation", re.compile(r"Invalid calculate|Calculate expression")),
    ("default", re.compile(r"value set action")),
    ("choice_filter", re.compile(r"nodeset expression")),
)


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
        return tuple(_remark("warning", "ODK Validate 的提醒：", line) for line in verdict.said)
    # The engine stops at the first mistake, so that all its lines speak of one.
    words = "；".join(verdict.said) or "（没有说原因）"
    return (_remark("error", "ODK Validate 打不开这张表，原话是：", words),)


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
        said = (_told(line, folder) for line in done.stderr.decode("utf-8", errors="replace").splitlines())
        return Verdict(opens=done.returncode == 0, said=tuple(dict.fromkeys(filter(None, said))))


def _told(line: str, folder: str) -> str:
    """What a line says about the form: nothing of the program, the machine or its folders."""
    bare = line.strip().replace(f"{folder}/", "")
    return "" if _NOISE.match(bare) else _OBJECT.sub("", _CLASS.sub("", bare))


def _remark(level: Level, speaker: str, words: str) -> Finding:
    places = [path.rstrip(".") for path in _PATH.findall(_NUMBER.sub("", words))]
    nodes = "、".join(sorted({path.rpartition("/")[2] for path in places}))
    known = ((pattern.search(words), saying) for pattern, saying in _SAYINGS)
    said = (saying.format_map(found.groupdict() | {"nodes": nodes}) for found, saying in known if found)
    column = next((name for name, pattern in _COLUMNS if pattern.search(words)), "")
    return Finding(level, next(iter(places), ""), next(said, speaker + words), column=column)
