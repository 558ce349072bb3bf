"""机制方案 as installed: every version of a county's profile, with its text and the day it takes effect."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server import profiles
from server.domain.mechanism import MechanismProfile, parse_profile
from server.domain.problems import NotFound
from server.domain.work_calendar import WorkCalendar
from server.storage.base import Base, Code, Serial

_DIGITS = (15, 12, 9, 6, 4)
"""Of the divisions' codes, the nearest to the grid first."""


class ProfileVersion(Base):
    """A profile as it was installed for a division; a demand keeps the version it was taken in under."""

    __tablename__ = "profile_versions"

    id: Mapped[Serial]
    jurisdiction: Mapped[Code]
    version: Mapped[int]
    effective_from: Mapped[dt.date]
    text: Mapped[str]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    installed_at: Mapped[dt.datetime]

    __table_args__ = (sa.UniqueConstraint("jurisdiction", "version"),)


def in_force(session: Session, jurisdiction: str, *, on: dt.date) -> ProfileVersion | None:
    """The profile for a place on a day: the longest division code that contains it, its newest version in effect."""
    prefixes = [jurisdiction[:digits] for digits in _DIGITS if digits <= len(jurisdiction)]
    query = (
        sa.select(ProfileVersion)
        .where(ProfileVersion.jurisdiction.in_(prefixes), ProfileVersion.effective_from <= on)
        .order_by(sa.func.length(ProfileVersion.jurisdiction).desc(), ProfileVersion.version.desc())
    )
    return session.scalars(query.limit(1)).first()


def newest(session: Session, jurisdiction: str) -> ProfileVersion | None:
    """The version installed last for exactly this division."""
    query = sa.select(ProfileVersion).where(ProfileVersion.jurisdiction == jurisdiction)
    return session.scalars(query.order_by(ProfileVersion.version.desc()).limit(1)).first()


def profile_at(session: Session, jurisdiction: str, *, on: dt.date) -> MechanismProfile:
    """The mechanism in force at a place on a day. Raises NotFound("profile.none") where none is installed."""
    version = in_force(session, jurisdiction, on=on)
    if version is None:
        raise NotFound("profile.none", jurisdiction=jurisdiction)
    return parsed(version.text)


@dataclass(frozen=True, slots=True)
class Installed:
    """Every version of every profile by its division, the oldest first: to ask for many places at once."""

    by_division: Mapping[str, Sequence[ProfileVersion]]

    def at(self, place: str, *, on: dt.date, known_at: dt.datetime | None = None) -> ProfileVersion | None:
        """The version in force at a place on a day, as `in_force`; of those installed by `known_at`, where given."""
        for digits in _DIGITS:
            for version in reversed(self.by_division.get(place[:digits], ())):
                known = known_at is None or version.installed_at <= known_at
                if known and version.effective_from <= on:
                    return version
        return None

    def versions(self) -> Iterator[ProfileVersion]:
        """All of them."""
        for versions in self.by_division.values():
            yield from versions


def installed(session: Session) -> Installed:
    """Every version that was ever installed."""
    found: dict[str, list[ProfileVersion]] = defaultdict(list)
    for version in session.scalars(sa.select(ProfileVersion).order_by(ProfileVersion.version)):
        found[version.jurisdiction].append(version)
    return Installed(found)


@lru_cache(maxsize=64)
def parsed(text: str) -> MechanismProfile:
    """A profile's text, read once per process."""
    return parse_profile(text)


@lru_cache(maxsize=64)
def calendar_of(profile: MechanismProfile) -> WorkCalendar:
    """The working days of a county, from the holiday tables the product ships and the county's own days."""
    return profile.work_calendar(profiles.holiday_tables())
