"""Every route says who may use it: @requires(Permission.X) or @public. A test walks the map of routes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from server.domain.permissions import Permission
from server.web.authentication import current_actor

P = ParamSpec("P")
R = TypeVar("R")

GUARD = "wangge_guard"
"""The attribute a guarded view carries: a Permission's value, or "public"."""


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only an actor with `permission` in. Raises Unauthenticated without one, Forbidden without the permission."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            current_actor().require(permission)
            return view(*args, **kwargs)

        setattr(guarded, GUARD, permission.value)
        return guarded

    return guard


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Let everybody in; the view itself shows nothing that is anybody's."""
    setattr(view, GUARD, "public")
    return view
