"""A small county and the things that happen in it, as plain functions.

Township 509901101 has village 509901101001 with grids …001 (worker 王秀英) and …002 (vacant), side by side, each about
one kilometre wide; village 509901101002 with grid …001 lies east of them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from shapely import MultiPolygon, Point, Polygon, box

from server import profiles
from server.database import Database
from server.domain.people import SYSTEM
from server.domain.roles import Function, Role
from server.services import accounts, forms
from server.services import profiles as mechanism
from server.storage.grids import BoundaryVersion, Grid, GridBoundary
from server.storage.households import CareTag, Household, Person
from server.storage.jurisdictions import Jurisdiction
from server.storage.posts import PostRow
from server.work import Work

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 10, 20, 9, 0, tzinfo=SHANGHAI)
START = dt.date(2026, 7, 1)

COUNTY = "509901"
TOWNSHIP = "509901101"
VILLAGE = "509901101001"
OTHER_VILLAGE = "509901101002"
GRID = "509901101001001"
VACANT_GRID = "509901101001002"
OTHER_GRID = "509901101002001"
PASSWORD = "a long enough one"
# A hash that is cheap to verify: hundreds of tests sign in.
_PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class County:
    """What a test needs to know of the county: who is who, and the keys of phones."""

    accounts: dict[str, uuid.UUID] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def phone(self, name: str = "worker") -> str:
        """The path of a phone's project."""
        return f"/v1/key/{self.keys[name]}/projects/1"


OUTLINES: dict[str, Polygon] = {
    GRID: box(108.00, 30.00, 108.01, 30.01),
    VACANT_GRID: box(108.01, 30.00, 108.02, 30.01),
    OTHER_GRID: box(108.02, 30.00, 108.03, 30.01),
}


def found_county(database: Database, *, profile: str = "zhongxian") -> County:
    """建县: divisions, boundaries, profile, forms, staff and keys, all before the forms' first use."""
    county = County()
    with database.transaction(SYSTEM) as work:
        earlier = Work(work.session, SYSTEM, dt.datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI))
        _divide(earlier)
        mechanism.install(earlier, profiles.source(profile), jurisdiction=COUNTY, effective_from=START)
        forms.publish_shipped(earlier)
        _staff(earlier, county)
    return county


def _divide(work: Work) -> None:
    names = {COUNTY: "青岚县", TOWNSHIP: "云溪镇", VILLAGE: "石桥村", OTHER_VILLAGE: "柳湾村"}
    for code, name in names.items():
        work.session.add(Jurisdiction(code=code, name=name, start_date=START))
    work.session.flush()
    version = BoundaryVersion(published_at=work.now, effective_on=START, source="test")
    work.session.add(version)
    for code in OUTLINES:
        work.session.add(Grid(code=code, name=f"第{int(code[-3:])}网格", valid_from=START))
    work.session.flush()
    for code, outline in OUTLINES.items():
        work.session.add(
            GridBoundary(
                grid_code=code,
                boundary_version_id=version.id,
                valid_from=START,
                outline=MultiPolygon([outline]),
            )
        )
    work.session.flush()


_STAFF = {
    "admin": ("系统管理员", Role.ADMIN, COUNTY, None),
    "assessor": ("考评员", Role.COUNTY_ASSESSOR, COUNTY, None),
    "official": ("李镇长", Role.TOWNSHIP_OFFICIAL, TOWNSHIP, None),
    "cadre": ("赵支书", Role.VILLAGE_CADRE, VILLAGE, (Function.REGISTRAR, VILLAGE)),
    "other_cadre": ("钱支书", Role.VILLAGE_CADRE, OTHER_VILLAGE, (Function.REGISTRAR, OTHER_VILLAGE)),
    "worker": ("王秀英", Role.GRID_WORKER, VILLAGE, (Function.GRID_WORKER, GRID)),
    "other_worker": ("孙大海", Role.GRID_WORKER, OTHER_VILLAGE, (Function.GRID_WORKER, OTHER_GRID)),
}


def _staff(work: Work, county: County) -> None:
    for name, (display, role, home, post) in _STAFF.items():
        account = accounts.open_account(
            work, display_name=display, role=role, home=home, username=name, password_hash=_PASSWORD_HASH
        )
        county.accounts[name] = account.id
        if post is not None:
            function, place = post
            work.session.add(
                PostRow(account_id=account.id, function=function.value, jurisdiction=place, valid_from=START)
            )
        county.keys[name] = accounts.new_key()
        accounts.issue_key(work, account.id, key=county.keys[name])
    work.session.flush()


def household(
    work: Work,
    *,
    grid: str = GRID,
    address: str = "石桥村1组12号",
    head: str = "王家",
    point: Point | None = None,
    entered_on: dt.date = START,
    **more: object,
) -> Household:
    """A registered household."""
    row = Household(
        grid_code=grid, address=address, head_name=head, entered_on=entered_on, people=2, point=point, **more
    )
    work.session.add(row)
    work.session.flush()
    return row


def found_households(work: Work, number: int) -> None:
    """A village of many households, fifty to a group: 石桥村1组0号, 石桥村1组1号, …"""
    for each in range(number):
        household(work, address=f"石桥村{each // 50 + 1}组{each}号", head=f"{'王李张刘陈'[each % 5]}家")


def person(
    work: Work,
    home: Household,
    *,
    name: str = "王桂兰",
    called: str = "王奶奶",
    tag: str | None = "alone_elder",
) -> Person:
    """A person of a household, with a care tag since the county's start."""
    row = Person(household_id=home.id, name=name, called=called, entered_on=home.entered_on)
    work.session.add(row)
    work.session.flush()
    if tag is not None:
        work.session.add(CareTag(person_id=row.id, tag=tag, begun_on=home.entered_on))
        work.session.flush()
    return row
