"""岗位 services: who does what, where, from when to when; and who stands in."""

from __future__ import annotations

import datetime as dt
import uuid

from server.domain.events import people as events
from server.domain.people import Function, Permission
from server.domain.problems import Invalid
from server.storage import posts as storage
from server.storage.posts import PostRow
from server.work import Work


def begin_post(
    work: Work,
    account_id: uuid.UUID,
    *,
    function: Function,
    jurisdiction: str,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
) -> PostRow:
    """任岗: somebody holds a post from a day on; `valid_to`, where given, is its last day.

    Raises NotFound for an account outside the actor's divisions, Forbidden where he manages no posts, and
    Invalid("post.ends_before_it_begins").
    """
    account = storage.get(work.session, account_id, scope=work.actor.scope)
    work.actor.require(Permission.MANAGE_POSTS, at=jurisdiction)
    if valid_to is not None and valid_to < valid_from:
        raise Invalid("post.ends_before_it_begins")
    post = PostRow(
        account_id=account.id,
        function=function.value,
        jurisdiction=jurisdiction,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    work.session.add(post)
    work.session.flush()
    work.record(
        events.PostBegun(
            subject_id=post.id,
            jurisdiction=jurisdiction,
            account_id=account.id,
            function=function,
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    return post
