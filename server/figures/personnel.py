"""人员: the people of a reader's divisions, what each does where, and the keys of their phones."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.domain.jurisdiction import Level
from server.domain.permissions import PERMISSIONS, Permission
from server.domain.roles import Function, Role
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.areas import in_village
from server.storage import grids, jurisdictions
from server.storage import posts as storage
from server.storage.posts import Account, AppUser, PostRow
from server.work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHeld:
    """A post in words: what, where, from when to when; `is_over` once its last day has passed."""

    id: uuid.UUID
    what: str
    place: str
    first_day: dt.date
    last_day: dt.date | None
    is_stand_in: bool
    is_over: bool

    @property
    def words(self) -> str:
        """网格员：云溪镇石桥村."""
        return f"{self.what}：{self.place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """Somebody in a list: his account, his home in words, the posts he holds, how many keys are in use."""

    id: uuid.UUID
    name: str
    username: str | None
    role: str
    home: str
    home_code: str
    telephone: str | None
    posts: tuple[PostHeld, ...]
    keys: int
    has_phone_work: bool
    sees_names: bool
    closed_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """A phone's key: whose, since when; `revoked_at` once it was taken back."""

    id: uuid.UUID
    account_id: uuid.UUID
    name: str
    place: str
    label: str
    issued_at: dt.datetime
    revoked_at: dt.datetime | None


def place_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Divisions and grids in words, by code: a village with its township, a grid with its village."""
    wanted = set(codes)
    villages = {code[: Level.VILLAGE.digits] for code in wanted}
    townships = {code[: Level.TOWNSHIP.digits] for code in wanted}
    named = jurisdictions.names(session, sorted(wanted | villages | townships))
    for grid in grids.listing(
        session, scope=Scope.of(code for code in wanted if len(code) == Level.GRID.digits)
    ):
        named[grid.code] = grid.name
    return {code: _in_words(code, named) for code in wanted}


def _in_words(code: str, named: dict[str, str]) -> str:
    own = named.get(code, code)
    if len(code) == Level.GRID.digits:
        return in_village(named.get(code[: Level.VILLAGE.digits], ""), own)
    if len(code) == Level.VILLAGE.digits:
        return named.get(code[: Level.TOWNSHIP.digits], "") + own
    return own


def people(reading: Reading) -> list[PersonLine]:
    """Everybody whose home lies within the reader's scope, by home and name, with the posts of today."""
    today = local_day(reading.now)
    scope = reading.actor.scope
    accounts = storage.listing(reading.session, scope=scope)
    held = storage.posts_in(reading.session, scope=scope, on=today)
    keys = _keys_in_use(reading)
    return _lines(reading, accounts, [post for post, _ in held], keys)


def person(reading: Reading, account_id: uuid.UUID) -> PersonLine:
    """One account with all its posts, past ones included. Raises NotFound outside the reader's scope."""
    account = storage.get(reading.session, account_id, scope=reading.actor.scope)
    (line,) = _lines(
        reading, [account], storage.every_post_of(reading.session, account_id), _keys_in_use(reading)
    )
    return line


def keys(reading: Reading) -> list[KeyLine]:
    """The keys of people within the reader's scope, newest first."""
    rows = storage.keys_in(reading.session, scope=reading.actor.scope)
    lines = {line.id: line for line in people(reading)}
    return [_key_line(key, account, place_of(lines[account.id])) for key, account in rows]


def place_of(line: PersonLine) -> str:
    """Where somebody works: the places of his own posts, else his home."""
    places = dict.fromkeys(post.place for post in line.posts if not post.is_stand_in)
    return "、".join(places) or line.home


def _key_line(key: AppUser, account: Account, place: str) -> KeyLine:
    return KeyLine(
        id=key.id,
        account_id=account.id,
        name=account.display_name,
        place=place,
        label=key.label,
        issued_at=key.issued_at,
        revoked_at=key.revoked_at,
    )


def _keys_in_use(reading: Reading) -> dict[uuid.UUID, int]:
    counts: dict[uuid.UUID, int] = defaultdict(int)
    for key, account in storage.keys_in(reading.session, scope=reading.actor.scope):
        counts[account.id] += key.revoked_at is None
    return counts


def _lines(
    reading: Reading, accounts: Sequence[Account], posts: Sequence[PostRow], keys: dict[uuid.UUID, int]
) -> list[PersonLine]:
    codes = [account.home for account in accounts] + [post.jurisdiction for post in posts]
    names = place_names(reading.session, codes)
    today = local_day(reading.now)
    of: dict[uuid.UUID, list[PostHeld]] = defaultdict(list)
    for post in posts:
        of[post.account_id].append(_post(post, names, today))
    return [
        PersonLine(
            id=account.id,
            name=account.display_name,
            username=account.username,
            role=Role(account.role).label,
            home=names[account.home],
            home_code=account.home,
            telephone=account.telephone,
            posts=tuple(of[account.id]),
            keys=keys.get(account.id, 0),
            has_phone_work=Role(account.role) in PERMISSIONS[Permission.SUBMIT].roles,
            sees_names=Role(account.role) in PERMISSIONS[Permission.SEE_NAMES].roles,
            closed_on=account.closed_on,
        )
        for account in accounts
    ]


def _post(post: PostRow, names: dict[str, str], today: dt.date) -> PostHeld:
    return PostHeld(
        id=post.id,
        what="替班" if post.is_stand_in else Function(post.function).label,
        place=names[post.jurisdiction],
        first_day=post.valid_from,
        last_day=post.valid_to,
        is_stand_in=post.is_stand_in,
        is_over=post.valid_to is not None and post.valid_to < today,
    )
