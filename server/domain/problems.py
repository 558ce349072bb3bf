"""Every way a request can be refused.

A problem carries a stable `code` ("demand.step_not_allowed") and typed details; the sentence a person reads is
made at the edge, in their language, and so is the HTTP status.
"""

from __future__ import annotations

from typing import ClassVar, Literal

ProblemKind = Literal[
    "not_found", "forbidden", "unauthenticated", "invalid", "conflict", "too_large", "too_many", "unavailable"
]


class Problem(Exception):
    """A refusal: `code` is stable text, `details` say what it was about."""

    kind: ClassVar[ProblemKind]

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.details.items())
        return f"{self.code} ({said})" if said else self.code


class NotFound(Problem):
    """There is no such thing, or none within the reader's jurisdiction."""

    kind = "not_found"


class Forbidden(Problem):
    """The actor may not do this here."""

    kind = "forbidden"


class Unauthenticated(Problem):
    """Nobody is signed in."""

    kind = "unauthenticated"


class Invalid(Problem):
    """What was sent cannot be understood or is not allowed to mean this."""

    kind = "invalid"


class Conflict(Problem):
    """It was right once, but the thing has moved since."""

    kind = "conflict"


class TooLarge(Problem):
    """More bytes than the server takes in one request."""

    kind = "too_large"


class TooMany(Problem):
    """Too often in too short a time."""

    kind = "too_many"


class Unavailable(Problem):
    """Not now: the disk is full or the database does not answer. The sender should try again."""

    kind = "unavailable"
