"""名册里的称呼: the keys of grids, households, people, demands and entities in answers, as somebody of the office says them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from server.figures.personnel import place_names
from server.storage import entities
from server.storage.demands import Demand, readable
from server.storage.households import Household, Person
from server.storage.selection import within
from server.work import Reading

_GRID = re.compile(r"\d{15}", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def register_names(reading: Reading, answers: Iterable[str]) -> dict[str, str]:
    """What the keys in some answers stand for, by the key; only of what lies in the reader's own divisions."""
    words = {word for answer in answers for word in answer.split()}
    grids = {word for word in words if _GRID.fullmatch(word) and reading.actor.scope.covers(word)}
    keys = {uuid.UUID(word) for word in words if _KEY.fullmatch(word)}
    named = place_names(reading.session, grids) if grids else {}
    return named | _by_key(reading, keys) if keys else named


def with_names(answer: str, names: Mapping[str, str]) -> str:
    """An answer that is keys only, in words; every other answer as it is."""
    words = answer.split()
    return "、".join(names[word] for word in words) if words and names.keys() >= set(words) else answer


def _by_key(reading: Reading, keys: set[uuid.UUID]) -> dict[str, str]:
    session, scope = reading.session, reading.actor.scope
    home = Household.address + " " + sa.func.coalesce(Household.head_name, "")
    here = within(Household.grid_code, scope)
    person = sa.select(Person.id, Person.called).join(Household, Household.id == Person.household_id)
    queries = (
        sa.select(Household.id, home).where(Household.id.in_(keys), here),
        person.where(Person.id.in_(keys), here),
        sa.select(Demand.id, Demand.number).where(Demand.id.in_(keys), readable(scope)),
    )
    named = {key: name.strip() for query in queries for key, name in session.execute(query) if name}
    # What the register does not know was picked from a list of the county's own.
    if others := keys - named.keys():
        named |= entities.labels(session, others, scope=scope)
    return {str(key): name for key, name in named.items()}
