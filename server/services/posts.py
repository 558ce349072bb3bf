"""岗位 services: who does what, where, from when to when; and who stands in."""

from __future__ import annotations

import datetime as dt
import uuid

from server.domain.events import people as events
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid, NotFound
from server.domain.roles import Function
from server.storage import grids
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
    _check_order(valid_from, valid_to)
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


def end_post(work: Work, post_id: uuid.UUID, *, last_day: dt.date) -> PostRow:
    """离岗: set the post's last day; what was done under it stays done.

    Raises NotFound outside the actor's divisions, Forbidden where he manages no posts, Conflict("post.has_ended")
    and Invalid("post.ends_before_it_begins").
    """
    post = work.session.get(PostRow, post_id)
    if post is None or not work.actor.scope.covers(post.jurisdiction):
        raise NotFound("post.unknown", id=str(post_id))
    by = Permission.NAME_STAND_IN if post.is_stand_in else Permission.MANAGE_POSTS
    work.actor.require(by, at=post.jurisdiction)
    if post.valid_to is not None and post.valid_to <= last_day:
        raise Conflict("post.has_ended")
    _check_order(post.valid_from, last_day)
    post.valid_to = last_day
    work.record(
        events.PostEnded(
            subject_id=post.id,
            jurisdiction=post.jurisdiction,
            account_id=post.account_id,
            function=Function(post.function),
            valid_to=last_day,
        )
    )
    return post


def name_stand_in(
    work: Work,
    account_id: uuid.UUID,
    *,
    grid: str,
    first_day: dt.date,
    last_day: dt.date,
    stand_in_for: uuid.UUID | None = None,
) -> PostRow:
    """指定替班: somebody does a grid's work for some days; it counts for that grid, never for his own (METRICS D7).

    `stand_in_for` is who is absent, None where the grid is vacant. Raises NotFound for an account or a grid outside
    the actor's divisions, Forbidden where he names no stand-ins, Invalid("post.ends_before_it_begins") and
    Invalid("post.stands_in_for_himself").
    """
    account = storage.get(work.session, account_id, scope=work.actor.scope)
    grids.get(work.session, grid, scope=work.actor.scope)
    work.actor.require(Permission.NAME_STAND_IN, at=grid)
    _check_order(first_day, last_day)
    if stand_in_for == account.id:
        raise Invalid("post.stands_in_for_himself")
    post = PostRow(
        account_id=account.id,
        function=Function.GRID_WORKER.value,
        jurisdiction=grid,
        valid_from=first_day,
        valid_to=last_day,
        is_stand_in=True,
        stand_in_for=stand_in_for,
    )
    work.session.add(post)
    work.session.flush()
    work.record(
        events.StandInNamed(
            subject_id=post.id,
            jurisdiction=grid,
            account_id=account.id,
            stand_in_for=stand_in_for,
            first_day=first_day,
            last_day=last_day,
        )
    )
    return post


def _check_order(first_day: dt.date, last_day: dt.date | None) -> None:
    if last_day is not None and last_day < first_day:
        raise Invalid("post.ends_before_it_begins")
