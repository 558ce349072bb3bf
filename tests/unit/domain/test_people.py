import datetime as dt
from uuid import UUID

import pytest

from server.domain.people import SYSTEM, Actor, ActorKind, scope_of
from server.domain.permissions import PERMISSIONS, Permission
from server.domain.problems import Forbidden
from server.domain.roles import Function, Post, Role
from server.domain.scope import Scope

VILLAGE = "500233100001"
GRID = VILLAGE + "001"
NEIGHBOUR = VILLAGE + "002"
DAY = dt.date(2026, 10, 20)


def post(function: Function, jurisdiction: str, **dates: dt.date) -> Post:
    return Post(function, jurisdiction, **{"valid_from": dt.date(2026, 1, 1), **dates})


def actor(role: Role, *posts: Post, home: str | None = VILLAGE, kind: ActorKind = ActorKind.ACCOUNT) -> Actor:
    return Actor(kind, UUID(int=1), "王敏", role, scope_of(role, home=home, posts=posts), posts)


def test_every_permission_has_holders() -> None:
    assert set(PERMISSIONS) == set(Permission)
    assert all(grant.roles or grant.functions for grant in PERMISSIONS.values())


def test_every_role_and_function_has_a_chinese_name() -> None:
    assert all(not name.label.isascii() for name in (*Role, *Function))


def test_a_post_is_in_force_from_its_first_to_its_last_day() -> None:
    stand_in = post(Function.GRID_WORKER, GRID, valid_from=DAY, valid_to=DAY + dt.timedelta(days=2))
    days = [DAY + dt.timedelta(days=offset) for offset in range(-1, 4)]
    assert [stand_in.holds_on(day) for day in days] == [False, True, True, True, False]
    assert post(Function.GRID_WORKER, GRID).holds_on(dt.date(2099, 1, 1))


def test_a_grid_worker_looks_only_where_he_has_a_post() -> None:
    worker = actor(Role.GRID_WORKER, post(Function.GRID_WORKER, GRID))
    assert worker.scope.covers(GRID)
    assert not worker.scope.covers(NEIGHBOUR)


def test_a_village_cadre_looks_at_the_village_and_where_he_stands_in() -> None:
    elsewhere = "500233100002001"
    cadre = actor(Role.VILLAGE_CADRE, post(Function.GRID_WORKER, elsewhere))
    assert cadre.scope.covers(NEIGHBOUR)
    assert cadre.scope.covers(elsewhere)


def test_private_matters_are_for_the_grid_worker_and_the_registrar() -> None:
    assert actor(Role.GRID_WORKER, post(Function.GRID_WORKER, GRID)).scope.covers(GRID, private=True)
    assert actor(Role.VILLAGE_CADRE, post(Function.REGISTRAR, VILLAGE)).scope.covers(GRID, private=True)
    assert not actor(Role.VILLAGE_CADRE).scope.covers(GRID, private=True)
    assert not actor(Role.TOWNSHIP_OFFICIAL, home="500233100").scope.covers(GRID, private=True)


def test_names_are_seen_in_the_village_and_revealed_above_it() -> None:
    assert actor(Role.VILLAGE_CADRE).may(Permission.SEE_NAMES, at=GRID)
    official = actor(Role.TOWNSHIP_OFFICIAL, home="500233100")
    assert not official.may(Permission.SEE_NAMES, at=GRID)
    assert official.may(Permission.REVEAL_PERSONAL_DATA, at=GRID)


def test_a_role_permits_only_within_the_scope() -> None:
    cadre = actor(Role.VILLAGE_CADRE)
    assert cadre.may(Permission.CLASSIFY_DEMAND)
    assert not cadre.may(Permission.CLASSIFY_DEMAND, at="500233100002")


def test_a_function_permits_only_within_the_post() -> None:
    worker = actor(Role.GRID_WORKER, post(Function.GRID_WORKER, GRID), post(Function.REGISTRAR, VILLAGE))
    assert worker.may(Permission.REGISTER_DEMAND, at=NEIGHBOUR)
    assert not worker.may(Permission.REGISTER_DEMAND, at="500233100002")
    assert not worker.may(Permission.ASSIGN_DEMAND)
    assert worker.holds(Function.REGISTRAR, at=GRID)
    assert not worker.holds(Function.SCREENER, at=GRID)


@pytest.mark.parametrize(
    ("who", "level"),
    [
        (actor(Role.VILLAGE_CADRE), "village"),
        (actor(Role.VILLAGE_CADRE, post(Function.VERIFIER, "500233100")), "village"),
        (actor(Role.VILLAGE_CADRE, post(Function.DISPATCHER, "500233")), "county"),
        (actor(Role.TOWNSHIP_OFFICIAL, home="500233100"), "township"),
        (actor(Role.COUNTY_ASSESSOR, home="500233"), None),
        (actor(Role.COUNTY_ASSESSOR, post(Function.ARBITER, "5002"), home="500233"), "city"),
        (actor(Role.VILLAGE_CADRE, home="500233100002"), None),
        (actor(Role.VILLAGE_CADRE, kind=ActorKind.APP_USER), None),
    ],
)
def test_somebody_acts_at_the_level_of_his_home_or_his_post(who: Actor, level: str | None) -> None:
    assert who.level_by(Permission.ASSIGN_DEMAND, at=GRID) == level


def test_whoever_comes_by_a_link_holds_no_permission() -> None:
    for kind in (ActorKind.RESIDENT, ActorKind.UNIT, ActorKind.EVALUATOR):
        through_link = Actor(kind, None, "某某", None, Scope.nothing(), unit_id=UUID(int=2))
        assert not any(through_link.may(permission) for permission in Permission)


def test_a_phone_key_does_only_what_a_phone_may() -> None:
    phone = actor(Role.VILLAGE_CADRE, kind=ActorKind.APP_USER)
    assert phone.may(Permission.SUBMIT)
    assert not phone.may(Permission.CLASSIFY_DEMAND)


def test_what_is_not_permitted_is_refused_by_name() -> None:
    with pytest.raises(Forbidden) as refusal:
        actor(Role.GRID_WORKER).require(Permission.MANAGE_ACCOUNTS)
    assert refusal.value.code == "actor.not_permitted"
    assert refusal.value.details["permission"] == "manage_accounts"
    actor(Role.ADMIN).require(Permission.MANAGE_ACCOUNTS)


def test_the_system_may_do_everything() -> None:
    assert all(SYSTEM.may(permission, at=GRID) for permission in Permission)
