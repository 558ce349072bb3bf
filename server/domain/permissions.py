"""Who may do what: the one permission table. A role or a post may carry a permission."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from server.domain.roles import Function, Role


class Permission(Enum):
    """Everything somebody can be allowed to do."""

    USE_STAFF_PAGES = "use_staff_pages"
    VIEW_MAPS = "view_maps"
    VIEW_LISTS = "view_lists"
    VIEW_HOT_SPOTS = "view_hot_spots"
    SEE_NAMES = "see_names"
    REVEAL_PERSONAL_DATA = "reveal_personal_data"
    REGISTER_DEMAND = "register_demand"
    CLASSIFY_DEMAND = "classify_demand"
    ASSIGN_DEMAND = "assign_demand"
    REPORT_BACK = "report_back"
    TAKE_IN_DEMAND = "take_in_demand"
    HANDLE_DEMAND = "handle_demand"
    LOOK_AT_DEMAND = "look_at_demand"
    CHECK_DEMAND = "check_demand"
    CLAIM_DEMAND = "claim_demand"
    APPROVE_DEMAND = "approve_demand"
    SUPERVISE_DEMAND = "supervise_demand"
    CALL_BACK = "call_back"
    HOLD_MEETING = "hold_meeting"
    IMPORT_ORDERS = "import_orders"
    MANAGE_UNITS = "manage_units"
    VIEW_MECHANISM = "view_mechanism"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_POSTS = "manage_posts"
    MANAGE_KEYS = "manage_keys"
    PROPOSE_REGISTER_CHANGE = "propose_register_change"
    CONFIRM_REGISTER_CHANGE = "confirm_register_change"
    IMPORT_REGISTER = "import_register"
    IMPORT_BOUNDARIES = "import_boundaries"
    DECLARE_EXEMPTION = "declare_exemption"
    NAME_STAND_IN = "name_stand_in"
    VIEW_SUBMISSIONS = "view_submissions"
    EXPORT_SUBMISSIONS = "export_submissions"
    REPROJECT_SUBMISSIONS = "reproject_submissions"
    REVIEW_SUBMISSIONS = "review_submissions"
    LIST_FORMS = "list_forms"
    SUBMIT = "submit"
    MAKE_SUGGESTION = "make_suggestion"
    ANSWER_SUGGESTION = "answer_suggestion"
    CHANGE_MECHANISM = "change_mechanism"
    OPEN_TRACK = "open_track"
    VIEW_QUESTIONS = "view_questions"
    ANSWER_FOR_VILLAGE = "answer_for_village"
    ASK_BACK = "ask_back"
    VIEW_BACK_CHECKS = "view_back_checks"
    LIST_BACK_CHECKS = "list_back_checks"
    PREPARE_FORMS = "prepare_forms"
    MANAGE_FORMS = "manage_forms"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who holds a permission: these roles, and holders of these functions; `by_phone` if a phone's key suffices."""

    roles: frozenset[Role]
    functions: frozenset[Function] = frozenset()
    by_phone: bool = False


def _grant(*holders: Role | Function, by_phone: bool = False) -> Grant:
    roles = frozenset(holder for holder in holders if isinstance(holder, Role))
    functions = frozenset(holder for holder in holders if isinstance(holder, Function))
    return Grant(roles, functions, by_phone)


_FIELD = (Role.GRID_WORKER, Role.VILLAGE_CADRE)
_OFFICE = (Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICIAL)
_DESKS = (Function.REGISTRAR, Function.SCREENER, Function.DISPATCHER, Function.ARBITER)
_EVERYONE = tuple(Role)

PERMISSIONS: dict[Permission, Grant] = {
    Permission.USE_STAFF_PAGES: _grant(*_EVERYONE),
    Permission.VIEW_MAPS: _grant(*_EVERYONE),
    Permission.VIEW_LISTS: _grant(*_EVERYONE),
    Permission.VIEW_HOT_SPOTS: _grant(Role.TOWNSHIP_OFFICIAL, Role.COUNTY_ASSESSOR, Role.ADMIN),
    # Village cadres and the grid's workers see names; above, opening one needs a reason and is logged (METRICS V).
    Permission.SEE_NAMES: _grant(*_FIELD, by_phone=True),
    Permission.REVEAL_PERSONAL_DATA: _grant(Role.TOWNSHIP_OFFICIAL, Role.COUNTY_ASSESSOR),
    Permission.REGISTER_DEMAND: _grant(*_OFFICE, Function.REGISTRAR),
    Permission.CLASSIFY_DEMAND: _grant(*_OFFICE, *_DESKS),
    Permission.ASSIGN_DEMAND: _grant(*_OFFICE, Function.DISPATCHER, Function.ARBITER),
    Permission.REPORT_BACK: _grant(*_OFFICE, Function.REGISTRAR),
    Permission.TAKE_IN_DEMAND: _grant(*_FIELD, Role.TOWNSHIP_OFFICIAL, by_phone=True),
    Permission.HANDLE_DEMAND: _grant(*_FIELD, Role.TOWNSHIP_OFFICIAL, by_phone=True),
    Permission.LOOK_AT_DEMAND: _grant(*_FIELD, Role.TOWNSHIP_OFFICIAL, by_phone=True),
    Permission.CHECK_DEMAND: _grant(*_FIELD, Role.TOWNSHIP_OFFICIAL, Function.VERIFIER, by_phone=True),
    Permission.CLAIM_DEMAND: _grant(*_FIELD, by_phone=True),
    # What the level above agrees to, presses for and decides (MECHANISMS S2b).
    Permission.APPROVE_DEMAND: _grant(Role.TOWNSHIP_OFFICIAL, Role.COUNTY_ASSESSOR, Function.ARBITER),
    Permission.SUPERVISE_DEMAND: _grant(Role.TOWNSHIP_OFFICIAL, Role.COUNTY_ASSESSOR),
    Permission.CALL_BACK: _grant(*_OFFICE, Function.VERIFIER),
    Permission.HOLD_MEETING: _grant(*_OFFICE, Function.SECRETARY),
    Permission.IMPORT_ORDERS: _grant(*_OFFICE, Function.REGISTRAR),
    Permission.MANAGE_UNITS: _grant(Role.ADMIN, Role.TOWNSHIP_OFFICIAL),
    Permission.VIEW_MECHANISM: _grant(*_EVERYONE),
    Permission.MANAGE_ACCOUNTS: _grant(Role.ADMIN),
    Permission.MANAGE_POSTS: _grant(Role.ADMIN, Role.TOWNSHIP_OFFICIAL),
    Permission.MANAGE_KEYS: _grant(Role.ADMIN, Role.TOWNSHIP_OFFICIAL),
    Permission.PROPOSE_REGISTER_CHANGE: _grant(
        *_FIELD, Role.TOWNSHIP_OFFICIAL, Function.REGISTRAR, by_phone=True
    ),
    Permission.CONFIRM_REGISTER_CHANGE: _grant(*_OFFICE, Function.REGISTRAR),
    Permission.IMPORT_REGISTER: _grant(Role.ADMIN, *_OFFICE),
    Permission.IMPORT_BOUNDARIES: _grant(Role.ADMIN, Function.BOUNDARY_KEEPER),
    Permission.DECLARE_EXEMPTION: _grant(Role.TOWNSHIP_OFFICIAL),
    Permission.NAME_STAND_IN: _grant(*_OFFICE),
    Permission.VIEW_SUBMISSIONS: _grant(*_OFFICE, Role.COUNTY_ASSESSOR, Role.ADMIN),
    # With a reason, which is kept: whole records leave the house.
    Permission.EXPORT_SUBMISSIONS: _grant(*_OFFICE, Role.COUNTY_ASSESSOR),
    Permission.REPROJECT_SUBMISSIONS: _grant(Role.TOWNSHIP_OFFICIAL, Role.ADMIN),
    Permission.REVIEW_SUBMISSIONS: _grant(*_OFFICE),
    Permission.LIST_FORMS: _grant(*_FIELD, Role.TOWNSHIP_OFFICIAL, by_phone=True),
    Permission.SUBMIT: _grant(*_FIELD, Role.TOWNSHIP_OFFICIAL, by_phone=True),
    Permission.MAKE_SUGGESTION: _grant(*_FIELD, Role.TOWNSHIP_OFFICIAL, by_phone=True),
    Permission.ANSWER_SUGGESTION: _grant(*_OFFICE, Role.COUNTY_ASSESSOR, Role.ADMIN),
    Permission.CHANGE_MECHANISM: _grant(Role.ADMIN),
    # Somebody else's track: the village cadre alone, with a reason the walker reads (METRICS P).
    Permission.OPEN_TRACK: _grant(Role.VILLAGE_CADRE),
    # Questions stay with whoever made the records and his village (METRICS Q).
    Permission.VIEW_QUESTIONS: _grant(*_FIELD),
    Permission.ANSWER_FOR_VILLAGE: _grant(Role.VILLAGE_CADRE),
    # Somebody of another village asks; a village reads its rate, and never which of its residents said what.
    Permission.ASK_BACK: _grant(Role.VILLAGE_CADRE),
    Permission.VIEW_BACK_CHECKS: _grant(*_OFFICE, Role.COUNTY_ASSESSOR),
    Permission.LIST_BACK_CHECKS: _grant(Role.TOWNSHIP_OFFICIAL, Role.COUNTY_ASSESSOR),
    # A township may write a form and try it out; what every phone of the county gets, the county decides.
    Permission.PREPARE_FORMS: _grant(Role.ADMIN, Role.TOWNSHIP_OFFICIAL),
    Permission.MANAGE_FORMS: _grant(Role.ADMIN),
}
