"""What a decision on a demand costs: the acts of one that goes up, comes back, is suspended, done again and closed."""

from __future__ import annotations

import time
from collections.abc import Iterator

from server.domain.demand_acts import Action
from tests.story import Story, day

_ROUNDS = 300


def figures() -> Iterator[tuple[str, float, float]]:
    """Microseconds of CPU per call of decide()."""
    decided = _long_story().decided
    begun = time.process_time()
    for _ in range(_ROUNDS):
        for decide_again in decided:
            decide_again()
    yield "decide, µs", (time.process_time() - begun) / _ROUNDS / len(decided) * 1e6, 50


def _long_story() -> Story:
    story = Story()
    cast, basis = story.cast, {"reason": "not_ours", "words": "不归网格管"}
    story.registered()
    story.does(Action.ASK_INFO, cast.cadre, words="哪一盏？")
    story.does(Action.SUPPLY, cast.resident, on=1, words="村口那盏")
    story.does(Action.CLASSIFY, cast.cadre, on=1, class_="GOVERNMENT")
    story.does(Action.ESCALATE, cast.cadre, on=1, words="村里办不了")
    story.given(on=2, by=cast.official, deadline=day(9))
    story.does(Action.RETURN_ORDER, cast.worker, on=2, **basis)
    story.given(on=3, by=cast.official, deadline=day(9))
    story.does(Action.PROGRESS, cast.worker, on=4, result="progress")
    story.does(Action.ASK, cast.worker, on=4, request="suspension", until=day(8), words="等设备到货")
    story.does(Action.APPROVE, cast.assessor, on=4)
    story.does(Action.RESUME, cast.worker, on=7)
    story.does(Action.FINISH, cast.worker, on=8)
    story.does(Action.CHECK, cast.neighbour, on=8, result="fixed_ok")
    story.does(Action.FEED_BACK, cast.cadre, on=9)
    story.does(Action.RATE, cast.resident, on=9, stars=2)
    story.does(Action.CALL_BACK, cast.cadre, on=10, words="灯还闪")
    story.does(Action.FINISH, cast.worker, on=11)
    story.does(Action.FEED_BACK, cast.cadre, on=11)
    story.by_clock(Action.AUTO_CLOSE, on=19)
    return story
