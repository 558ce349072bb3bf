from __future__ import annotations

import pytest

from forms import catalogue
from forms.comparison import differences
from forms.compiler import compile_form

HEAD = "| survey |\n| | type | name | label | required | relevant | constraint | calculation |\n"
CHOICES = "| choices |\n| | list_name | name | label |\n| | water | well | 井 |\n| | water | tap | 自来水 |\n"
SETTINGS = "| settings |\n| | form_title | form_id | version |\n| | 试 | trial | 1 |\n"
ROWS = (
    "| | select_one water | source | 喝什么水 | yes | | | |\n"
    "| | integer | people | 几口人 | | ${source} = 'tap' | . > 0 | |\n"
    "| | begin_group | more | 补充 | | | | |\n"
    "| | text | words | 说两句 | | | | |\n"
    "| | end_group | | | | | | |\n"
    "| | calculate | double | | | | | ${people} * 2 |\n"
)


def xml(rows: str = ROWS, choices: str = CHOICES) -> bytes:
    return compile_form((HEAD + rows + choices + SETTINGS).encode()).xml


def told(rows: str = ROWS, choices: str = CHOICES) -> list[str]:
    return [each.message for each in differences(xml(), xml(rows, choices))]


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_a_form_does_not_differ_from_itself(compiled, form_id):
    assert differences(compiled[form_id].xml, compiled[form_id].xml) == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("几口人", "几个人", "「几口人」改写为「几个人」"),
        ("| | integer | people", "| | decimal | people", "「几口人」的题型由整数改为小数"),
        ("| yes |", "| |", "「喝什么水」是否必填由 必填 改为 不必填"),
        (
            "${source} = 'tap'",
            "${source} = 'well'",
            "「几口人」出现的条件由 ${source} = 'tap' 改为 ${source} = 'well'",
        ),
        (". > 0", "", "「几口人」的限制由 . > 0 改为 （无）"),
        ("* 2", "* 3", "「double」的算式由 ${people} * 2 改为 ${people} * 3"),
        ("| words |", "| remark |", "「说两句」的名称由 words 改为 remark"),
    ],
)
def test_what_changed_is_told_in_a_sentence(old, new, sentence):
    assert told(ROWS.replace(old, new)) == [sentence]


def test_a_question_that_came_and_one_that_went_are_told():
    rows = ROWS.replace("| | text | words | 说两句 |", "| | image | photo | 拍一张 |")
    assert told(rows) == ["新增「拍一张」（照片）", "去掉「说两句」（文字）"]


def test_a_question_that_moved_out_of_its_group_is_the_same_question():
    line = "| | text | words | 说两句 | | | | |\n"
    rows = line + ROWS.replace(line, "| | note | hint | 看看 | | | | |\n")
    assert told(rows) == ["「说两句」由 /data/more 移到 /data", "新增「看看」（说明）"]


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        (CHOICES + "| | water | river | 河水 |\n", "「喝什么水」的选项：新增河水"),
        (CHOICES.replace("| | water | well | 井 |\n", ""), "「喝什么水」的选项：去掉井"),
        (CHOICES.replace("自来水", "管道水"), "「喝什么水」的选项：改写自来水→管道水"),
        (
            CHOICES.replace("| | water | well | 井 |\n", "") + "| | water | well | 井 |\n",
            "「喝什么水」的选项：换了顺序",
        ),
    ],
)
def test_choices_are_compared_by_name_wording_and_order(choices, sentence):
    assert told(choices=choices) == [sentence]
