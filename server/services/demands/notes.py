"""What was written with an act: the words stay with the demand, the event only says that there are some."""

from __future__ import annotations

from server.services.demands.words import legible
from server.storage.demands import Demand, DemandNote
from server.work import Work


def noted(
    work: Work,
    demand: Demand,
    step: str,
    words: str | None,
    *,
    photo: str | None = None,
    **details: str | None,
) -> None:
    """Keep what was written or stated with an act; nothing where there is neither.

    `step` is the act, by its value; `photo` the name of a file of the demand. Raises Invalid("demand.words_too_long").
    """
    kept = {name: value for name, value in details.items() if value}
    written = legible(words)
    if not written and not kept and photo is None:
        return
    work.session.add(
        DemandNote(
            demand_id=demand.id,
            at=work.now,
            account_id=work.actor.id,
            step=step,
            words=written or None,
            photo=photo,
            details=kept,
        )
    )
    work.session.flush()
