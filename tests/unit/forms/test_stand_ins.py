from __future__ import annotations

import pytest

from forms import catalogue
from forms.compiler import compile_form
from forms.lint import lint
from forms.stand_ins import readings


def remarks(source: str, stands_for: str) -> list[tuple[str, str]]:
    found = lint(compile_form(source.encode()), stands_for=stands_for)
    return [(finding.level, finding.message) for finding in found]


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_a_shipped_form_stands_for_itself(compiled, form_id):
    assert lint(compiled[form_id], stands_for=form_id) == ()


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_every_name_that_is_read_is_one_of_the_shipped_form(shapes, form_id):
    reading = readings()[form_id]
    named = {f"/data/{name}" for name in (*reading.needed, *reading.read)}
    assert named <= {field.path for field in shapes[form_id].fields}
    assert all(catalogue.choices(form_id, list_name) for list_name in reading.choices.values())
    assert {f"/data/{name}" for name in reading.choices} <= named


def test_other_words_for_the_same_names_are_welcome():
    source = (
        catalogue.source("patrol").replace("今天巡得怎么样", "巡查结果").replace("今日无异常", "一切正常")
    )
    assert remarks(source, "patrol") == []


def test_without_a_needed_name_no_record_counts():
    source = (
        catalogue.source("patrol")
        .replace("| result | 今天", "| outcome | 今天")
        .replace("${result}", "${outcome}")
    )
    assert remarks(source, "patrol") == [("error", "缺少题目「result」：没有它，交上来的记录不作数")]


def test_without_a_name_that_is_read_something_is_missing():
    source = catalogue.source("patrol").replace("| landmark | 门牌", "| beside | 门牌")
    assert remarks(source, "patrol") == [
        ("warning", "缺少题目「finding/more/landmark」：没有它，相应的统计和页面会缺一块")
    ]


def test_a_choice_of_another_name_is_not_understood():
    source = catalogue.source("patrol").replace("| patrol_result | clear |", "| patrol_result | quiet |")
    assert remarks(source, "patrol") == [
        (
            "error",
            "选项名称「quiet」系统不认识：显示文字随便改，名称（name）只能用 clear、found",
        )
    ]


def test_a_choice_may_be_left_out():
    line = "| | finding_kind | dispute | 矛盾纠纷 | Dispute |\n"
    source = catalogue.source("patrol")
    assert line in source
    assert remarks(source.replace(line, ""), "patrol") == []
