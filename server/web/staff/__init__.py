"""The surface for people in an office: HTML pages, complete without scripts, quicker with them."""

from __future__ import annotations

from flask import Blueprint

from server.web.errors import renders
from server.web.staff import (
    back_checks,
    boundaries,
    boundary_editor,
    case,
    case_acts,
    case_figures,
    case_intake,
    cases,
    claims,
    compare,
    entities,
    entity,
    entrustments,
    exemptions,
    exports,
    form_drafts,
    form_preview,
    forms,
    home,
    hot_spots,
    households,
    inbox,
    keys,
    last_visits,
    layers,
    ledger,
    manual,
    maps,
    mechanism,
    meetings,
    notifications,
    ordered_files,
    outer_orders,
    pages,
    patrols,
    people,
    persons,
    posters,
    posts,
    questions,
    queue,
    register_changes,
    retagging,
    screening,
    session,
    submission,
    submission_acts,
    submission_files,
    submissions,
    suggestions,
    tracks,
    units,
    unplaced_households,
    visit_lists,
    visits,
    wall,
    weekly_meeting,
)

blueprint = Blueprint("staff", __name__)
renders("/", pages.problem)
blueprint.before_request(session.insist_on_own_password)

session.routes(blueprint)
home.routes(blueprint)
maps.routes(blueprint)
boundary_editor.routes(blueprint)
layers.routes(blueprint)
compare.routes(blueprint)
wall.routes(blueprint)
patrols.routes(blueprint)
people.routes(blueprint)
posts.routes(blueprint)
keys.routes(blueprint)
manual.routes(blueprint)
submissions.routes(blueprint)
submission.routes(blueprint)
submission_files.routes(blueprint)
submission_acts.routes(blueprint)
exports.routes(blueprint)
ordered_files.routes(blueprint)
entities.routes(blueprint)
entity.routes(blueprint)
suggestions.routes(blueprint)
tracks.routes(blueprint)
visits.routes(blueprint)
visit_lists.routes(blueprint)
exemptions.routes(blueprint)
entrustments.routes(blueprint)
households.routes(blueprint)
persons.routes(blueprint)
register_changes.routes(blueprint)
last_visits.routes(blueprint)
unplaced_households.routes(blueprint)
cases.routes(blueprint)
hot_spots.routes(blueprint)
case.routes(blueprint)
case_acts.routes(blueprint)
case_intake.routes(blueprint)
case_figures.routes(blueprint)
inbox.routes(blueprint)
screening.routes(blueprint)
claims.routes(blueprint)
units.routes(blueprint)
posters.routes(blueprint)
notifications.routes(blueprint)
ledger.routes(blueprint)
queue.routes(blueprint)
questions.routes(blueprint)
back_checks.routes(blueprint)
weekly_meeting.routes(blueprint)
meetings.routes(blueprint)
mechanism.routes(blueprint)
forms.routes(blueprint)
form_drafts.routes(blueprint)
form_preview.routes(blueprint)
outer_orders.routes(blueprint)
boundaries.routes(blueprint)
retagging.routes(blueprint)
