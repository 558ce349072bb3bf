"""审核: what the office says about a record it received, and what stands of it now.

A verdict is no figure: only a rejection, as ever, takes a record out of the count (METRICS D13). Verdicts are never
counted against anybody.
"""

from __future__ import annotations

from enum import StrEnum

MOST_CHARACTERS = 500


class Verdict(StrEnum):
    """One of the three things the office may find."""

    APPROVED = "approved"
    HAS_ISSUES = "has_issues"
    """Sent back to whoever recorded it; it counts meanwhile."""
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """The verdict as users read it."""
        return _VERDICTS[self]

    @property
    def standing(self) -> Standing:
        """What stands of the version it was said of, until the next verdict on that."""
        return _BY_VERDICT[self]

    @property
    def needs_words(self) -> bool:
        """Whoever is to correct something, or whose record stops counting, is told why."""
        return self is not Verdict.APPROVED


_VERDICTS = {
    Verdict.APPROVED: "没有问题",
    Verdict.HAS_ISSUES: "有问题，退回请改",
    Verdict.REJECTED: "不予采信",
}


class Standing(StrEnum):
    """What stands of a version of a record: the newest verdict on it, or that it answers one on the version it replaced."""

    UNSEEN = "unseen"
    APPROVED = "approved"
    RETURNED = "returned"
    CORRECTED = "corrected"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """The standing as users read it."""
        return _STANDINGS[self]


_STANDINGS = {
    Standing.UNSEEN: "还没有意见",
    Standing.APPROVED: "没有问题",
    Standing.RETURNED: "已退回，等改",
    Standing.CORRECTED: "已改，请再看",
    Standing.REJECTED: "不予采信",
}


_BY_VERDICT = {
    Verdict.APPROVED: Standing.APPROVED,
    Verdict.HAS_ISSUES: Standing.RETURNED,
    Verdict.REJECTED: Standing.REJECTED,
}
