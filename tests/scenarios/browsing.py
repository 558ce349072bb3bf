"""A browser as a person uses it: it opens pages, and sends only forms that stand on them, with what they let him choose."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from tests.pages import words

Value = str | int | dt.date | bytes | Sequence[str]
"""What somebody enters: text, a number, a day, a file, or the words of several boxes he ticks."""


class NotOffered(AssertionError):
    """The page has no such form, field or choice: nobody could have done this."""


class Refused(AssertionError):
    """What was sent was not accepted; the text is what the page says."""


@dataclass
class Browser:
    """One person's browser, with cookies of its own."""

    client: FlaskClient
    landed: str = field(default="", init=False)
    """The path of the page it came to last."""

    def opens(self, path: str) -> html.HtmlElement:
        """Open a page, following redirections. Raises Refused for anything but a page."""
        answer = self.client.get(path, follow_redirects=True)
        return self._page(answer)

    def sends(self, page: html.HtmlElement, to: str, /, **entered: Value) -> html.HtmlElement:
        """Fill in the one form of `page` whose address ends with `to` and send it; the page that follows.

        Raises NotOffered where the form, a field or a choice is not there, or a field that must be filled in is left
        empty; Refused where the server accepts it not.
        """
        form = _form(page, to)
        filled = _filled(form, entered)
        answer = self.client.post(
            form.get("action") or self.landed, data=filled, content_type="multipart/form-data"
        )
        if answer.status_code != 303:
            return self._page(answer)
        return self.opens(answer.location)

    def _page(self, answer: TestResponse) -> html.HtmlElement:
        self.landed = urlsplit(answer.request.url).path
        page = html.fromstring(answer.text)
        if answer.status_code != 200:
            raise Refused(f"{answer.status_code}: {said_in(page)}")
        return page


def said_in(page: html.HtmlElement) -> str:
    """What a page says went wrong; the whole page where nothing is marked so."""
    alerts = page.xpath("//*[@role='alert'] | //*[contains(@class, 'danger')]")
    return " ".join(dict.fromkeys(map(words, alerts))) or words(page)


def forms_of(page: html.HtmlElement) -> set[str]:
    """The last parts of the addresses that the page's forms are sent to."""
    return {str(form.get("action") or "").rpartition("/")[2] for form in page.iterfind(".//form")}


def _form(page: html.HtmlElement, to: str) -> html.HtmlElement:
    found = [form for form in page.iterfind(".//form") if (form.get("action") or "").endswith(to)]
    if len(found) != 1:
        raise NotOffered(f"{len(found)} forms go to {to}; there are {sorted(forms_of(page))}")
    return found[0]


def _filled(form: html.HtmlElement, entered: dict[str, Value]) -> dict[str, object]:
    left = dict(entered)
    filled: dict[str, object] = {}
    for name, controls in _controls(form).items():
        value = left.pop(name, None)
        chosen = _standing(controls) if value is None else _entered(controls, value)
        if chosen:
            filled[name] = chosen if len(chosen) > 1 else chosen[0]
        elif any(each.get("required") is not None for each in controls):
            raise NotOffered(f"{name} must be filled in")
    if left:
        raise NotOffered(f"the form asks for {sorted(_controls(form))}, not for {sorted(left)}")
    return filled


def _controls(form: html.HtmlElement) -> dict[str, list[html.HtmlElement]]:
    found: dict[str, list[html.HtmlElement]] = {}
    for control in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
        found.setdefault(control.get("name"), []).append(control)
    return found


def _kind(control: html.HtmlElement) -> str:
    return str(control.get("type") or "text") if control.tag == "input" else str(control.tag)


def _standing(controls: Iterable[html.HtmlElement]) -> list[object]:
    """What a form holds before anybody touches it."""
    found: list[object] = []
    for control in controls:
        kind = _kind(control)
        if kind in ("checkbox", "radio"):
            found += [control.get("value", "on")] if control.get("checked") is not None else []
        elif kind == "select":
            options = list(control.iterfind(".//option"))
            marked = [each for each in options if each.get("selected") is not None] or options[:1]
            found += [each.get("value", "") for each in marked if each.get("value", "")]
        elif kind != "file":
            text = control.text or "" if kind == "textarea" else control.get("value", "")
            found += [text] if text else []
    return found


def _entered(controls: Sequence[html.HtmlElement], value: Value) -> list[object]:
    kind = _kind(controls[0])
    if kind == "hidden":
        raise NotOffered(f"{controls[0].get('name')} is not for a person to fill in")
    if isinstance(value, bytes):
        return [(io.BytesIO(value), f"{controls[0].get('name')}.bin")]
    if kind == "select":
        return [
            _choice(
                [(o.get("value", ""), words(o)) for c in controls for o in c.iterfind(".//option")], value
            )
        ]
    if kind in ("checkbox", "radio"):
        offered = [(control.get("value", "on"), words(control.getparent())) for control in controls]
        several = [value] if isinstance(value, str | int | dt.date) else value
        return [_choice(offered, each) for each in several]
    return [str(value)]


def _choice(offered: Sequence[tuple[str, str]], wanted: object) -> str:
    """The value of the one choice with that value, else of the one whose words hold what was looked for."""
    for test in (_is_value, _is_words, _holds):
        found = [value for value, label in offered if test(str(wanted), value, label)]
        if len(found) == 1:
            return found[0]
    raise NotOffered(f"{wanted!r} is not one of {[label for _, label in offered]}")


def _is_value(wanted: str, value: str, _label: str) -> bool:
    return wanted == value


def _is_words(wanted: str, _value: str, label: str) -> bool:
    return wanted == label


def _holds(wanted: str, _value: str, label: str) -> bool:
    return wanted in label
