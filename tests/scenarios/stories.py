"""Stories that run beside one another: each says until when it waits, and goes on when its day has come."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterator

from tests.factories import SHANGHAI
from tests.scenarios.world import World

Waiting = tuple[int, int] | tuple[int, int, int]
"""A month, a day and, unless it is nine in the morning, an hour of 2026."""

Story = Callable[[World], Iterator[Waiting]]
"""What happens to one matter: it yields until when nothing more is done about it."""


def play(world: World, *stories: Story, until: Waiting) -> None:
    """Let the stories happen in one county, then wait `until` a day.

    A story that fails keeps no other from being told; each failure says in which story it was, and when.
    """
    begun = [(story, story(world)) for story in stories]
    waiting = [(world.clock.now, number) for number in range(len(begun))]
    heapq.heapify(waiting)
    failures: list[Exception] = []
    while waiting:
        moment, number = heapq.heappop(waiting)
        world.until(moment)
        story, steps = begun[number]
        try:
            upon = next(steps, None)
        except Exception as failure:
            failure.add_note(f"in the story {story.__name__} on {world.clock.now:%d %B %H:%M}")
            failures.append(failure)
            continue
        if upon is not None:
            heapq.heappush(waiting, (moment_of(upon), number))
    world.until(moment_of(until))
    if failures:
        raise ExceptionGroup("stories that went wrong", failures)


def moment_of(waiting: Waiting) -> dt.datetime:
    """The moment a story waits for, in Shanghai."""
    month, day, *hour = waiting
    return dt.datetime(2026, month, day, *(hour or [9]), tzinfo=SHANGHAI)
