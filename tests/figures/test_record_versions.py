"""修改经过: what changed from one version of a record to the next."""

from __future__ import annotations

from forms.wording import Line
from server.figures.record_versions import Change, changes


def heading(label: str, depth: int = 0) -> Line:
    return Line(label, None, depth, "/data/finding")


def line(name: str, answer: str, depth: int = 0) -> Line:
    return Line(name, answer, depth, f"/data/{name}")


def test_a_changed_a_new_and_a_withdrawn_answer_are_told_in_the_forms_order() -> None:
    before = [line("结果", "有发现"), line("说明", "路灯坏了"), line("时间", "上午")]
    after = [line("结果", "今日无异常"), line("备注", "已修好"), line("时间", "上午")]
    assert changes(before, after) == [
        Change("结果", "", "有发现", "今日无异常"),
        Change("备注", "", None, "已修好"),
        Change("说明", "", "路灯坏了", None),
    ]


def test_rounds_of_a_repeat_are_held_against_each_other_in_turn() -> None:
    before = [heading("发现 1"), line("哪一类", "道路", 1), heading("发现 2"), line("哪一类", "消防", 1)]
    after = [heading("发现 1"), line("哪一类", "道路", 1), heading("发现 2"), line("哪一类", "治安", 1)]
    assert changes(before, after) == [Change("哪一类", "发现 2", "消防", "治安")]


def test_after_a_round_the_heading_no_longer_stands_over_what_follows() -> None:
    before = [heading("发现 1"), line("哪一类", "道路", 1), line("结果", "好")]
    after = [heading("发现 1"), line("哪一类", "道路", 1), line("结果", "差")]
    assert changes(before, after) == [Change("结果", "", "好", "差")]


def test_a_group_within_a_round_is_named_with_its_round() -> None:
    before = [heading("发现 1"), heading("是什么", 1), line("哪一类", "道路", 2), line("备注", "急", 1)]
    after = [heading("发现 1"), heading("是什么", 1), line("哪一类", "消防", 2), line("备注", "不急", 1)]
    assert changes(before, after) == [
        Change("哪一类", "发现 1，是什么", "道路", "消防"),
        Change("备注", "发现 1", "急", "不急"),
    ]


def test_the_same_answers_have_not_changed() -> None:
    lines = [line("结果", "好"), line("结果", "好")]
    assert changes(lines, lines) == []
