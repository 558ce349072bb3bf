"""免巡: why a township may exempt a grid from a day's patrol (METRICS D9, FORMS §8)."""

from __future__ import annotations

from enum import StrEnum


class ExemptReason(StrEnum):
    """The reasons there are; the set is closed."""

    RED_WARNING = "red_warning"
    DISASTER = "disaster"
    EPIDEMIC = "epidemic"

    @property
    def label(self) -> str:
        """The reason as users read it."""
        return _LABELS[self]


_LABELS = {
    ExemptReason.RED_WARNING: "极端天气红色预警",
    ExemptReason.DISASTER: "灾害转移",
    ExemptReason.EPIDEMIC: "疫情管控",
}
