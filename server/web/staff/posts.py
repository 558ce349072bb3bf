"""岗位 and 替班: who does what where, from when to when."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.domain.roles import Function
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import personnel
from server.services import posts
from server.storage import grids
from server.storage import posts as storage
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import back_to, page


class NewPost(Submitted):
    """What the form for a post holds."""

    function: Function
    place: str
    first_day: dt.date
    last_day: dt.date | None = None


class LastDay(Submitted):
    """The day a post ends."""

    last_day: dt.date


class AtGrid(Submitted):
    """The grid a stand-in is wanted for."""

    grid: str


class StandIn(Submitted):
    """What the form for a stand-in holds; nobody is absent where a grid is vacant."""

    grid: str
    person: UUID
    absent: UUID | None = None
    first_day: dt.date
    last_day: dt.date


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.post("/people/<uuid:account_id>/posts", endpoint="post_begin")(begin)
    blueprint.post("/people/<uuid:account_id>/posts/<uuid:post_id>/end", endpoint="post_end")(end)
    blueprint.get("/stand-ins/new", endpoint="stand_in")(stand_in)
    blueprint.post("/stand-ins", endpoint="stand_in_name")(name_stand_in)


@requires(Permission.MANAGE_POSTS)
def begin(account_id: UUID) -> Response:
    """任岗."""
    given = form(NewPost)
    with database().transaction(current_actor()) as work:
        posts.begin_post(
            work,
            account_id,
            function=given.function,
            jurisdiction=given.place,
            valid_from=given.first_day,
            valid_to=given.last_day,
        )
    flash("岗位已记下。手机下次更新时，名单随之变化。", "success")
    return back_to("staff.person", account_id=account_id)


@requires(Permission.MANAGE_POSTS)
def end(account_id: UUID, post_id: UUID) -> Response:
    """离岗."""
    given = form(LastDay)
    with database().transaction(current_actor()) as work:
        posts.end_post(work, post_id, last_day=given.last_day)
    flash(f"岗位到{day(given.last_day)}为止。", "success")
    return back_to("staff.person", account_id=account_id)


@requires(Permission.NAME_STAND_IN)
def stand_in() -> str:
    """The form for a stand-in in one grid: who holds it, and whom the reader may name."""
    wanted = query(AtGrid)
    with database().read(current_actor()) as reading:
        grid = grids.get(reading.session, wanted.grid, scope=reading.actor.scope)
        here = Scope.of([grid.code])
        today = local_day(reading.now)
        held = storage.posts_in(reading.session, scope=here, on=today)
        names = personnel.place_names(reading.session, [grid.code])
        people = [
            (line.id, f"{line.name}（{personnel.place_of(line)}）")
            for line in personnel.people(reading)
            if line.has_phone_work and line.closed_on is None
        ]
    return page(
        "stand_in.html",
        grid=grid.code,
        place=names[grid.code],
        people=people,
        absent=[(account.id, account.display_name) for post, account in held if not post.is_stand_in],
        standing_in=[(account.display_name, post) for post, account in held if post.is_stand_in],
        today=today,
    )


@requires(Permission.NAME_STAND_IN)
def name_stand_in() -> Response:
    """指定替班."""
    given = form(StandIn)
    with database().transaction(current_actor()) as work:
        posts.name_stand_in(
            work,
            given.person,
            grid=given.grid,
            first_day=given.first_day,
            last_day=given.last_day,
            stand_in_for=given.absent,
        )
    flash("替班已指定。他的手机下次更新时会收到这个网格的名单，到期自动收回。", "success")
    return back_to("staff.stand_in", grid=given.grid)
