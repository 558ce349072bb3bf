"""Chance that always falls the same way: every draw of the demo county hangs on words, never on a clock."""

from __future__ import annotations

import random
from collections.abc import Iterable
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

SEED = "青岚"

_T = TypeVar("_T")


def dice(*words: object) -> random.Random:
    """A source of chance for one purpose; the same words give the same throws on every machine."""
    return random.Random("\x1f".join((SEED, *map(str, words))))  # noqa: S311 - a demo, not a secret


def key_of(*words: object) -> UUID:
    """A v4-shaped UUID that belongs to these words for ever."""
    text = "\x1f".join((SEED, *map(str, words)))
    return UUID(bytes=blake2b(text.encode(), digest_size=16).digest(), version=4)


def weighted(throw: random.Random, shares: Iterable[tuple[_T, float]]) -> _T:
    """One of the choices, as often as its share says (shares need not sum to 1)."""
    choices = tuple(shares)
    return throw.choices([choice for choice, _ in choices], [share for _, share in choices])[0]
