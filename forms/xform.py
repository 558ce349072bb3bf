"""表单的 XML: an XForm somebody else's tool wrote, checked for what a phone needs before it is served as it came."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

from lxml import etree

from forms.findings import Finding, FormRefused, refused
from forms.markup import MarkupRefused, child, local, parse
from forms.schema import primary_instance

_HTML: Final = "http://www.w3.org/1999/xhtml"
_XFORMS: Final = "http://www.w3.org/2002/xforms"
_CONTROLS: Final = frozenset(
    {"input", "select", "select1", "upload", "trigger", "range", "rank", "group", "repeat"}
)
_REFUSALS: Final = {
    "xml.doctype": "XML 里有 DOCTYPE（实体声明），不收：请用制表工具重新导出",
    "xml.malformed": "表单的 XML 读不出来：可能有看不见的控制字符，请删去后再上传",
}


def checked(source: bytes) -> bytes:
    """The XForm as it is served: the bytes as they came, without the mark of their encoding.

    Raises FormRefused with every reason a phone could not open it: another root, no title, not exactly one blank
    record with a form id, questions that lead nowhere, two default languages, another encoding than UTF-8.
    """
    xml = source.removeprefix(codecs.BOM_UTF8).lstrip()
    try:
        form = parse(xml)
    except MarkupRefused as refusal:
        declares = b"<!DOCTYPE" in xml  # entities that laugh are malformed before they are a DTD
        raise refused(_REFUSALS["xml.doctype" if declares else refusal.code]) from refusal
    if (form.getroottree().docinfo.encoding or "UTF-8").upper() not in {"UTF-8", "UTF8", "ASCII", "US-ASCII"}:
        raise refused("XML 要用 UTF-8 编码保存")
    if form.tag != f"{{{_HTML}}}html":
        raise refused("这不是 XForm：最外层应是 h:html")
    if findings := tuple(_objections(form)):
        raise FormRefused(findings)
    return xml


def _objections(form: etree._Element) -> Iterator[Finding]:
    models = list(form.iter(f"{{{_XFORMS}}}model"))
    if len(models) != 1:
        yield _error("", "XForm 里要有且只有一个 model")
        return
    titles = [(each.text or "").strip() for each in form.iter(f"{{{_HTML}}}title")]
    if not any(titles):
        yield _error("", "没有写标题（h:title）：手机不收没有标题的表单")
    yield from _primary(models[0])
    yield from _languages(models[0])
    yield from _paths(form, models[0])


def _primary(model: etree._Element) -> Iterator[Finding]:
    instances = [each for each in model if local(each.tag) == "instance"]
    primary = primary_instance(model)
    if primary is None:
        yield _error("", "这不是 XForm：找不到填报内容（instance）")
    elif not primary.get("id"):
        yield _error(f"/{local(primary.tag)}", "填报内容（instance）没有写表单编号 id")
    unnamed = [each for each in instances[1:] if not each.get("id")]
    if unnamed:
        yield _error("", "有两份填报内容（instance）：第一份以外的都要写 id")
    names = [each.get("id", "") for each in instances[1:]]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        yield _error("", f"选项表（instance）「{name}」写了两次")


def _languages(model: etree._Element) -> Iterator[Finding]:
    itext = child(model, "itext")
    translations = [] if itext is None else [each for each in itext if local(each.tag) == "translation"]
    if sum(each.get("default") is not None for each in translations) > 1:
        yield _error("", "有两种语言都写成默认，只能留一种")
    languages = [each.get("lang", "") for each in translations]
    for language in sorted({each for each in languages if languages.count(each) > 1}):
        yield _error("", f"语言「{language}」写了两次")


def _paths(form: etree._Element, model: etree._Element) -> Iterator[Finding]:
    """Every bind and every question names a node of the blank record."""
    primary = primary_instance(model)
    if primary is None:
        return
    known = set(_nodes(primary, ""))
    named = [each.get("nodeset", "").strip() for each in model if local(each.tag) == "bind"]
    named += [
        reference.strip()
        for each in form.iter()
        if local(each.tag) in _CONTROLS and (reference := each.get("ref") or each.get("nodeset"))
    ]
    for path in dict.fromkeys(named):
        if path.startswith("/") and path not in known:
            yield _error(path, f"「{path}」在填报内容（instance）里找不到")


def _nodes(element: etree._Element, around: str) -> Iterator[str]:
    path = f"{around}/{local(element.tag)}"
    yield path
    for inner in element:
        yield from _nodes(inner, path)


def _error(place: str, message: str) -> Finding:
    return Finding("error", place, message)
