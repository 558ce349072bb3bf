"""查一查: what happens to questions. The words of an answer are no part of an event."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(Event, kind="question.answered"):
    """回答查一查: somebody explained, checked, or saw no question in it; `asked` is its kind."""

    asked: str
    answer: str
