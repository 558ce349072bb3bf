"""机制方案 as installed: every version of a county's profile, with its text and the day it takes effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
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


def profiles_at(
    session: Session, jurisdictions: Iterable[str], *, on: dt.date
) -> dict[str, MechanismProfile]:
    """The mechanism in force on a day at each of many places, by one query: as `profile_at` of each.

    Raises NotFound("profile.none") where none is installed.
    """
    query = sa.select(ProfileVersion.jurisdiction, ProfileVersion.text).where(
        ProfileVersion.effective_from <= on
    )
    newest = {row.jurisdiction: row.text for row in session.execute(query.order_by(ProfileVersion.version))}
    found = {}
    for place in jurisdictions:
        text = next((newest[place[:digits]] for digits in _DIGITS if place[:digits] in newest), None)
        if text is None:
            raise NotFound("profile.none", jurisdiction=place)
        found[place] = parsed(text)
    return found


@lru_cache(maxsize=64)
def parsed(text: str) -> MechanismProfile:
    """A profile's text, read once per process."""
    return parse_profile(text)


@lru_cache(maxsize=64)
def calendar_of(profile: MechanismProfile) -> WorkCalendar:
    """The working days of a county, from the holiday tables the product ships and the county's own days."""
    return profile.work_calendar(profiles.holiday_tables())
