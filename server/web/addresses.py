"""Absolute addresses as the asking client can reach them: the request's host, unless a base URL is set."""

from __future__ import annotations

from ipaddress import ip_address

import structlog
from flask import request

from server.domain.problems import Forbidden
from server.web.parts import parts

_log = structlog.get_logger()


def root() -> str:
    """The server's own address without a slash at the end."""
    return (parts().settings.base_url or request.host_url).rstrip("/")


def phone_url(key: str, *, root: str) -> str:
    """The address a phone's browser is given: the key stands in the fragment, which no server and no log is told."""
    return f"{root}/w/#{key}"


def refuse_in_the_clear() -> None:
    """Lists with personal data travel encrypted, or inside this machine; on a private network only by setting.

    Raises Forbidden("list.needs_tls").
    """
    if request.is_secure:
        return
    address = ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - compared, never bound
    if address.is_loopback:
        return
    if parts().settings.allow_lists_without_tls and address.is_private:
        _log.warning("list_without_tls", address=str(address), setting="WANGGE_ALLOW_LISTS_WITHOUT_TLS")
        return
    _log.warning("list_refused_without_tls", address=str(address))
    raise Forbidden("list.needs_tls")
