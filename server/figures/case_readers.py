"""谁能看: who may read a demand once it is a matter of one household's own (MECHANISMS S4 #25)."""

from __future__ import annotations

from server.domain.people import SEE_PRIVATE, Actor
from server.domain.roles import Function
from server.domain.work_calendar import local_day
from server.figures.staffing import names_of
from server.storage import posts
from server.storage.demands import Demand
from server.work import Reading


def may_read(actor: Actor, demand: Demand, *, private: bool) -> bool:
    """Whether the demand, PRIVATE or not, is somebody's to read: of his division, or taken in or handled by himself."""
    own = actor.id in (demand.first_asked_id, demand.handler_id)
    return own or actor.scope.covers(demand.jurisdiction, private=private)


def private_readers(reading: Reading, demand: Demand) -> list[str]:
    """Return who may read the demand while it is PRIVATE, each once: 经办人程嘉敏, 登记员韩梅."""
    told = {
        each: label
        for each, label in ((demand.handler_id, "经办人"), (demand.first_asked_id, "首问人"))
        if each
    }
    held = posts.posts_over(reading.session, demand.jurisdiction, on=local_day(reading.now))
    for post, account in held:
        if Function(post.function) in SEE_PRIVATE:
            told.setdefault(account.id, Function(post.function).label)
    names = names_of(reading.session, told)
    return [f"{label}{names[account]}" for account, label in told.items()]
