"""What becomes of what a phone asks of an entity: base versions, branches, clashes, waiting (OPENROSA §8)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.entity import (
    MADE_UP_LABEL,
    Asked,
    Clash,
    Hold,
    Next,
    Outcome,
    Undone,
    Version,
    decide,
)

TREE = uuid.UUID("7c9a3c1e-56a7-4f0b-9d8e-1f2a3b4c5d6e")
BRANCH = "b-one"


def creation(label: str | None = "老槐树", **properties: str) -> Asked:
    return Asked(TREE, create=True, update=False, label=label, properties=properties)


def update(
    base: int | None,
    *,
    trunk: int | None = None,
    branch: str | None = None,
    label: str | None = None,
    **properties: str,
) -> Asked:
    return Asked(TREE, False, True, label, properties, base, trunk, branch)


def written(history: Sequence[Version], asked: Asked, outcome: Outcome) -> list[Version]:
    """The history with the version an outcome says."""
    assert isinstance(outcome, Next)
    new = Version(
        len(history) + 1,
        outcome.label,
        outcome.properties,
        asked.branch_id,
        asked.base_version,
        outcome.made_up,
    )
    return [*history, new]


def grown(*steps: Asked) -> list[Version]:
    """The history after some steps, each of which is done."""
    history: list[Version] = []
    for asked in steps:
        history = written(history, asked, decide(asked, history))
    return history


def test_a_creation_is_the_first_version() -> None:
    assert decide(creation(height="12"), ()) == Next("老槐树", {"height": "12"})


def test_a_creation_without_a_label_and_one_of_what_exists_are_not_done() -> None:
    assert decide(creation(label=None), ()) is Undone.NO_LABEL
    assert decide(creation(), grown(creation())) is Undone.EXISTS


def test_an_update_keeps_what_it_does_not_name_and_may_empty_what_it_names() -> None:
    done = decide(update(1, height="13", note=""), grown(creation(height="12", kind="槐", note="斜")))
    assert done == Next("老槐树", {"height": "13", "kind": "槐", "note": ""}, base=1)


def test_an_update_on_an_older_version_is_a_soft_clash_where_both_hold_together() -> None:
    history = grown(creation(height="12", kind="槐"), update(1, kind="国槐"))
    done = decide(update(1, height="13"), history)
    assert done == Next("老槐树", {"height": "13", "kind": "国槐"}, base=1, clash=Clash.SOFT)


def test_an_update_on_an_older_version_is_a_hard_clash_where_they_say_different_things() -> None:
    history = grown(creation(height="12"), update(1, label="槐王", height="14"))
    done = decide(update(1, label="老槐", height="13"), history)
    assert isinstance(done, Next)
    assert (done.clash, set(done.clashing), done.properties) == (
        Clash.HARD,
        {"height", "label"},
        {"height": "13"},
    )


def test_two_who_say_the_same_do_not_clash_hard() -> None:
    done = decide(update(1, height="13"), grown(creation(height="12"), update(1, height="13")))
    assert isinstance(done, Next)
    assert done.clash is Clash.SOFT


@pytest.mark.parametrize("base", [None, 7])
def test_an_update_that_names_no_version_we_have_is_not_done(base: int | None) -> None:
    assert decide(update(base, height="1"), grown(creation())) is Undone.UNKNOWN_VERSION


def test_an_update_of_nothing_is_not_done_with_a_line_and_waits_without() -> None:
    assert decide(update(1, height="1"), ()) is Undone.UNKNOWN_ENTITY
    assert isinstance(decide(update(1, branch=BRANCH, height="1"), ()), Hold)


def test_an_upsert_creates_what_is_not_there_and_updates_what_is() -> None:
    upsert = Asked(TREE, True, True, "老槐树", {"height": "1"})
    assert decide(upsert, ()) == Next("老槐树", {"height": "1"})
    done = decide(upsert, grown(creation(kind="槐")))
    assert isinstance(done, Next)
    assert (done.base, done.properties) == (1, {"kind": "槐", "height": "1"})


def test_the_updates_of_a_branch_count_from_the_trunk_by_themselves() -> None:
    history = grown(
        creation(height="1"),
        update(1, height="2"),
        update(2, trunk=2, branch=BRANCH, height="3"),
        update(3, trunk=2, branch=BRANCH, height="4"),
    )
    assert [version.properties["height"] for version in history] == ["1", "2", "3", "4"]


def test_an_update_waits_for_the_one_before_it_on_its_branch() -> None:
    history = grown(creation(height="1"))
    assert isinstance(decide(update(2, trunk=1, branch=BRANCH, height="3"), history), Hold)
    # Version 2 is somebody else's: the number a phone counts by itself is not the server's.
    other = grown(creation(height="1"), update(1, height="9"))
    assert isinstance(decide(update(2, trunk=1, branch=BRANCH, height="3"), other), Hold)


def test_a_branch_that_somebody_interrupted_clashes_softly_though_it_rests_on_the_newest_version() -> None:
    history = grown(
        creation(height="1"),
        update(1, kind="槐"),
        update(1, trunk=1, branch=BRANCH, height="2"),
    )
    done = decide(update(2, trunk=1, branch=BRANCH, height="3"), history)
    assert isinstance(done, Next)
    assert (done.base, done.clash) == (3, Clash.SOFT)


def test_what_waited_too_long_is_taken_as_it_is() -> None:
    done = decide(update(3, trunk=1, branch=BRANCH, height="3"), grown(creation(height="1")), late=True)
    assert done == Next("老槐树", {"height": "3"}, base=1, clash=Clash.SOFT)
    made_up = decide(update(1, branch=BRANCH, height="3"), (), late=True)
    assert made_up == Next(MADE_UP_LABEL, {"height": "3"}, made_up=True)


def test_a_creation_that_comes_after_all_fills_what_its_updates_left_open() -> None:
    first = update(1, branch=BRANCH, height="3")
    history = written([], first, decide(first, (), late=True))
    done = decide(creation(height="1", kind="槐"), history)
    assert done == Next(
        "老槐树", {"height": "3", "kind": "槐"}, base=1, clash=Clash.HARD, clashing=("height",)
    )


STEADY = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
NAMES = st.sampled_from(["height", "kind", "note"])
SAID = st.dictionaries(NAMES, st.sampled_from(["", "a", "b", "c"]), max_size=3)


@STEADY
@given(
    st.lists(SAID, min_size=1, max_size=5).flatmap(
        lambda said: st.tuples(st.just(said), st.permutations(range(len(said))))
    )
)
def test_in_whatever_order_a_branch_arrives_the_entity_is_the_same(
    told: tuple[list[Mapping[str, str]], list[int]],
) -> None:
    said, order = told
    steps = [creation(**said[0])]
    steps += [update(base, branch=BRANCH, **each) for base, each in enumerate(said[1:], start=1)]
    history: list[Version] = []
    waiting: list[Asked] = []
    for place in order:
        waiting.append(steps[place])
        moved = True
        while moved:
            moved = False
            for asked in list(waiting):
                outcome = decide(asked, history)
                if not isinstance(outcome, Hold):
                    assert isinstance(outcome, Next)
                    assert outcome.clash is None
                    history = written(history, asked, outcome)
                    waiting.remove(asked)
                    moved = True
    assert not waiting
    assert history == grown(*steps)


BASES = st.one_of(st.none(), st.integers(1, 5))
ASKED = st.builds(
    Asked,
    entity_id=st.just(TREE),
    create=st.just(False),
    update=st.just(True),
    label=st.sampled_from([None, "甲", "乙"]),
    properties=SAID,
    base_version=BASES,
    trunk_version=BASES,
    branch_id=st.sampled_from([None, "b-one", "b-two"]),
)


@STEADY
@given(st.lists(ASKED, max_size=8))
def test_what_was_sent_last_stands_and_nothing_else_is_lost(sent: list[Asked]) -> None:
    history = grown(creation(height="1", kind="槐"))
    for asked in sent:
        outcome = decide(asked, history, late=True)
        if isinstance(outcome, Next):
            before, history = history[-1], written(history, asked, outcome)
            assert history[-1].properties == {**before.properties, **asked.properties}
            assert history[-1].label == (asked.label or before.label)
            assert bool(outcome.clashing) == (outcome.clash is Clash.HARD)
        else:
            assert outcome is Undone.UNKNOWN_VERSION
            assert asked.branch_id is None
