"""What the product says when the database goes away for a moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM, Actor
from server.domain.problems import Unavailable
from server.work import Reading


@pytest.mark.parametrize("database_url", [pytest.param("postgis", marks=pytest.mark.postgis)], indirect=True)
@pytest.mark.parametrize("begin", [Database.read, Database.transaction], ids=["looking", "changing"])
def test_a_connection_that_was_just_used_and_is_dead_is_a_problem_once_and_then_replaced(
    begin: Callable[[Database, Actor], AbstractContextManager[Reading]], database: Database
) -> None:
    with begin(database, SYSTEM) as reading:
        backend = reading.session.scalar(sa.text("SELECT pg_backend_pid()"))
    administering = sa.create_engine(database.engine.url)
    with administering.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})
    administering.dispose()
    with pytest.raises(Unavailable), begin(database, SYSTEM) as reading:
        reading.session.scalar(sa.text("SELECT 1"))
    with begin(database, SYSTEM) as reading:
        assert reading.session.scalar(sa.text("SELECT 1")) == 1
