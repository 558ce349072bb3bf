"""The engine of ODK Collect fills the forms, and what it wrote is understood (FORMS, OPENROSA §5.5, §11)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from server.domain.people import SYSTEM
from server.storage.patrols import Patrol
from tests.contract.javarosa.conftest import Village
from tests.contract.javarosa.phone import Phone
from tests.factories import GRID

pytestmark = pytest.mark.java


def test_a_clear_patrol_is_a_patrol_of_the_workers_grid(phone: Phone, village: Village) -> None:
    phone.fetch("patrol")
    record = phone.fill("patrol", {"result": "clear"})
    (answer,) = phone.send(record)
    assert answer.status == 201
    received = village.received(record)
    assert received.projection_error is None
    assert (received.state, received.flags, received.located_grid) == ("received", [], GRID)
    with village.database.read(SYSTEM) as reading:
        query = sa.select(Patrol.grid_then).where(Patrol.submission_id == received.id)
        assert reading.session.scalars(query).all() == [GRID]
