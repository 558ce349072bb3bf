"""Whoever acts or reads: somebody signed in, a phone, a link, the system; what he may do, and where he may look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from server.domain.jurisdiction import Level, contains, level_of
from server.domain.permissions import PERMISSIONS, Permission
from server.domain.problems import Forbidden
from server.domain.roles import Function, Post, Role
from server.domain.scope import Scope

_LEVEL_OF_ROLE = {
    Role.GRID_WORKER: Level.GRID,
    Role.VILLAGE_CADRE: Level.VILLAGE,
    Role.TOWNSHIP_OFFICIAL: Level.TOWNSHIP,
    Role.COUNTY_ASSESSOR: Level.CITY,
    Role.ADMIN: Level.CITY,
}

SEE_PRIVATE = frozenset({Function.GRID_WORKER, Function.GRID_LEAD, Function.REGISTRAR})
"""The posts whose holders may read PRIVATE matters where they hold them (MECHANISMS S4 #25)."""


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
    return Scope.of(codes, private=(post.jurisdiction for post in posts if post.function in SEE_PRIVATE))
