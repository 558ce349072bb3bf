"""Who may do what: account roles, posts, and the one permission table.

A role says what kind of account somebody has; a post says what somebody does in the mechanism, where, and from
when to when. Either may carry a permission.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from uuid import UUID

from server.domain.jurisdiction import Level, contains, level_of
from server.domain.problems import Forbidden
from server.domain.scope import Scope


class Role(StrEnum):
    """The five kinds of account; the set is closed."""

    GRID_WORKER = "grid_worker"
    VILLAGE_CADRE = "village_cadre"
    TOWNSHIP_OFFICIAL = "township_official"
    COUNTY_ASSESSOR = "county_assessor"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role as users read it."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.GRID_WORKER: "网格员",
    Role.VILLAGE_CADRE: "村（社区）干部",
    Role.TOWNSHIP_OFFICIAL: "乡镇（街道）干部",
    Role.COUNTY_ASSESSOR: "县级考评人员",
    Role.ADMIN: "管理员",
}


class Function(StrEnum):
    """What a post is for 岗位职能; a county's profile names the people, never new functions."""

    GRID_WORKER = "grid_worker"
    GRID_LEAD = "grid_lead"
    VILLAGE_CADRE = "village_cadre"
    REGISTRAR = "registrar"
    SCREENER = "screener"
    DISPATCHER = "dispatcher"
    ARBITER = "arbiter"
    VERIFIER = "verifier"
    EVALUATOR = "evaluator"
    SECRETARY = "secretary"
    BOUNDARY_KEEPER = "boundary_keeper"

    @property
    def label(self) -> str:
        """The function as users read it."""
        return _FUNCTION_LABELS[self]


_FUNCTION_LABELS = {
    Function.GRID_WORKER: "网格员",
    Function.GRID_LEAD: "网格长",
    Function.VILLAGE_CADRE: "村（社区）干部",
    Function.REGISTRAR: "登记员",
    Function.SCREENER: "研判员",
    Function.DISPATCHER: "派单员",
    Function.ARBITER: "裁定人",
    Function.VERIFIER: "核查员",
    Function.EVALUATOR: "评价人",
    Function.SECRETARY: "会议记录人",
    Function.BOUNDARY_KEEPER: "边界管理员",
}


@dataclass(frozen=True, slots=True)
class Post:
    """岗位: a function in a division for a time; `valid_to` is its last day, None while it lasts.

    `stand_in_for` is the absent account whose work is taken over 替班; it counts for the division where it is done.
    """

    function: Function
    jurisdiction: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    stand_in_for: UUID | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Say whether the post is in force on `day` (Shanghai calendar)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


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
    # A township may write a form and try it out; what every phone of the county gets, the county decides.
    Permission.PREPARE_FORMS: _grant(Role.ADMIN, Role.TOWNSHIP_OFFICIAL),
    Permission.MANAGE_FORMS: _grant(Role.ADMIN),
}

_LEVEL_OF_ROLE = {
    Role.GRID_WORKER: Level.GRID,
    Role.VILLAGE_CADRE: Level.VILLAGE,
    Role.TOWNSHIP_OFFICIAL: Level.TOWNSHIP,
    Role.COUNTY_ASSESSOR: Level.CITY,
    Role.ADMIN: Level.CITY,
}

_SEE_PRIVATE = frozenset({Function.GRID_WORKER, Function.GRID_LEAD, Function.REGISTRAR})


class ActorKind(StrEnum):
    """How somebody acts: signed in, through a phone's key, through a link given to him, or not a person at all.

    Through a link a resident speaks of his own demand, a unit's member of what the unit was given, an evaluator of
    the demand he is to judge; none of them holds a permission, and the acts open to them are the engine's to say.
    """

    ACCOUNT = "account"
    APP_USER = "app_user"
    RESIDENT = "resident"
    UNIT = "unit"
    EVALUATOR = "evaluator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts or reads, for the length of one request or job.

    `id` is the person's account, also when a phone's key speaks for it, so that "the handler" is one identity on
    both; None for the system and for who acts through a link. `posts` are those in force when the actor was made.
    `unit_id` is the unit a link speaks for, `demand_id` the demand it is about, `evaluates` the capacity in which
    its holder judges (the `who` of a profile's evaluators).
    """

    kind: ActorKind
    id: UUID | None
    name: str
    role: Role | None
    scope: Scope
    posts: tuple[Post, ...] = ()
    app_user_id: UUID | None = None
    unit_id: UUID | None = None
    demand_id: UUID | None = None
    evaluates: str | None = None

    def may(self, permission: Permission, *, at: str | None = None) -> bool:
        """Say whether the actor has `permission`, in the division `at` where one is given, else anywhere."""
        if self.kind is ActorKind.SYSTEM:
            return True
        grant = PERMISSIONS[permission]
        if self.kind is ActorKind.APP_USER and not grant.by_phone:
            return False
        if self.role in grant.roles and (at is None or self.scope.covers(at)):
            return True
        over = (post.jurisdiction for post in self.posts if post.function in grant.functions)
        return any(at is None or contains(code, at) for code in over)

    def require(self, permission: Permission, *, at: str | None = None) -> None:
        """Raise Forbidden("actor.not_permitted") unless the actor has `permission` (in the division `at`)."""
        if not self.may(permission, at=at):
            raise Forbidden("actor.not_permitted", permission=permission.value, at=at)

    def level_by(self, permission: Permission, *, at: str) -> Level | None:
        """Return the widest level at which the actor holds `permission` over the division `at`; None where nowhere.

        A role counts at its own level at most: a village cadre's post at the township makes him no township
        official. A post counts at the level of its division.
        """
        if not self.may(permission, at=at):
            return None
        grant = PERMISSIONS[permission]
        over = [post.jurisdiction for post in self.posts if post.function in grant.functions]
        digits = [len(code) for code in over if contains(code, at)]
        if self.role in grant.roles:
            widest = min((len(code) for code in self.scope.codes if contains(code, at)), default=None)
            digits += [] if widest is None else [max(widest, _LEVEL_OF_ROLE[self.role].digits)]
        return level_of(at[: min(digits)]) if digits else None

    def holds(self, function: Function, *, at: str) -> bool:
        """Say whether one of the actor's posts has `function` over the division `at`."""
        return any(post.function is function and contains(post.jurisdiction, at) for post in self.posts)


SYSTEM = Actor(kind=ActorKind.SYSTEM, id=None, name="系统", role=None, scope=Scope.everything())


def scope_of(role: Role, *, home: str | None, posts: Iterable[Post]) -> Scope:
    """Return where somebody may look: his account's division `home` and his posts in force, stand-ins included.

    A grid worker looks only where he has a post: his account's village is not his round.
    """
    posts = tuple(posts)
    homes = [] if home is None or role is Role.GRID_WORKER else [home]
    codes = {*homes, *(post.jurisdiction for post in posts)}
    return Scope.of(codes, private=(post.jurisdiction for post in posts if post.function in _SEE_PRIVATE))
