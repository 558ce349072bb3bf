from __future__ import annotations

import pytest

from forms.compiler import compile_form
from forms.lint import lint
from forms.register import LISTS
from server.figures import phone_lists

HEAD = "| survey |\n| | type | name | label | relevant | calculation |\n"
SETTINGS = "| settings |\n| | form_title | form_id | version |\n| | 试 | trial | 1 |\n"
PERSON = "| | select_one_from_file persons.csv | person | 哪一位 | | |\n"


def remarks(rows: str) -> list[tuple[str, str]]:
    found = lint(compile_form((HEAD + rows + SETTINGS).encode()))
    return [(finding.place, finding.message) for finding in found]


@pytest.mark.parametrize(
    "label", ["户主姓名", "联系电话", "家庭地址", "门牌号", "手机号码是多少？", "户主怎么称呼（写全名）"]
)
def test_what_the_register_says_is_not_asked_in_words(label):
    assert remarks(f"{PERSON}| | text | again | {label} | | |\n") == [
        ("survey 第 3 行", "名册里已有的，不用再问：从名单里选户、选人，姓名、地址、电话自己带出来")
    ]


def test_a_form_without_the_register_may_ask_for_a_name():
    assert remarks("| | text | name_of | 姓名 | | |\n") == []


@pytest.mark.parametrize(
    "row",
    [
        "| | text | again | 新住户姓名 | ${person} = '' | |\n",
        "| | begin_group | new | 新住户 | ${person} = '' | |\n| | text | again | 姓名 | | |\n| | end_group | | | | |\n",
        "| | note | again | 联系电话 | | |\n",
        "| | text | again | 电话为什么打不通 | | |\n",
        "| | select_one_from_file households.csv | again | 门牌 | | |\n",
    ],
)
def test_somebody_new_a_note_and_a_list_are_another_matter(row):
    assert remarks(PERSON + row) == []


def test_a_number_of_identity_is_never_asked():
    assert remarks("| | text | card | 身份证号码 | | |\n") == [
        ("survey 第 2 行", "身份证号不收：名册按户和人的编号认，不靠证件号")
    ]


def test_the_lists_of_the_register_are_those_the_server_makes():
    assert phone_lists.NAMES == LISTS
