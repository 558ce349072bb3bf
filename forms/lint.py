"""检查表单：what ODK Collect and the browser client refuse although pyxform accepts it, and what our rules forbid.

An error keeps a form from being published; a warning names a question somebody will stumble over.
"""

from __future__ import annotations

import re
import shutil
import subprocess  # ODK Validate is a Java program
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from lxml import etree

from forms.browser import required_undrawn
from forms.compiler import CompiledForm
from forms.findings import Finding
from forms.markup import local, parse
from forms.schema import ENTITIES, primary_instance

_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_EXPRESSIONS = frozenset(
    {"relevant", "constraint", "calculate", "required", "readonly", "nodeset", "ref", "value", "count"}
)
_NOISE = ("at ", "Picked up ")
"""Stack frames, and what the JVM says about its own options."""
_LITERAL_FENCE = re.compile(r"\bgeofence\([^,]*,\s*''\s*\)")
_MEASURE = re.compile(r"\b(?:distance|area)\(")


@dataclass(frozen=True)
class _Form:
    """The parsed XForm, with the parts every rule looks at."""

    compiled: CompiledForm
    tree: etree._Element

    @cached_property
    def model(self) -> etree._Element:
        return next(each for each in self.tree.iter() if local(each.tag) == "model")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the nodes a submission consists of."""
        primary = primary_instance(self.model)
        return tuple(
            dict.fromkeys(local(each.tag) for each in (primary.iter() if primary is not None else ()))
        )

    @cached_property
    def binds(self) -> dict[str, etree._Element]:
        return {each.get("nodeset", ""): each for each in self.model if local(each.tag) == "bind"}

    @cached_property
    def expressions(self) -> tuple[tuple[str, str], ...]:
        """(place, expression without its string literals), for everything the phone evaluates."""
        return tuple(
            (element.get("nodeset") or element.get("ref") or "", _LITERAL.sub("''", str(text)))
            for element in self.tree.iter()
            for name, text in element.attrib.items()
            if local(str(name)) in _EXPRESSIONS
        )


def lint(compiled: CompiledForm) -> tuple[Finding, ...]:
    """Everything to remark about a compiled form, errors first."""
    form = _Form(compiled, parse(compiled.xml))
    found = dict.fromkeys(finding for rule in _RULES for finding in rule(form))
    return tuple(sorted(found, key=lambda finding: finding.level))


def validate_with_javarosa(xml: bytes, *, timeout: float = 60) -> tuple[str, ...]:
    """Ask ODK Validate, which holds the engine of Collect; empty when it opens the form.

    Returns the validator's own (English) lines. `timeout` is in seconds. Raises FileNotFoundError when the machine
    has no Java, subprocess.TimeoutExpired when the validator does not finish.
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
            "-Djava.awt.headless=true",
            "-Dfile.encoding=UTF-8",
            "-jar",
            str(validator),
            str(path),
        ]
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)  # noqa: S603 - no shell
    lines = (line.strip() for line in done.stderr.decode("utf-8", errors="replace").splitlines())
    said = tuple(line for line in lines if line and not line.startswith(_NOISE))
    return said or (f"ODK Validate ended with {done.returncode}",) if done.returncode else said


def _error(place: str, message: str) -> Finding:
    return Finding("error", place, message)


def _warning(place: str, message: str) -> Finding:
    return Finding("warning", place, message)


def _version(form: _Form) -> Iterator[Finding]:
    if not form.compiled.version:
        yield _error("settings", "没有写版本（version）：手机靠它分辨新旧表单，例如 2026112101")


def _names(form: _Form) -> Iterator[Finding]:
    """JavaRosa takes a letter only if it has upper and lower case, so no Chinese name passes (OPENROSA §11)."""
    for name in form.names:
        if _NOT_ASCII.search(name):
            yield _error(name, f"名称「{name}」不能用汉字，请改成拼音或英文；汉字写在 label 里")


def _references(form: _Form) -> Iterator[Finding]:
    for place, expression in form.expressions:
        found = _NOT_ASCII.search(expression)
        if found and found[0] not in form.names:
            yield _error(place, f"算式里的「{found[0]}」手机读不懂：列名不能用汉字，标点要用半角")


def _destination(form: _Form) -> Iterator[Finding]:
    for element in form.model:
        if local(element.tag) != "submission":
            continue
        if element.get("action"):
            yield _error("settings", "不能写 submission_url：数据会交到别的服务器")
        if element.get("base64RsaPublicKey"):
            yield _warning("settings", "写了 public_key：加密的提交只能原样保存，不能统计、上图")


def _surveillance(form: _Form) -> Iterator[Finding]:
    """No audit log, because it times people (FORMS §1); no sound recorded behind anybody's back."""
    for path, bind in form.binds.items():
        if path.endswith("/meta/audit"):
            yield _error(path, "不能用 audit：它给人逐题计时")
        if any(local(str(name)) == "allow-mock-accuracy" for name in bind.attrib):
            yield _error(path, "不能写 allow-mock-accuracy：模拟定位要能看得出来")
    for element in form.model:
        if local(element.tag) == "recordaudio":
            yield _error(element.get("ref", ""), "不能用后台录音")


def _forced_evidence(form: _Form) -> Iterator[Finding]:
    """Photo, track and voice are never required (FORMS §1)."""
    for path, bind in form.binds.items():
        if bind.get("type") in {"binary", "geotrace"} and bind.get("required") == "true()":
            yield _warning(path, "照片、录音、轨迹不应设为必填：强制上传属于指尖上的形式主义")


def _browser_client(form: _Form) -> Iterator[Finding]:
    """An optional question the browser cannot draw is left out there; a required one shuts the form (FORMS §1)."""
    for path, kind in required_undrawn(form.tree):
        yield _warning(path, f"必填的{kind}题网页端填不了，这张表只能用 ODK Collect 填")


def _functions(form: _Form) -> Iterator[Finding]:
    """Where the two engines part (OPENROSA §7, §12)."""
    for element in form.tree.iter():
        if "search(" in element.get("appearance", ""):
            yield _warning(element.get("ref", ""), "search() 网页端不支持，请改用 select_one_from_file")
    for place, expression in form.expressions:
        if _LITERAL_FENCE.search(expression):
            yield _error(place, "geofence() 的第二个参数要是题目或清单里的列，不能直接写坐标")
        if _MEASURE.search(expression) and "!= ''" not in expression:
            yield _warning(place, "位置为空时网页端打不开这张表：写成 if(${位置} != '', distance(…), '')")


def _entities(form: _Form) -> Iterator[Finding]:
    for path, bind in form.binds.items():
        calculation = bind.get("calculate", "")
        if "uuid()" in calculation and "once(" not in calculation:
            yield _warning(path, "编号会在改稿时变化：写成 once(uuid())，单独放一个 calculate")
        undated = re.search(r"\b(?:today|now)\(\)", calculation) and "format-date" not in calculation
        if bind.get(f"{{{ENTITIES}}}saveto") and undated:
            yield _warning(path, "存进名册的日期在不同手机上写法不一：用 format-date(today(), '%Y-%m-%d')")


_RULES: tuple[Callable[[_Form], Iterator[Finding]], ...] = (
    _version,
    _names,
    _references,
    _destination,
    _surveillance,
    _forced_evidence,
    _browser_client,
    _functions,
    _entities,
)
