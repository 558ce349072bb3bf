"""边界变动的后果: what follows from boundaries that are to be published, redrawn in a village or sent as a map."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from server.domain.jurisdiction import Level
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.rehousing import Followers
from server.storage import posts, redrawings
from server.work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """Who follows, what stays, and who works in grids that end.

    Of `moving` households, `unplaced` have no door on the map and go with most of their neighbours; of `demands` that
    are not resolved, of which PRIVATE ones are counted too, `demands_unplaced` lie nowhere on the map and go to the
    village. `records` are the patrols, visits and demands that stay with the grids cut, joined or redrawn (METRICS D5);
    `posts` (grid, name, account) are those held today in grids that end.
    """

    moving: int
    unplaced: int
    demands: int
    demands_unplaced: int
    records: tuple[int, int, int]
    posts: tuple[tuple[str, str, uuid.UUID], ...]


def consequences(
    reading: Reading, follows: Iterable[Followers], *, ended: Collection[str], redrawn: Collection[str]
) -> Consequences:
    """Return what follows where the grids `ended` end and those `redrawn` get another outline, both by code."""
    moving = unplaced = demands = demands_unplaced = 0
    for each in follows:
        moving += len(each.households)
        unplaced += sum(not change.placed for change in each.households)
        demands += len(each.demands)
        demands_unplaced += sum(not change.placed for change in each.demands)
    return Consequences(
        moving=moving,
        unplaced=unplaced,
        demands=demands,
        demands_unplaced=demands_unplaced,
        records=_records(reading, {*ended, *redrawn}),
        posts=_posts(reading, set(ended)),
    )


def _records(reading: Reading, codes: Collection[str]) -> tuple[int, int, int]:
    found = redrawings.records(reading.session, scope=_around(codes))

    def within(numbers: Mapping[str, int]) -> int:
        return sum(number for code, number in numbers.items() if code in codes)

    return within(found.patrols), within(found.visits), within(found.demands)


def _posts(reading: Reading, ended: Collection[str]) -> tuple[tuple[str, str, uuid.UUID], ...]:
    held = posts.posts_in(reading.session, scope=_around(ended), on=local_day(reading.now))
    return tuple(
        (post.jurisdiction, account.display_name, account.id)
        for post, account in held
        if post.jurisdiction in ended
    )


def _around(codes: Collection[str]) -> Scope:
    """The village of the grids, or the counties where there are several: no database takes a condition of thousands."""
    villages = {code[: Level.VILLAGE.digits] for code in codes}
    return Scope.of(villages if len(villages) == 1 else {code[: Level.COUNTY.digits] for code in codes})
