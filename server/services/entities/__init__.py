"""名单 services: what records do to the entities of a county's own lists (OPENROSA §8), and what the office does.

`households` and `open_cases` are the register itself: their forms' projectors change them.
"""

from __future__ import annotations

from server.services.entities.blocks import kept
from server.services.entities.lists import change_list, declare_lists
from server.services.entities.office import clash_seen, correct, put_back, remove, reveal, take_away
from server.services.entities.taking import approve, force_held, take

__all__ = [
    "approve",
    "change_list",
    "clash_seen",
    "correct",
    "declare_lists",
    "force_held",
    "kept",
    "put_back",
    "remove",
    "reveal",
    "take",
    "take_away",
]
