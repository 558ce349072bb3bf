from __future__ import annotations

import re
from collections import defaultdict
from string import Formatter

import pytest
from pyxform.errors import ErrorCode, PyXFormError

from forms.complaints import of_error, translate
from forms.rows import Rows
from forms.sayings import CODED

WORDS = defaultdict(
    lambda: "x",
    row="7",
    other_row="3",
    sheet="survey",
    sheet_name="choices",
    column="label",
    name="step",
)
CHINESE = re.compile(r"[一-鿿]")


def said(code: ErrorCode) -> str:
    return code.value.msg.format_map(WORDS)


def test_every_code_of_the_converter_has_a_chinese_sentence():
    assert set(CODED) == {code.name for code in ErrorCode}
    assert all(CHINESE.search(saying.message) for saying in CODED.values())


@pytest.mark.parametrize("code", ErrorCode, ids=lambda code: code.name)
def test_a_sentence_without_its_code_is_known_by_its_words(code):
    (found,) = translate(said(code), level="error")
    assert found.message == CODED[code.name].message.format_map(WORDS)
    assert found.row == (7 if "{row}" in code.value.msg else 1 if "[row : 1]" in code.value.msg else None)
    assert found.place == (f"{found.sheet} 第 {found.row} 行" if found.row else found.sheet)


@pytest.mark.parametrize("code", ErrorCode, ids=lambda code: code.name)
def test_an_error_that_carries_its_code_is_said_the_same(code):
    used = {name for _, name, _, _ in Formatter().parse(code.value.msg) if name}
    (carried,) = of_error(PyXFormError(code=code, context={name: WORDS[name] for name in used}))
    (found,) = translate(said(code), level="error")
    assert (carried.message, carried.sheet, carried.column) == (found.message, found.sheet, found.column)


def test_a_code_without_particulars_still_has_its_sentence():
    (found,) = of_error(PyXFormError(code=ErrorCode.SURVEY_003))
    assert (found.sheet, found.row, found.column) == ("survey", None, "parameters")
    assert found.message == "画线、画面题的 incremental 只能写 true，或者不写"


def test_what_is_in_no_table_is_quoted_beside_its_row():
    (found,) = translate("[row : 4] On the 'choices' sheet, the moon is wrong.", level="error")
    assert (found.place, found.sheet, found.row) == ("choices 第 4 行", "choices", 4)
    assert found.message == "表单写法有误，转换程序的原话是：On the 'choices' sheet, the moon is wrong."


def test_several_remarks_in_one_are_told_apart():
    twice = "\n".join(ErrorCode.NAMES_007.value.format(row=row) for row in (3, 5))
    assert [found.row for found in translate(twice, level="error")] == [3, 5]


def test_what_is_named_without_its_row_is_found():
    survey = [
        {"Type": "begin repeat", "Name": "child"},
        {},
        {"type": "text", "name": "name_of"},
        {"type": "end repeat"},
        {"type": "tekst", "name": "b"},
    ]
    rows = Rows.of(survey, [{"list name": "kinds", "name": "a b"}], root="data")
    assert rows.by_path == {"/data/child": 2, "/data/child/name_of": 4, "/data/b": 6}
    assert rows.find({"name": "name_of"}) == ("survey", 4)
    assert rows.find({"type": "tekst"}) == ("survey", 6)
    assert rows.find({"list_name": "kinds", "choice": "a b"}) == ("choices", 2)
    assert rows.find({"name": "nobody"}) is None
