"""Headers every response carries, and the protection of forms against other sites."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, Response
from flask_wtf import CSRFProtect

csrf = CSRFProtect()

CLIENT_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
"""What the form engine needs (its parser is WebAssembly, its components style themselves) and nothing beyond."""


def page_policy(images: Iterable[str] = ()) -> str:
    """Return what a page of ours may load: our own files, and images also from the hosts a base map names."""
    sources = ("'self'", "data:", "blob:", *images)
    return (
        f"default-src 'self'; img-src {' '.join(sources)}; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
    )


def install(app: Flask) -> None:
    """Set the cookie's and the headers' rules; the CSRF check exempts surfaces that use no cookie."""
    app.config.update(
        SESSION_COOKIE_NAME="wangge",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf.init_app(app)
    app.after_request(_headers)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", page_policy())
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
