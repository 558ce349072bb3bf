"""The client's own files, as they were built: `/w/` is the page, everything else lies beside it. No personal data."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, request
from werkzeug.security import safe_join

from server.domain.problems import NotFound, Unavailable
from server.web.authorization import public
from server.web.parts import parts

_PAGE = "index.html"
_NAMED_BY_CONTENT = "assets/"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
_COMPRESSED_ALREADY = frozenset({".png", ".woff2"})
_MOST_KEPT = 128


@dataclass(frozen=True)
class _Asset:
    """A built file in memory; `packed` is it compressed, None where that would gain nothing."""

    body: bytes
    packed: bytes | None
    etag: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/")(shell)
    blueprint.get("/<path:name>")(asset)


@public
def shell() -> Response:
    """The page. Raises Unavailable("phone.not_built") where the client has not been built."""
    if not (parts().form_client / _PAGE).is_file():
        raise Unavailable("phone.not_built")
    return _answer(_PAGE)


@public
def asset(name: str) -> Response:
    """A file of the build; what is named by its content never changes, everything else is asked for anew."""
    return _answer(name)


def _answer(name: str) -> Response:
    inside = safe_join(str(parts().form_client), name)
    path = Path(inside) if inside is not None else None
    if path is None or not path.is_file():
        raise NotFound("page.unknown")
    kept = _asset(path, path.stat().st_mtime_ns)
    packed = kept.packed if request.accept_encodings["gzip"] else None
    suffix = PurePosixPath(name).suffix
    response = Response(packed or kept.body, content_type=_TYPES.get(suffix, "application/octet-stream"))
    if packed is not None:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(kept.etag, weak=True)
    immutable = "public, max-age=31536000, immutable"
    response.headers["Cache-Control"] = immutable if name.startswith(_NAMED_BY_CONTENT) else "no-cache"
    response.make_conditional(request)
    return response


@lru_cache(maxsize=_MOST_KEPT)
def _asset(path: Path, _changed: int) -> _Asset:
    """Read and compressed once, not at every request: the form engine is megabytes."""
    body = path.read_bytes()
    packed = None if path.suffix in _COMPRESSED_ALREADY else gzip.compress(body, mtime=0)
    return _Asset(body, packed, hashlib.sha256(body).hexdigest()[:32])
