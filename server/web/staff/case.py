"""一件诉求: where it stands, what happened, its photos, and the acts open to the reader."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import Blueprint, Response, send_file

from forms import catalogue
from server.domain.demand import open_acts
from server.domain.demand_acts import RESULTS, Action
from server.domain.demand_states import StateKey
from server.domain.mechanism import MechanismProfile
from server.domain.people import Permission, Role
from server.domain.problems import NotFound
from server.figures import case_story, open_cases
from server.figures.case_words import CLASSES, channels, due_day, kinds, steps, suggested, what
from server.services.demands import acts, casework
from server.storage import case_files, case_filter, demands
from server.storage.demands import Demand
from server.storage.submissions import Attachment
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, moment
from server.web.parts import database, parts
from server.web.staff.pages import page
from server.work import Reading

MEANS = {"phone": "电话", "visit": "上门", "message": "短信、微信", "in_person": "当面"}
_SHOWN_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "audio/mp4", "audio/mpeg", "audio/ogg"})
_PLACE_SOURCES = {
    "here": "登记人所在的位置",
    "map": "在图上点的",
    "fix": "发现时的定位",
    "register": "名册地址",
}
_REPORTERS = {"named": "反映人", "proxy": "代别人反映的人", "anonymous": "不留姓名"}
_LEVELS = {"grid": "网格", "village": "村（社区）", "township": "乡镇（街道）", "county": "县"}
_STEPS_OF = {
    Action.PROGRESS: ("progress", "done", "cannot", "same"),
    Action.LOOK: tuple(
        each for each in catalogue.choices("case_followup", "step") if each in RESULTS[Action.LOOK]
    ),
    Action.CHECK: tuple(
        each for each in catalogue.choices("case_followup", "step") if each in RESULTS[Action.CHECK]
    ),
}


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/cases/<uuid:demand_id>")(case)
    blueprint.get("/cases/<uuid:demand_id>/files/<which>", endpoint="case_file")(file)
    blueprint.get("/cases/<uuid:demand_id>/notes/<int:note_id>/photo", endpoint="case_note_photo")(note_photo)


@requires(Permission.VIEW_LISTS)
def case(demand_id: UUID) -> str:
    """The page of one demand."""
    with database().read(current_actor()) as reading:
        return case_page(reading, _demand(reading, demand_id))


@requires(Permission.VIEW_LISTS)
def file(demand_id: UUID, which: str) -> Response:
    """A photo or recording of the demand. Raises NotFound where it has none."""
    with database().read(current_actor()) as reading:
        demand = _demand(reading, demand_id)
        names = {"photo": demand.photo, "photo_after": demand.photo_after, "voice": demand.voice}
        return _file(reading, demand.submission_id, names.get(which))


@requires(Permission.VIEW_LISTS)
def note_photo(demand_id: UUID, note_id: int) -> Response:
    """The photo sent with a word on the demand. Raises NotFound where there is none."""
    with database().read(current_actor()) as reading:
        demand = _demand(reading, demand_id)
        note = next((each for each in demands.notes(reading.session, demand.id) if each.id == note_id), None)
        if note is None:
            raise NotFound("page.unknown")
        return _file(reading, note.submission_id, note.photo)


def _demand(reading: Reading, demand_id: UUID) -> Demand:
    return demands.get(reading.session, demand_id, scope=reading.actor.scope, reader=reading.actor.id)


def _file(reading: Reading, submission_id: int | None, name: str | None) -> Response:
    """What a phone calls a photo is only shown as one if it is of a kind that a browser runs nothing in."""
    found: Attachment | None = None
    if submission_id is not None and name is not None:
        found = case_files.file_named(reading.session, submission_id, name)
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


def case_page(reading: Reading, demand: Demand, *, contact_shown: bool = False) -> str:
    """The page of a demand the reader has been given; `contact_shown` once its opening has been recorded."""
    actor, profile = reading.actor, acts.profile_of(reading, demand)
    open_to_him = open_acts(demand.state, actor=actor, place=demand.jurisdiction, profile=profile)
    may_ask = actor.may(Permission.REGISTER_DEMAND, at=demand.jurisdiction)
    asks = {
        "look": may_ask and Action.LOOK in open_to_him,
        "check": may_ask and demand.state.key is StateKey.DONE,
    }
    return page(
        "case.html",
        as_of=reading.now,
        case=open_cases.case(reading, demand),
        demand=demand,
        story=list(reversed(case_story.story(reading, demand))),
        facts=_facts(demand, profile),
        acts={each.value for each in open_to_him},
        asks=asks,
        people=_people(reading, demand) if Action.ASSIGN in open_to_him or any(asks.values()) else [],
        classes=_classes(profile),
        suggestion=_suggestion(demand, profile),
        required=_required(demand, profile),
        means=list(MEANS.items()),
        words_of=_steps(open_to_him),
        how_solved=list(catalogue.choices("case_followup", "how_solved").items()),
        cannot_reasons=list(catalogue.choices("case_followup", "cannot_reason").items()),
        repeats=demands.repeats(reading.session, demand, scope=actor.scope),
        can_be_told=demands.can_be_told(demand),
        reporter=_REPORTERS.get(demand.reporter_kind or "", "工作人员自己发现"),
        contact_shown=contact_shown or actor.may(Permission.SEE_NAMES, at=demand.jurisdiction),
        may_reveal=actor.may(Permission.REVEAL_PERSONAL_DATA, at=demand.jurisdiction),
    )


def _facts(demand: Demand, profile: MechanismProfile) -> list[tuple[str, str]]:
    own_channels: dict[str, str] = {channel.code: channel.label for channel in profile.channels}
    due, first_due = due_day(demand.state), demand.original_due_at
    place = _PLACE_SOURCES.get(demand.place_source or "", "")
    said = [
        ("渠道", own_channels.get(demand.channel, channels().get(demand.channel, demand.channel))),
        ("原工单号", demand.outer_number),
        ("哪方面", kinds().get(demand.kind)),
        ("说了什么", demand.words),
        ("地址", demand.address),
        ("位置", place or ("待定位" if demand.place_how == "address" else "没有具体地点")),
        ("收到", moment(demand.received_at)),
        ("类别", _class_words(demand, profile)),
        ("登记人的看法", _hint(demand, profile)),
        ("在哪一级办", _LEVELS.get(demand.level or "")),
        ("工作措施", demand.measure),
        ("答应的日子", day(demand.promised_on)),
        ("当场怎么答复的", demand.answer_words),
        ("时限", day(due)),
        ("最初的时限", moment(first_due) if first_due != demand.due_at else ""),
        ("核实结果", steps().get(demand.looked or "")),
    ]
    return [(label, words) for label, words in said if words]


def _class_words(demand: Demand, profile: MechanismProfile) -> str:
    class_ = demand.state.class_
    return "还没分类" if class_ is None else f"{profile.class_of(class_).label}（{CLASSES[class_]}）"


def _hint(demand: Demand, profile: MechanismProfile) -> str:
    return next((own.label for own in profile.classes if demand.class_hint in own.canonical), "")


def _classes(profile: MechanismProfile) -> list[tuple[str, str]]:
    return [
        (canonical, f"{own.label}（{CLASSES[canonical]}）")
        for own in profile.classes
        for canonical in own.canonical
    ]


def _suggestion(demand: Demand, profile: MechanismProfile) -> str:
    """The class suggested, with the line of the catalogue as its reason (FORMS §7)."""
    class_ = suggested(demand)
    return (
        ""
        if class_ is None
        else f"建议：{profile.class_of(class_).label}。理由：「{what(demand)}」一般是{CLASSES[class_]}。"
    )


def _required(demand: Demand, profile: MechanismProfile) -> Collection[str]:
    class_ = demand.state.class_
    return () if class_ is None else profile.class_of(class_).required_on_assign


def _people(reading: Reading, demand: Demand) -> list[tuple[str, str]]:
    """Whom it can be given to, with how much each has in hand already."""
    found = casework.can_be_given_to(reading, demand)
    in_hand = case_filter.in_hand_by_account(reading.session, [each.id for each in found])
    return [
        (str(each.id), f"{each.display_name}（{Role(each.role).label}，手上 {in_hand.get(each.id, 0)} 件）")
        for each in found
    ]


def _steps(open_to_him: Collection[Action]) -> list[tuple[str, str]]:
    """The words he may say from a desk: of handling, looking or checking, whichever is open."""
    return [
        (step, steps()[step]) for action, said in _STEPS_OF.items() if action in open_to_him for step in said
    ]
