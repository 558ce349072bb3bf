"""常用筛选 services: keeping a question to the ledger, and giving it up. They concern nobody else and leave no event."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from server.domain.problems import Conflict, Invalid, Unauthenticated
from server.storage import saved_filters as storage
from server.storage.saved_filters import SavedFilter
from server.work import Work

MOST = 20
MOST_CHARACTERS = 20


def keep(work: Work, *, name: str, asked: Mapping[str, str]) -> SavedFilter:
    """存为常用: keep what was `asked` under a name; the same name again replaces it.

    Raises Invalid("saved_filter.no_name") for none or more than 20 characters, Conflict("saved_filter.too_many").
    """
    name = "".join(each for each in name if each.isprintable()).strip()
    if not 0 < len(name) <= MOST_CHARACTERS:
        raise Invalid("saved_filter.no_name", most=MOST_CHARACTERS)
    account = _account(work)
    own = storage.of_account(work.session, account)
    kept = next((each for each in own if each.name == name), None)
    if kept is None:
        if len(own) >= MOST:
            raise Conflict("saved_filter.too_many", most=MOST)
        kept = SavedFilter(account_id=account, name=name)
        work.session.add(kept)
    kept.asked = dict(asked)
    work.session.flush()
    return kept


def give_up(work: Work, filter_id: int) -> None:
    """删除一个常用筛选. Raises NotFound("saved_filter.unknown")."""
    work.session.delete(storage.get(work.session, filter_id, account_id=_account(work)))


def _account(work: Work) -> uuid.UUID:
    if work.actor.id is None:
        raise Unauthenticated("actor.not_signed_in")
    return work.actor.id
