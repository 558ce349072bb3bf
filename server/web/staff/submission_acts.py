"""审核: what the office does with a record — a verdict, a word, another conversion."""

from __future__ import annotations

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.domain.review import Verdict
from server.services import submissions as services
from server.storage import submissions
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import back_to
from server.web.staff.submission import failure_words

_DONE = {
    Verdict.APPROVED: "已记下：没有问题。",
    Verdict.HAS_ISSUES: "已退回，填表人在手机上看得到；改好之前照常计入。",
    Verdict.REJECTED: "这份记录不再计入。",
}


class Found(Submitted):
    """What was found, with its words."""

    verdict: Verdict
    words: str | None = None


class Words(Submitted):
    """A comment."""

    words: str | None = None


class Other(Submitted):
    """The record that another one is not."""

    other: int


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    base = "/submissions/<int:submission_id>"
    blueprint.post(f"{base}/verdict", endpoint="submission_verdict")(verdict)
    blueprint.post(f"{base}/comment", endpoint="submission_comment")(comment)
    blueprint.post(f"{base}/apart", endpoint="submission_apart")(apart)
    blueprint.post(f"{base}/reproject", endpoint="submission_reproject")(reproject)


@requires(Permission.REVIEW_SUBMISSIONS)
def verdict(submission_id: int) -> Response:
    """审核: 没有问题, 有问题退回请改 or 不予采信."""
    found = form(Found)
    with database().transaction(current_actor()) as work:
        services.verdict(work, submission_id, verdict=found.verdict, comment=found.words)
    flash(_DONE[found.verdict], "success")
    return back_to("staff.submission", submission_id=submission_id)


@requires(Permission.REVIEW_SUBMISSIONS)
def comment(submission_id: int) -> Response:
    """备注."""
    words = form(Words).words
    with database().transaction(current_actor()) as work:
        services.comment(work, submission_id, words=words)
    flash("已记下。", "success")
    return back_to("staff.submission", submission_id=submission_id)


@requires(Permission.REVIEW_SUBMISSIONS)
def apart(submission_id: int) -> Response:
    """不是重复."""
    other = form(Other).other
    with database().transaction(current_actor()) as work:
        services.tell_apart(work, submission_id, other_id=other)
    flash("已记下，不再提示这两份可能重复。", "success")
    return back_to("staff.submission", submission_id=submission_id)


@requires(Permission.REPROJECT_SUBMISSIONS)
def reproject(submission_id: int) -> Response:
    """重新转换."""
    with database().transaction(current_actor()) as work:
        record = submissions.get(work.session, submission_id, scope=work.actor.scope)
        work.actor.require(Permission.REPROJECT_SUBMISSIONS, at=record.jurisdiction)
        failure = services.reproject(work, record)
    if failure is None:
        flash("已重新转换。", "success")
    else:
        flash(f"仍然没有转换成：{failure_words(failure)}", "danger")
    return back_to("staff.submission", submission_id=submission_id)
