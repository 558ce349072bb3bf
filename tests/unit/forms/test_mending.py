"""A clerk with several mistakes is told all of them at once, and none that is not his."""

from __future__ import annotations

from itertools import combinations

import pytest

from forms import catalogue
from forms.compiler import compile_form
from forms.findings import Finding, FormRefused
from forms.mending import Mending

HEAD = "| survey |\n| | type | name | label | relevant | calculation | parameters | save_to |\n"
CHOICES = "| choices |\n| | list_name | name | label |\n| | water | well | 井 |\n| | water | tap | 自来水 |\n"
SETTINGS = "| settings |\n| | form_title | form_id | version |\n| | 试 | trial | 1 |\n"


def objections(source: str) -> list[str]:
    with pytest.raises(FormRefused) as refused:
        compile_form(source)
    return [f"{each.place}：{each.message}" for each in refused.value.findings]


def test_mistakes_of_every_kind_are_told_at_once():
    rows = (
        "| | tekst | a | 甲 |\n"
        "| | integer | | 乙 |\n"
        "| | text | 1c | 丙 |\n"
        "| | text | d | |\n"
        "| | select_one wine | e | 戊 |\n"
        "| | select_one water | f | 己 | ${nobody} = 1 |\n"
        "| | text | f | 庚 | ${1c} = '' |\n"
        "| | calculate | h | |\n"
        "| | image | i | 壬 | | | max-pixels=many |\n"
        "| | begin_group | j | 癸 |\n"
    )
    assert objections(HEAD + rows + CHOICES.replace("tap", "well") + SETTINGS) == [
        "survey 第 2 行：不认识的题型「tekst」：请核对拼写，空格、标点要用半角",
        "survey 第 3 行：这一题没有写名称（name）",
        "survey 第 4 行：名称不合规则：以字母或下划线开头，只用字母、数字、下划线、连字符和点",
        "survey 第 5 行：「d」没有写题目文字（label）",
        "survey 第 6 行：选项表「wine」在 choices 工作表里找不到",
        "survey 第 7 行：引用的题目「nobody」不存在，请核对写法",
        "survey 第 8 行：名称「f」重复：同一组里每题的名称只能用一次",
        "survey 第 9 行：计算题没有写算式（calculation）",
        "survey 第 10 行：max-pixels 要写整数，例如 max-pixels=1600",
        "survey 第 11 行：begin_group 没有对应的 end_group",
        "choices 第 3 行：同一个选项表里选项名称（name）重复",
    ]


UNREADABLE = "算式读不懂：=、>、and 这样的符号两边都要有东西，参数之间用逗号隔开，标点用半角"


def test_several_mistakes_in_one_row_are_told_at_once():
    head = "| survey |\n| | type | name | label | relevant | constraint |\n"
    rows = (
        "| | text | pick | 甲 |\n"
        "| | select_one none | xin ti | 新题 |\n"
        "| | txt | note2 | 备注 | ${nobody} = 1 | . > |\n"
        "| | text | pick | | ${nobody} > 1 |\n"
        "| | integer | number | | if(1,2 | . = 'x |\n"
        "| | integer | | |\n"
    )
    assert objections(head + rows + CHOICES + SETTINGS) == [
        "survey 第 3 行：名称不合规则：以字母或下划线开头，只用字母、数字、下划线、连字符和点",
        "survey 第 3 行：选项表「none」在 choices 工作表里找不到",
        "survey 第 4 行：引用的题目「nobody」不存在，请核对写法",
        "survey 第 4 行：不认识的题型「txt」：请核对拼写，空格、标点要用半角",
        f"survey 第 4 行：{UNREADABLE}",
        "survey 第 5 行：名称「pick」重复：同一组里每题的名称只能用一次",
        "survey 第 5 行：引用的题目「nobody」不存在，请核对写法",
        "survey 第 5 行：「pick」没有写题目文字（label）",
        "survey 第 6 行：「number」没有写题目文字（label）",
        "survey 第 6 行：算式读不懂：括号没有成对",
        "survey 第 6 行：算式读不懂：引号没有成对",
        "survey 第 7 行：这一题没有写名称（name）",
        "survey 第 7 行：这一题没有写题目文字（label）",
    ]


def test_a_question_whose_name_is_wrong_keeps_what_else_it_says():
    rows = "| | calculate | 1a | | | 1 + 1 |\n| | image | 2b | 照片 | | | max-pixels=many |\n"
    assert objections(HEAD + rows + SETTINGS) == [
        "survey 第 2 行：名称不合规则：以字母或下划线开头，只用字母、数字、下划线、连字符和点",
        "survey 第 3 行：名称不合规则：以字母或下划线开头，只用字母、数字、下划线、连字符和点",
        "survey 第 3 行：max-pixels 要写整数，例如 max-pixels=1600",
    ]


def test_groups_too_deep_for_a_reader_do_not_hide_a_mistake():
    deep = "".join(f"| | begin_group | g{number} | 组 |\n" for number in range(260))
    rows = f"{deep}| | tekst | a | 甲 |\n" + "| | end_group | | |\n" * 260
    assert objections(HEAD + rows + SETTINGS) == [
        "survey 第 262 行：不认识的题型「tekst」：请核对拼写，空格、标点要用半角"
    ]


def test_the_same_mistake_is_told_in_every_row():
    rows = "".join(f"| | tekst | q{number} | 问 |\n" for number in range(4))
    assert [each.partition("：")[0] for each in objections(HEAD + rows + SETTINGS)] == [
        f"survey 第 {row} 行" for row in (2, 3, 4, 5)
    ]


def test_of_crossed_sections_only_the_first_is_told():
    rows = (
        "| | begin_group | a | 甲 |\n| | begin_repeat | b | 乙 |\n| | text | c | 丙 |\n"
        "| | end_group | | |\n| | end_repeat | | |\n| | tekst | d | 丁 |\n"
    )
    assert objections(HEAD + rows + SETTINGS) == [
        "survey 第 5 行：end_group 没有对应的 begin_group",
        "survey 第 7 行：不认识的题型「tekst」：请核对拼写，空格、标点要用半角",
    ]


def test_a_name_is_not_called_twofold_where_a_section_was_not_opened():
    rows = "| | begin_grup | a | 甲 |\n| | text | b | 乙 |\n| | end_group | | |\n| | text | b | 丙 |\n"
    assert objections(HEAD + rows + SETTINGS) == [
        "survey 第 2 行：不认识的题型「begin_grup」：请核对拼写，空格、标点要用半角",
        "survey 第 4 行：end_group 没有对应的 begin_group",
    ]


def test_what_is_saved_with_a_mistaken_row_raises_no_further_objection():
    entities = "| entities |\n| | list_name | label |\n| | wells | ${a} |\n"
    rows = "| | tekst | a | 甲 | | | | depth |\n| | text | b | 乙 | | | | name |\n"
    assert [each.partition("：")[0] for each in objections(HEAD + rows + entities + SETTINGS)] == [
        "survey 第 2 行",
        "survey 第 3 行",
    ]


def test_a_mistake_in_the_entities_does_not_hide_those_of_the_survey():
    entities = "| entities |\n| | list_name | label |\n| | we.lls | ${a} |\n"
    rows = "| | text | a | 甲 | | | | depth |\n| | tekst | b | 乙 |\n"
    assert [each.partition("：")[0] for each in objections(HEAD + rows + entities + SETTINGS)] == [
        "survey 第 3 行",
        "entities 第 2 行",
    ]


def test_an_objection_to_a_whole_worksheet_stands_alone():
    assert objections("| survey |\n| | name | label |\n| | a | 甲 |\n" + SETTINGS) == [
        "survey：工作表缺少这些列：'type'"
    ]


def test_a_cell_is_mended_once():
    sheets = {"survey": [{"type": "tekst", "name": "a"}], "survey_header": [{"type": None, "name": None}]}
    finding = Finding("error", "survey 第 2 行", "不认识的题型", "survey", 2, "type")
    mending = Mending(sheets)
    assert mending.take((finding,))
    assert not mending.take((finding,))
    assert mending.told == [finding]
    assert sheets["survey"] == [{"type": "tekst", "name": "a"}]


MISTAKES = (
    ("| text | words |", "| tekst | words |"),
    ("| text | words |", "| text | 1words |"),
    ("| text | words |", "| text | kind |"),
    ("| integer | people |", "| integer | |"),
    ("| 几口人 |", "| |"),
    ("${kind} = 'well'", "${nobody} = 'well'"),
    ("| | end_group |", "| | note |"),
    ("max-pixels=1600", "max-pixels=many"),
    ("| water | tap |", "| water | well |"),
    ("| ${people} * 2 |", "| |"),
)
SOUND = (
    HEAD + "| | select_one water | kind | 喝什么水 |\n| | text | words | 说两句 | ${kind} = 'well' |\n"
    "| | begin_group | home | 家里 |\n| | integer | people | 几口人 |\n"
    "| | image | photo | 照片 | | | max-pixels=1600 |\n| | end_group | | |\n"
    "| | calculate | double | | | ${people} * 2 |\n| | note | total | 共 ${double}、${words} |\n"
    + CHOICES
    + SETTINGS
)


PAIRS = [(one, other) for one, other in combinations(MISTAKES, 2) if one[0] != other[0]]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_two_mistakes_raise_the_objections_of_each_and_no_others(one, other):
    alone = {*objections(SOUND.replace(*one)), *objections(SOUND.replace(*other))}
    alone |= {each.replace("「people」", "这一题") for each in alone}  # of the question that lost its name
    assert set(objections(SOUND.replace(*one).replace(*other))) <= alone


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_a_shipped_form_with_a_mistake_in_its_last_question_has_that_one(form_id):
    survey, bar, rest = catalogue.source(form_id).partition("\n| choices |")
    assert objections(f"{survey}\n| | tekst | last_of_all | 最后 |{bar}{rest}") == [
        f"survey 第 {len(survey.splitlines())} 行：不认识的题型「tekst」：请核对拼写，空格、标点要用半角"
    ]
