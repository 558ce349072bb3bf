"""检查表单：what ODK Collect and the browser client refuse although pyxform accepts it, and what our rules forbid.

An error keeps a form from being published; a warning names a question somebody will stumble over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from forms import attachments, formulas, register, stand_ins
from forms.browser import required_undrawn
from forms.compiler import CompiledForm
from forms.findings import Finding, beside_row
from forms.inspection import Inspected, error, warning
from forms.markup import local
from forms.schema import ENTITIES

_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_LITERAL_FENCE: Final = re.compile(r"\bgeofence\([^,]*,\s*''\s*\)")
_MEASURE: Final = re.compile(r"\b(?:distance|area)\((?P<places>[^()]*)\)")
_PATH: Final = re.compile(r"(?:\.\.?/|/)[\w./-]+|\.(?![\w.])")
_INSTANCE: Final = re.compile(r"\binstance\(\s*['\"]([^'\"]+)['\"]\s*\)")
_FRESH: Final = re.compile(r"\b(?:uuid|random|now|today)\(")


def lint(
    compiled: CompiledForm,
    *,
    stands_for: str | None = None,
    files: Mapping[str, bytes] | None = None,
    register_lists: Collection[str] = register.LISTS,
) -> tuple[Finding, ...]:
    """Everything to remark about a compiled form, errors first, beside the row where it is known.

    `stands_for` names the shipped form it is read in place of, and whose names it must keep. `files` are those
    uploaded beside it by name, None to leave them out of the question; `register_lists` names the files the server
    makes itself.
    """
    form = Inspected(compiled, stands_for, files, register_lists)
    found = dict.fromkeys(beside_row(finding, compiled.rows) for rule in _RULES for finding in rule(form))
    return tuple(sorted(found, key=lambda finding: finding.level))


def _version(form: Inspected) -> Iterator[Finding]:
    if not form.compiled.version:
        yield error("settings", "没有写版本（version）：手机靠它分辨新旧表单，例如 2026112101")


def _names(form: Inspected) -> Iterator[Finding]:
    """JavaRosa takes a letter only if it has upper and lower case, so no Chinese name passes (OPENROSA §11)."""
    for path in form.paths:
        name = path.rpartition("/")[2]
        if _NOT_ASCII.search(name):
            yield error(path, f"名称「{name}」不能用汉字，请改成拼音或英文；汉字写在 label 里")


def _references(form: Inspected) -> Iterator[Finding]:
    names = {path.rpartition("/")[2] for path in form.paths}
    for place, expression in form.expressions:
        found = _NOT_ASCII.search(expression)
        if found and found[0] not in names:
            yield error(place, f"算式里的「{found[0]}」手机读不懂：列名不能用汉字，标点要用半角")


def _formulas(form: Inspected) -> Iterator[Finding]:
    yield from formulas.unreadable(form.tree)


def _lists(form: Inspected) -> Iterator[Finding]:
    """A list that is asked by a name nobody gave; an entity is updated from the list it was chosen from."""
    places: dict[str, str] = {}
    for element in form.tree.iter():
        for expression in element.attrib.values():
            for name in _INSTANCE.findall(str(expression)):
                places.setdefault(name, element.get("nodeset") or element.get("ref") or "")
    for name, place in places.items():
        if name not in form.instances:
            place = "entities" if "/meta/entity/" in place else place
            yield error(
                place, f"表里没有名单「{name}」：请加一道 select_one_from_file {name}.csv，或核对写法"
            )


def _destination(form: Inspected) -> Iterator[Finding]:
    for element in form.model:
        if local(element.tag) != "submission":
            continue
        if element.get("action"):
            yield error("settings", "不能写 submission_url：数据会交到别的服务器")
        if element.get("base64RsaPublicKey"):
            yield warning("settings", "写了 public_key：加密的提交只能原样保存，不能统计、上图")


def _surveillance(form: Inspected) -> Iterator[Finding]:
    """No audit log, because it times people (FORMS §1); no sound recorded behind anybody's back."""
    for path, bind in form.binds.items():
        if path.endswith("/meta/audit"):
            yield error(path, "不能用 audit：它给人逐题计时")
        if any(local(str(name)) == "allow-mock-accuracy" for name in bind.attrib):
            yield error(path, "不能写 allow-mock-accuracy：模拟定位要能看得出来")
    for element in form.model:
        if local(element.tag) == "recordaudio":
            yield error(element.get("ref", ""), "不能用后台录音")


def _forced_evidence(form: Inspected) -> Iterator[Finding]:
    """Photo, track and voice are never required (FORMS §1), not even in some cases."""
    for path, bind in form.binds.items():
        if bind.get("type") in {"binary", "geotrace"} and bind.get("required", "false()") != "false()":
            yield warning(path, "照片、录音、轨迹不应设为必填：强制上传属于指尖上的形式主义")


def _browser_client(form: Inspected) -> Iterator[Finding]:
    """An optional question the browser cannot draw is left out there; a required one shuts the form (FORMS §1)."""
    for path, kind in required_undrawn(form.tree):
        yield warning(path, f"必填的{kind}题网页端填不了，这张表只能用 ODK Collect 填")


def _functions(form: Inspected) -> Iterator[Finding]:
    """Where the two engines part (OPENROSA §7, §12)."""
    for element in form.tree.iter():
        if "search(" in element.get("appearance", ""):
            yield warning(element.get("ref", ""), "search() 网页端不支持，请改用 select_one_from_file")
    for place, expression in form.expressions:
        if _LITERAL_FENCE.search(expression):
            yield error(place, "geofence() 的第二个参数要是题目或清单里的列，不能直接写坐标")
        if any(_unguarded(expression, measure["places"]) for measure in _MEASURE.finditer(expression)):
            yield warning(place, "位置为空时网页端打不开这张表：写成 if(${位置} != '', distance(…), '')")


def _unguarded(expression: str, places: str) -> bool:
    """A point that is measured without being asked first whether it is there."""
    return any(
        not re.search(rf"{re.escape(path)}\s*!=\s*''|string-length\(\s*{re.escape(path)}\s*\)", expression)
        for path in _PATH.findall(places)
    )


def _entities(form: Inspected) -> Iterator[Finding]:
    identities = _identities(form)
    for path, bind in form.binds.items():
        calculation = bind.get("calculate", "")
        fresh = _FRESH.search(calculation)
        if fresh and "once(" not in calculation and (path in identities or "uuid()" in calculation):
            yield warning(path, "编号会在改稿时变化：写成 once(uuid())，单独放一个 calculate")
        undated = re.search(r"\b(?:today|now)\(\)", calculation) and "format-date" not in calculation
        if bind.get(f"{{{ENTITIES}}}saveto") and undated:
            yield warning(path, "存进名册的日期在不同手机上写法不一：用 format-date(today(), '%Y-%m-%d')")


def _identities(form: Inspected) -> frozenset[str]:
    """Paths of what entities are known by: their ids, and the questions these are taken from."""
    ids = {path: bind for path, bind in form.binds.items() if path.endswith("/meta/entity/@id")}
    taken = (_PATH.findall(bind.get("calculate", "")) for bind in ids.values())
    return frozenset({*ids, *(path for paths in taken for path in paths)})


_RULES: Final[tuple[Callable[[Inspected], Iterator[Finding]], ...]] = (
    _version,
    _names,
    _references,
    _formulas,
    _lists,
    _destination,
    _surveillance,
    _forced_evidence,
    _browser_client,
    _functions,
    _entities,
    attachments.missing,
    attachments.unreadable,
    attachments.long,
    register.asked_again,
    stand_ins.unread,
)
