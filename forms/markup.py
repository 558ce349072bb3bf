"""Reading XML that strangers sent: no DTD, no entities, no network, no unlimited depth."""

from __future__ import annotations

from lxml import etree


class MarkupRefused(Exception):
    """The bytes are not XML we read; `code` is "xml.malformed" or "xml.doctype"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(xml: bytes) -> etree._Element:
    """Parse `xml` and return its root, without comments and processing instructions.

    Raises MarkupRefused. A parser is made for each call because lxml serialises the threads that share one.
    `collect_ids=False` would be quicker, but makes libxml2 open the external DTD a stranger names.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise MarkupRefused("xml.malformed") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise MarkupRefused("xml.doctype")
    return root


def local(name: str) -> str:
    """The local part of a tag or attribute: clients disagree about prefixes (OPENROSA §5.3)."""
    return name.rpartition("}")[2]


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of that local name."""
    return next((each for each in element if local(each.tag) == name), None)
