"""名单: one list as a file for whoever asks, on every surface for phones: those of FORMS §2 and the county's own."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask import Response, request, send_file

from server.database import Database
from server.domain.people import Actor
from server.domain.problems import NotFound
from server.figures import entity_lists, phone_lists
from server.figures.phone_lists import Lists
from server.storage import forms
from server.storage.entities import EntityList
from server.web.addresses import refuse_in_the_clear
from server.web.authentication import current_actor
from server.web.parts import database, parts
from server.work import Reading

_CSV = "text/csv; charset=utf-8"
_GZIP = 16
"""What zlib adds to its window for a gzip head."""


@dataclass(frozen=True)
class Listed:
    """A list as a manifest names it: the hash of what the asking person would get, and of an own list the list."""

    md5: str
    own: EntityList | None = None


def listed(reading: Reading, names: Iterable[str]) -> Mapping[str, Listed]:
    """Those of some file names that are lists, in their order.

    The hash of an own list says its state; its bytes are not read for it (OPENROSA §3.1).
    """
    wanted = tuple(dict.fromkeys(names))
    lists = Lists(reading)
    own = entity_lists.named(reading, [name for name in wanted if name not in phone_lists.NAMES])
    found = {}
    for name in wanted:
        if name in phone_lists.NAMES:
            found[name] = Listed(md5(lists.file(name)))
        elif name in own:
            found[name] = Listed(entity_lists.state(reading, own[name]), own[name])
    return found


def form_file(form_id: str, name: str) -> Response:
    """A file beside a form: a list, whichever form it belongs to, else what the office put there under this name.

    Raises NotFound("form.unknown_file"), and what list_file() raises.
    """
    with database().read(current_actor()) as reading:
        is_list = name in phone_lists.NAMES or name in entity_lists.named(reading, [name])
        file = None if is_list else forms.medium(reading.session, form_id, name)
    if file is None:
        return list_file(name)
    stored = parts().files.path(file.sha256).absolute()
    # Whoever put it there chose what it claims to be: phones go by its name.
    response = send_file(stored, mimetype="application/octet-stream", etag=file.md5)
    response.headers["Cache-Control"] = "no-cache"
    return response


def list_file(name: str) -> Response:
    """One list, filtered to the grids of the asking person's posts; 304 where his phone has the same.

    Raises NotFound("form.unknown_file"), Forbidden("list.needs_tls") for a list about people in the clear.
    """
    if name not in phone_lists.NAMES:
        return _own_list_file(name)
    if name in phone_lists.PERSONAL:
        refuse_in_the_clear()
    with database().read(current_actor()) as reading:
        body = Lists(reading).file(name)
    return _whole(body)


def _own_list_file(name: str) -> Response:
    """A county's own list: its state is one small query, its rows leave as they are read."""
    actor = current_actor()
    with database().read(actor) as reading:
        own = entity_lists.named(reading, [name]).get(name)
        state = "" if own is None else entity_lists.state(reading, own)
    if own is None:
        raise NotFound("form.unknown_file", name=name)
    if own.personal:
        refuse_in_the_clear()
    return _streamed(_rows(database(), actor, name), state)


def _rows(database: Database, actor: Actor, name: str) -> Iterator[str]:
    """The rows, in a transaction that lasts as long as the answer: at least as new as the state that was told."""
    with database.read(actor) as reading:
        for own in entity_lists.named(reading, [name]).values():
            yield from entity_lists.text(reading, own)


def _streamed(rows: Iterator[str], state: str) -> Response:
    """Rows sent as they are read, small where that is taken: a list of a hundred thousand goes over a county's network."""
    parts: Iterable[bytes] = (part.encode() for part in rows)
    is_small = bool(request.accept_encodings["gzip"])
    response = Response(_gzipped(parts) if is_small else parts, content_type=_CSV)
    if is_small:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(state, weak=is_small)
    # To count its bytes beforehand every row would be read, also for a phone that has the list.
    response.automatically_set_content_length = False
    return _conditional(response)


def _gzipped(parts: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | _GZIP)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


def _whole(body: bytes) -> Response:
    response = Response(body, content_type=_CSV)
    response.set_etag(md5(body))
    return _conditional(response)


def _conditional(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def md5(body: bytes) -> str:
    """The hash a phone compares a list by (OPENROSA §3)."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
