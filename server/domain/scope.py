"""管辖范围 Scope: where a reader may look. The one rule, for a single row here and for lists in storage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.jurisdiction import contains

_AFTER_EVERY_DIGIT = ":"  # follows "9" in the byte order that code columns are compared in
_WHOLE_COUNTRY = ""  # the prefix of every code

CodeRange = tuple[str, str]
"""Lower bound (included) and upper bound (excluded) of division codes, in byte order."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of divisions, and those of them where matters of class PRIVATE may be read.

    `codes` are division codes of any level, each standing for all it contains. PRIVATE matters are for their
    reporter, the grid worker and the village registrar; above, they are counts only (MECHANISMS S4 #25), so
    `private_codes` is usually narrower.
    """

    codes: frozenset[str]
    private_codes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, codes: Iterable[str], *, private: Iterable[str] = ()) -> Scope:
        """Make a scope from any collections of codes."""
        return cls(codes=frozenset(codes), private_codes=frozenset(private))

    @classmethod
    def everything(cls) -> Scope:
        """Every division, PRIVATE matters included: for the system's own jobs."""
        return cls.of([_WHOLE_COUNTRY], private=[_WHOLE_COUNTRY])

    @classmethod
    def nothing(cls) -> Scope:
        """No division at all."""
        return cls(codes=frozenset())

    def covers(self, code: str, *, private: bool = False) -> bool:
        """Say whether a row of division `code` may be read; `private` if it belongs to a PRIVATE matter."""
        if not any(contains(own, code) for own in self.codes):
            return False
        return not private or any(contains(own, code) for own in self.private_codes)

    def ranges(self) -> tuple[CodeRange, ...]:
        """Return disjoint ranges, ascending, holding exactly the codes that `covers` accepts."""
        return _ranges(self.codes)

    def private_ranges(self) -> tuple[CodeRange, ...]:
        """Return the ranges in which PRIVATE matters may be read, to be applied on top of `ranges()`."""
        return _ranges(self.private_codes)


def _ranges(codes: frozenset[str]) -> tuple[CodeRange, ...]:
    widest: list[str] = []
    for code in sorted(codes):  # a prefix sorts before everything it contains
        if not widest or not contains(widest[-1], code):
            widest.append(code)
    return tuple((code, code + _AFTER_EVERY_DIGIT) for code in widest)
