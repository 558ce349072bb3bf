"""What people write about a demand, made fit to be kept."""

from __future__ import annotations

from server.domain.problems import Invalid

MOST = 2000
"""Characters of one note: two pages, so that nobody has to read more."""


def legible(words: str | None) -> str:
    """Return `words` without control characters but line breaks: PostgreSQL keeps no NUL, and nobody can read the others.

    Raises Invalid("demand.words_too_long", most=…).
    """
    kept = "".join(each for each in words or "" if each.isprintable() or each == "\n").strip()
    if len(kept) > MOST:
        raise Invalid("demand.words_too_long", most=MOST)
    return kept
