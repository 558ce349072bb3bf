"""网页端: which questions the browser client does not draw, and whether a form can be filled there all the same.

An optional one is left out there; a form that requires one is for ODK Collect alone (FORMS §1), and so is one whose
records are encrypted on the phone. Recordings are drawn by the client itself, whatever its engine can do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from forms.markup import local, parse

_UNDRAWN = {"video/*": "视频", "application/*": "文件"}
_DRAWN_BY_HAND = re.compile(r"signature|draw|annotate")


def required_undrawn(form: etree._Element) -> Iterator[tuple[str, str]]:
    """(path, Chinese name of its type) of every required question of a parsed XForm that the client cannot draw."""
    binds = {each.get("nodeset", ""): each for each in form.iter() if local(each.tag) == "bind"}
    for element in form.iter():
        path = element.get("ref", "")
        bind = binds.get(path)
        if bind is None or bind.get("required", "false()") == "false()":
            continue
        if kind := _undrawn(element, bind):
            yield path, kind


def refusal(xml: bytes) -> str | None:
    """Why a published form cannot be filled in the browser, as a worker reads it; None where it can."""
    form = parse(xml)
    if any(local(each.tag) == "submission" and each.get("base64RsaPublicKey") for each in form.iter()):
        return "这张表的内容要加密，请用 ODK Collect 填写。"
    kinds = dict.fromkeys(kind for _, kind in required_undrawn(form))
    if not kinds:
        return None
    return f"这张表有必填的{'、'.join(kinds)}题，请用 ODK Collect 填写。"


def _undrawn(element: etree._Element, bind: etree._Element) -> str | None:
    if local(element.tag) == "upload":
        if _DRAWN_BY_HAND.search(element.get("appearance", "")):
            return "签名、绘图"
        return _UNDRAWN.get(element.get("mediatype", ""))
    return "条码" if bind.get("type") == "barcode" else None
