"""一件诉求: where it stands, what happened, its photos, and the acts open to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args
from uuid import UUID

from flask import Blueprint, Response, send_file, url_for

from server.domain.demand_acts import Action
from server.domain.demand_rights import claims_in
from server.domain.demand_states import STATES, Stage, StateKey, is_unresolved
from server.domain.mechanism import EVALUATOR_WORDS
from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.figures import case_map, case_overview, case_story, hot_places, inbox, merging, open_cases
from server.figures.case_clock import clock
from server.figures.case_ratings import REPORTER
from server.figures.case_words import may_be_shown
from server.figures.next_step import mechanism_of, open_to, waits_for
from server.services import ratings
from server.storage import case_files, demands, units
from server.storage import inbox as inbox_storage
from server.storage import ratings as ratings_storage
from server.storage.case_files import DemandFile
from server.storage.demands import VOICE, Demand
from server.storage.submissions import Attachment
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parts import database, parts
from server.web.staff.case_facts import facts_of
from server.web.staff.case_forms import acts_of
from server.web.staff.case_refusal import Refusal
from server.web.staff.case_words import asked_words, suggestion_words
from server.web.staff.maps import MapHost, map_host
from server.web.staff.pages import page
from server.work import Reading

_SHOWN_TYPES = frozenset(
    {f"image/{kind}" for kind in ("jpeg", "png", "webp")}
    | {f"audio/{kind}" for kind in ("mp4", "mpeg", "ogg", "aac", "amr", "wav", "webm")}
)
_REPORTERS = {"named": "反映人", "proxy": "代别人反映的人", "anonymous": "不留姓名"}
_TO_BE_JUDGED = (StateKey.FED_BACK, StateKey.RATED)
STAGES: tuple[Stage, ...] = get_args(Stage)


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/cases/<uuid:demand_id>")(case)
    blueprint.get("/cases/<uuid:demand_id>/files/<which>", endpoint="case_file")(file)
    blueprint.get("/cases/<uuid:demand_id>/notes/<int:note_id>/<which>", endpoint="case_note_file")(note_file)


@requires(Permission.VIEW_LISTS)
def case(demand_id: UUID) -> str:
    """The page of one demand."""
    with database().read(current_actor()) as reading:
        return case_page(reading, shown_demand(reading, demand_id))


@requires(Permission.VIEW_LISTS)
def file(demand_id: UUID, which: str) -> Response:
    """A photo or recording of the demand. Raises NotFound where it has none."""
    with database().read(current_actor()) as reading:
        demand = shown_demand(reading, demand_id)
        names = {"photo": demand.photo, "photo_after": demand.photo_after, "voice": demand.voice}
        return _file(reading, demand, demand.submission_id, names.get(which))


@requires(Permission.VIEW_LISTS)
def note_file(demand_id: UUID, note_id: int, which: str) -> Response:
    """The photo or recording sent with a word on the demand. Raises NotFound where there is none."""
    with database().read(current_actor()) as reading:
        demand = shown_demand(reading, demand_id)
        note = next((each for each in demands.notes(reading.session, demand.id) if each.id == note_id), None)
        if note is None:
            raise NotFound("page.unknown")
        names = {"photo": note.photo, "voice": note.details.get(VOICE)}
        return _file(reading, demand, note.submission_id, names.get(which))


def shown_demand(reading: Reading, demand_id: UUID) -> Demand:
    """The demand of a page. Raises NotFound where it is neither the reader's to read nor to claim."""
    actor = reading.actor
    return demands.get(
        reading.session, demand_id, scope=actor.scope, reader=actor.id, claims_in=claims_in(actor)
    )


def _file(reading: Reading, demand: Demand, submission_id: int | None, name: str | None) -> Response:
    """What a phone calls a photo is only shown as one if it is of a kind that a browser runs nothing in."""
    found: Attachment | DemandFile | None = None
    if name is not None and submission_id is not None:
        found = case_files.file_named(reading.session, submission_id, name)
    elif name is not None:
        found = case_files.of_demand(reading.session, demand.id, name)
    if found is None:
        raise NotFound("page.unknown")
    shown = found.mime in _SHOWN_TYPES
    response = send_file(
        parts().files.path(found.sha256).resolve(),
        mimetype=found.mime if shown else "application/octet-stream",
        as_attachment=not shown,
        download_name=None if shown else f"{found.sha256[:12]}.bin",
        conditional=True,
        etag=found.sha256,
    )
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def case_page(
    reading: Reading, demand: Demand, *, contact_shown: bool = False, refused: Refusal | None = None
) -> str:
    """The page of a demand the reader has been given.

    `contact_shown` once its opening has been recorded, `refused` when an act on it has just been.
    """
    actor, profile = reading.actor, mechanism_of(reading, demand)
    open_to_him = open_to(reading, demand)
    acts = acts_of(reading, demand, profile, open_to_him)
    case = open_cases.case(reading, demand)
    merged = merging.merged_into(reading, demand.id)
    near = merging.suggestions(reading, demand) if any(each.act == "merge" for each in acts.others) else []
    return page(
        "case.html",
        as_of=reading.now,
        case=case,
        demand=demand,
        badges=inbox_storage.badges_of(demand, inbox.desk_of(reading), as_of=reading.now),
        stages=_stages(demand),
        acts=acts,
        is_unresolved=is_unresolved(demand.state.key),
        is_for_meeting=Action.RESOLVE in open_to_him,
        waits_for=waits_for(reading, demand, held_by=case.held_by),
        asked=asked_words(demand),
        refused=refused,
        clock=clock(demand, profile),
        story=list(reversed(case_story.story(reading, demand))),
        facts=facts_of(demand, profile),
        called=[(call.role == "lead", unit) for call, unit in units.called_to(reading.session, demand.id)],
        merged=merged,
        near=[(each.demand.id, suggestion_words(each)) for each in near[:3]],
        ratings=_ratings(reading, demand, merged),
        evaluators=_evaluators(reading, demand),
        map=_map(reading, demand),
        repeats=demands.repeats(reading.session, demand, scope=actor.scope),
        reporter=_REPORTERS.get(demand.reporter_kind or "", "工作人员自己发现"),
        contact_shown=contact_shown or actor.may(Permission.SEE_NAMES, at=demand.jurisdiction),
        may_reveal=actor.may(Permission.REVEAL_PERSONAL_DATA, at=demand.jurisdiction),
    )


def _stages(demand: Demand) -> list[tuple[str, str]]:
    """The seven stages, each "done", "here" or "ahead"; of what was withdrawn or merged none is here any more."""
    stage = STATES[demand.state.key].stage
    if stage is None:
        return []
    here = STAGES.index(stage)
    return [
        (each, "here" if number == here else "done" if number < here else "ahead")
        for number, each in enumerate(STAGES)
    ]


def _ratings(reading: Reading, demand: Demand, merged: Sequence[Demand]) -> list[dict[str, object]]:
    """What the reader may see of the ratings, of those merged into it too: handler and unit only after the window (S2)."""
    own = ratings_storage.of_demand(reading.session, demand.id)
    following = ratings_storage.of_demands(reading.session, [each.id for each in merged], who=REPORTER)
    numbers = {each.id: each.number for each in merged}
    return [
        {"who": EVALUATOR_WORDS.get(row.who, row.who), "row": row, "report": numbers.get(row.demand_id)}  # type: ignore[call-overload]
        for row in (*own, *following)
        if ratings.visible_to(reading.actor, row, reading.now)
    ]


def _evaluators(reading: Reading, demand: Demand) -> list[tuple[str, str]]:
    """Whom else the county asks to judge a matter of its class, each by a link (JJ-24)."""
    class_ = demand.state.class_
    may_ask = reading.actor.may(Permission.REPORT_BACK, at=demand.jurisdiction)
    if class_ is None or not may_ask or demand.state.key not in _TO_BE_JUDGED:
        return []
    named = mechanism_of(reading, demand).evaluators(class_)
    return [(each, EVALUATOR_WORDS[each]) for each in named if each != "reporter"]


def _map(reading: Reading, demand: Demand) -> MapHost | None:
    """A small map, where the demand may be a point on one at all."""
    if demand.point is None or not may_be_shown(demand):
        return None
    area = demand.jurisdiction
    return map_host(
        reading,
        "cases",
        area=area,
        data_url=url_for("staff.case_values", number=demand.number, group="all"),
        beside=case_map.beside_list(
            reading, hot_places.found(reading, area), case_overview.villages(reading, area)
        ),
    )
