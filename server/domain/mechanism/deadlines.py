"""时限: how long each step may take."""

from __future__ import annotations

from server.domain.deadline import Allowance, Unit
from server.domain.mechanism.part import Allowed, Part


class Deadlines(Part):
    """时限 of the steps every matter goes through; what a class is allowed stands with the class.

    `acknowledge` runs from taking in, `screen` from registering, `classify` from screening, `accept` from
    assigning, `feed_back` from done. `hotline` replaces the class's allowance for orders of the hotline (XA-28).
    `private_word` is how often word is owed on a PRIVATE matter after the first contact. `offer` is how long an
    offer waits for a taker before it is assigned, `need_info` how long the reporter's silence is waited for,
    `call_back` how soon whoever gave a low rating is rung.
    """

    acknowledge: Allowed
    screen: Allowed
    classify: Allowed
    accept: Allowed
    feed_back: Allowed
    hotline: Allowed
    private_word: Allowed
    offer: Allowed = Allowance(3, Unit.DAY)
    need_info: Allowed = Allowance(5, Unit.WORKING_DAY)
    call_back: Allowed = Allowance(3, Unit.WORKING_DAY)
