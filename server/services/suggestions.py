"""投诉与建议 services: somebody in the field says what gets in the way, the office answers."""

from __future__ import annotations

from server.domain.events import suggestions as events
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Forbidden, Invalid, Unauthenticated
from server.storage import suggestions as storage
from server.storage.posts import Account
from server.storage.suggestions import Suggestion
from server.work import Work

MOST_CHARACTERS = 1000
_MOST_ABOUT = 200


def make(work: Work, *, words: str, about: str | None = None) -> Suggestion:
    """提意见: keep what the actor says. The same words sent again before they are answered are one suggestion.

    Raises Forbidden, Invalid("suggestion.no_words") for none or more than 1,000 characters.
    """
    work.actor.require(Permission.MAKE_SUGGESTION)
    if work.actor.id is None:
        raise Unauthenticated("actor.not_signed_in")
    words = _legible(words, "suggestion.no_words")
    about = _printable(about or "")[:_MOST_ABOUT] or None
    known = storage.waiting_alike(work.session, work.actor.id, words=words, about=about)
    if known is not None:
        return known
    account = work.session.get_one(Account, work.actor.id)
    suggestion = Suggestion(
        account_id=account.id, jurisdiction=account.home, made_at=work.now, words=words, about=about
    )
    work.session.add(suggestion)
    work.session.flush()
    work.record(events.SuggestionMade(subject_id=suggestion.id, jurisdiction=account.home))
    return suggestion


def answer(work: Work, suggestion_id: int, *, words: str) -> Suggestion:
    """答复: the office's answer reaches the phone of whoever wrote it. It is given once, and not to oneself.

    Raises NotFound outside the actor's divisions, Forbidden("actor.not_permitted"), Forbidden("suggestion.your_own"),
    Conflict("suggestion.answered"), Invalid("suggestion.no_answer") for none or more than 1,000 characters.
    """
    suggestion = storage.get(work.session, suggestion_id, scope=work.actor.scope)
    work.actor.require(Permission.ANSWER_SUGGESTION, at=suggestion.jurisdiction)
    if suggestion.account_id == work.actor.id:
        raise Forbidden("suggestion.your_own")
    if suggestion.answered_at is not None:
        raise Conflict("suggestion.answered")
    suggestion.answer = _legible(words, "suggestion.no_answer")
    suggestion.answered_at = work.now
    suggestion.answered_by = work.actor.id
    work.record(events.SuggestionAnswered(subject_id=suggestion.id, jurisdiction=suggestion.jurisdiction))
    return suggestion


def _legible(words: str, refusal: str) -> str:
    legible = _printable(words)
    if not 0 < len(legible) <= MOST_CHARACTERS:
        raise Invalid(refusal, most=MOST_CHARACTERS)
    return legible


def _printable(words: str) -> str:
    """Without control characters but line breaks: PostgreSQL keeps no NUL, and nobody can read the others."""
    return "".join(each for each in words if each.isprintable() or each == "\n").strip()
