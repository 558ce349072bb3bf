"""What a draft makes of a village's grids, and what cannot be drawn."""

from __future__ import annotations

import pytest
from shapely import LineString, Polygon, box

from server.domain.problems import Invalid
from server.domain.redrawing import (
    STEPS,
    Draw,
    Merge,
    Piece,
    Plan,
    Rename,
    Reshape,
    Split,
    Step,
    changes,
    replay,
    take,
)

VILLAGE = "509901101001"
FIRST, SECOND, THIRD = (f"{VILLAGE}{number:03d}" for number in (1, 2, 3))
FIFTH = f"{VILLAGE}005"
DOWN_THE_MIDDLE = LineString([(108.005, 29.999), (108.005, 30.011)])


def piece(code: str, ground: Polygon, *, kind: str = "general") -> Piece:
    return Piece(code=code, name=f"第{int(code[-3:])}网格", kind=kind, outline=ground, origins=(code,))


PLAN = Plan(
    VILLAGE,
    {
        FIRST: piece(FIRST, box(108.00, 30, 108.01, 30.01)),
        SECOND: piece(SECOND, box(108.01, 30, 108.02, 30.01), kind="special"),
        THIRD: piece(THIRD, box(108.02, 30, 108.03, 30.01)),
    },
    used=frozenset({FIRST, SECOND, THIRD, f"{VILLAGE}004"}),
)
EVERY_KIND: tuple[Step, ...] = (
    Split(code=FIRST, line=DOWN_THE_MIDDLE),
    Merge(codes=(SECOND, f"{VILLAGE}006")),
    Reshape(code=THIRD, outline=box(108.019, 30, 108.03, 30.01), shared=True),
    Draw(name="园区", kind="special", outline=box(108.021, 30.001, 108.022, 30.002), takes=True),
    Rename(code=FIFTH, name="河西网格"),
)


def test_a_draft_is_kept_as_json_and_makes_the_same_plan_again() -> None:
    kept = STEPS.dump_python(EVERY_KIND, mode="json")
    again = replay(PLAN, STEPS.validate_python(kept))
    assert again == replay(PLAN, EVERY_KIND)
    assert list(again.pieces) == [THIRD, FIFTH, f"{VILLAGE}007", f"{VILLAGE}008"]


def test_a_number_once_given_is_never_given_again() -> None:
    split = take(PLAN, Split(code=FIRST, line=DOWN_THE_MIDDLE))
    assert set(split.pieces) - set(PLAN.pieces) == {FIFTH, f"{VILLAGE}006"}


def test_what_changed_is_told_apart_from_what_only_has_another_name() -> None:
    told = changes(PLAN, replay(PLAN, (*EVERY_KIND[:3], Rename(code=THIRD, name="河东网格"))))
    assert [piece.code for piece in told.ended] == [FIRST, SECOND]
    assert [piece.code for piece in told.new] == [FIFTH, f"{VILLAGE}007"]
    assert [piece.code for piece in told.redrawn] == [piece.code for piece in told.renamed] == [THIRD]
    assert [piece.code for piece in told.touched] == [FIFTH, f"{VILLAGE}007", THIRD]


def test_a_merger_is_special_only_where_all_of_it_was() -> None:
    joined = take(PLAN, Merge(codes=(FIRST, SECOND)))
    assert (joined.pieces[FIFTH].kind, joined.pieces[FIFTH].origins) == ("general", (FIRST, SECOND))


def test_halves_are_named_by_where_they_lie() -> None:
    lying = take(PLAN, Split(code=FIRST, line=LineString([(107.99, 30.005), (108.02, 30.005)])))
    assert {lying.pieces[code].name for code in (FIFTH, f"{VILLAGE}006")} == {
        "第1网格（北）",
        "第1网格（南）",
    }


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Split(code=FIRST, line=LineString([(108.005, 30.002), (108.005, 30.008)])), "line_does_not_cross"),
        (Split(code=FIRST, line=LineString([(109, 30), (109, 31)])), "line_does_not_cross"),
        (Split(code="509901101002001", line=DOWN_THE_MIDDLE), "no_such_grid"),
        (Merge(codes=(FIRST, FIRST)), "needs_two"),
        (Merge(codes=(FIRST, "110101001001001")), "no_such_grid"),
        (Merge(codes=(FIRST, THIRD)), "not_adjacent"),
        (Reshape(code=FIRST, outline=box(108, 30, 108.02, 30.01), shared=True), "nothing_left"),
        (
            Draw(name="园", kind="special", outline=box(108.001, 30.001, 108.002, 30.002), takes=False),
            "all_taken",
        ),
        (Rename(code=f"{VILLAGE}004", name="没有了"), "no_such_grid"),
    ],
)
def test_what_cannot_be_drawn_is_refused(step: Step, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        take(PLAN, step)
    assert refused.value.code == f"redrawing.{code}"


def test_a_village_can_run_out_of_numbers() -> None:
    full = Plan(VILLAGE, PLAN.pieces, frozenset(f"{VILLAGE}{number:03d}" for number in range(1, 1000)))
    with pytest.raises(Invalid, match=r"redrawing\.no_number_left"):
        take(full, Split(code=FIRST, line=DOWN_THE_MIDDLE))
