"""说地址: an address somebody named, held against the register's; without a match the matter stays 待定位."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import replace

import sqlalchemy as sa

from server.domain.jurisdiction import Level
from server.services.demands.intake import Place, Raised
from server.storage.households import Household
from server.storage.selection import under
from server.work import Reading

BY_ADDRESS = "address"
"""The `place_how` of a demand whose place was told by its address."""


def addressed(reading: Reading, raised: Raised) -> Raised:
    """The demand with the point of the one household at its address; as it is where there is none, or several."""
    if raised.place_how != BY_ADDRESS or raised.address is None:
        return raised
    village = (raised.grid or raised.division)[: Level.VILLAGE.digits]
    found = _household_at(reading, raised.address, near=village)
    if found is None:
        return raised
    point = found.point
    place = None if point is None else Place(lon=point.centroid.x, lat=point.centroid.y, source="register")
    return replace(raised, household_id=found.id, place=place, grid=found.grid_code)


def _household_at(reading: Reading, address: str, *, near: str) -> Household | None:
    rows = reading.session.execute(
        sa.select(Household.id, Household.address).where(
            under(Household.grid_code, near), Household.exited_at.is_(None)
        )
    )
    wanted = _normalised(address)
    found: list[uuid.UUID] = [key for key, written in rows if _normalised(written) == wanted]
    return reading.session.get(Household, found[0]) if len(found) == 1 else None


def _normalised(address: str) -> str:
    """Width, case, spaces and punctuation do not make another address."""
    return "".join(each for each in unicodedata.normalize("NFKC", address).casefold() if each.isalnum())
