"""The two transactions of a submission: everything, or at least what was sent."""

from __future__ import annotations

from server.database import Database
from server.domain.people import Actor
from server.domain.submission import Arrival
from server.services import submissions
from server.services.submissions import RowsFailed, Upload


def accept(database: Database, actor: Actor, upload: Upload) -> Arrival:
    """收到: make a submission durable and say what it was. Raises the Problems of prepare() and receive().

    When this returns, the submission is committed: the answer to the phone may leave.
    """
    with database.read(actor) as reading:
        prepared = submissions.prepare(reading, upload)
    try:
        with database.transaction(actor) as work:
            return submissions.receive(work, prepared)
    except RowsFailed as failure:
        with database.transaction(actor) as work:
            return submissions.receive_raw(work, prepared, str(failure))
