"""What is said on a demand's page when an act on it was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from server.domain.problems import Problem
from server.web.i18n import say

_ASKED_AS: Mapping[str, Mapping[str, str]] = {
    "classify": {"class_": "category"},
    "assign": {"handler_id": "to", "unit_id": "to"},
    "transfer": {"handler_id": "to", "unit_id": "to"},
    "merge": {"master_id": "number"},
    "say": {"reason": "cannot_reason", "result": "step"},
    "look": {"result": "step"},
    "check": {"result": "step"},
    "projectise": {"until": "milestone"},
}
"""Under which name the form of an act asks what the engine misses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An act that was refused: why, in `words` and by field, and what had been written, chosen and ticked."""

    act: str
    words: str
    fields: Mapping[str, str]
    values: MultiDict[str, str]


def refusal(act: str, problem: Problem, values: MultiDict[str, str]) -> Refusal:
    """Return what the page is told of a refused act."""
    found: Any = problem.details.get("fields", ())
    return Refusal(
        act=act,
        words=say(problem.code, **problem.details),
        fields=dict(found) if isinstance(found, Mapping) else _missing(act, found),
        values=values,
    )


def _missing(act: str, names: Iterable[str]) -> dict[str, str]:
    asked_as = _ASKED_AS.get(act, {})
    return {asked_as.get(name, name): "必须填写" for name in names}
