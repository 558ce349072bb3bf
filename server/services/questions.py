"""回答查一查: an explanation, a check, or that it is no question. It is kept beside the question and changes no figure."""

from __future__ import annotations

from server.domain.events.questions import QuestionAnswered
from server.domain.permissions import Permission
from server.domain.problems import Forbidden, Invalid, Unauthenticated
from server.domain.question import Answer
from server.figures import questions as figures
from server.storage.questions import QuestionAnswer
from server.work import Work

MOST_CHARACTERS = 300


def answer(work: Work, key: str, *, answer: Answer, words: str | None) -> QuestionAnswer:
    """回答: 说明, 已核对 or 不是问题. Several may follow each other; whoever it is about explains, others check.

    Raises NotFound("question.unknown") for one the actor is not shown, Forbidden("question.your_own") for anything but
    an explanation of one's own records, Invalid("question.no_words") for an explanation or a check without words or
    of more than 300 characters.
    """
    work.actor.require(Permission.VIEW_QUESTIONS)
    if work.actor.id is None:
        raise Unauthenticated("actor.not_signed_in")
    asked = figures.question(work, key)
    if asked.account_id == work.actor.id and answer is not Answer.EXPLAINED:
        raise Forbidden("question.your_own")
    said = "".join(each for each in words or "" if each.isprintable() or each == "\n").strip()
    if len(said) > MOST_CHARACTERS or (not said and answer is not Answer.NO_QUESTION):
        raise Invalid("question.no_words", most=MOST_CHARACTERS)
    row = QuestionAnswer(
        question=key,
        kind=asked.kind.value,
        jurisdiction=asked.jurisdiction,
        answer=answer.value,
        words=said or None,
        account_id=work.actor.id,
        at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.record(
        QuestionAnswered(
            subject_id=row.id, jurisdiction=row.jurisdiction, asked=row.kind, answer=answer.value
        )
    )
    return row
