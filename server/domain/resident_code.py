"""查询码: the eight characters that, with a demand's number, open it to whoever reported it.

They are derived, never stored: neither a copied database nor a colleague who reads it can rate in a resident's name.
"""

from __future__ import annotations

import hashlib
import hmac

LENGTH = 8
LEGIBLE = "23456789abcdefghjkmnpqrstuvwxyz"
"""Digits and letters nobody mistakes for one another, written by hand or read over a telephone."""


def code_of(number: str, *, secret: str) -> str:
    """Return the code of the demand with a public number; `secret` is the deployment's."""
    digest = hmac.new(secret.encode(), f"wangge.resident.{number}".encode(), hashlib.sha256).digest()
    left, code = int.from_bytes(digest, "big"), ""
    for _ in range(LENGTH):
        left, place = divmod(left, len(LEGIBLE))
        code += LEGIBLE[place]
    return code


def is_code(written: str, *, number: str, secret: str) -> bool:
    """Say whether somebody typed the code of that number; case, spaces and hyphens do not matter."""
    typed = "".join(each for each in written.lower() if each.isalnum())
    return hmac.compare_digest(typed.encode(), code_of(number, secret=secret).encode())
