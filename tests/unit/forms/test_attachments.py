from __future__ import annotations

import pytest

from forms.attachments import LONG_LIST
from forms.compiler import compile_form
from forms.lint import lint

HEAD = "| survey |\n| | type | name | label | media::image | parameters |\n"
SETTINGS = "| settings |\n| | form_title | form_id | version |\n| | 试 | trial | 1 |\n"
WELLS = "| | select_one_from_file wells.csv | well | 水井 | | |\n"


def remarks(rows: str, files: dict[str, bytes] | None, choices: str = "") -> list[tuple[str, str, str]]:
    found = lint(compile_form((HEAD + rows + choices + SETTINGS).encode()), files=files)
    return [(finding.level, finding.place, finding.message) for finding in found]


def test_a_list_that_is_not_there_keeps_a_form_from_being_published():
    assert remarks(WELLS, {}) == [
        ("error", "附件", "缺少文件「wells.csv」：选择题会没有选项，请在附件里上传")
    ]


def test_a_picture_that_is_not_there_is_only_remarked():
    assert remarks("| | text | a | 甲 | well.png | |\n", {}) == [
        ("warning", "附件", "缺少文件「well.png」：题目里的图片或声音不会显示")
    ]


def test_the_register_s_own_lists_are_there():
    assert remarks("| | select_one_from_file households.csv | a | 哪户 | | |\n", {}) == []


def test_who_does_not_ask_for_files_hears_nothing_of_them():
    assert remarks(WELLS, None) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("name,label\n1,井\n".encode(), []),
        ("\ufeffname,label\n1,井\n".encode(), []),
        ("id,label\n1,井\n".encode(), [("error", "survey 第 2 行", "文件「wells.csv」缺少列：name")]),
        (b"", [("error", "survey 第 2 行", "文件「wells.csv」缺少列：name、label")]),
        (
            "name,label\n1,井\n".encode("gb18030"),
            [("error", "附件", "文件「wells.csv」不是 UTF-8 编码：请另存为“CSV UTF-8”")],
        ),
    ],
)
def test_a_list_holds_the_columns_its_question_asks_for(content, expected):
    assert remarks(WELLS, {"wells.csv": content}) == expected


def test_columns_of_another_name_are_said_in_the_parameters():
    row = "| | select_one_from_file wells.csv | well | 水井 | | value=id label=title |\n"
    assert remarks(row, {"wells.csv": b"id,title\n1,x\n"}) == []


@pytest.mark.parametrize(("rows", "remarked"), [(LONG_LIST, False), (LONG_LIST + 1, True)])
def test_long_lists_are_remarked_beside_the_form_and_in_it(rows, remarked):
    content = "name,label\n" + "".join(f"n{number},x\n" for number in range(rows))
    choices = "| choices |\n| | list_name | name | label |\n" + "".join(
        f"| | many | n{number} | x |\n" for number in range(rows)
    )
    long = f"有 {rows} 行，超过 2000 行的在旧手机上打开很慢：请按乡镇或村拆开"
    assert remarks(WELLS, {"wells.csv": content.encode()}) == (
        [("warning", "附件", f"文件「wells.csv」{long}")] if remarked else []
    )
    assert remarks("| | select_one many | a | 甲 | | |\n", {}, choices) == (
        [("warning", "choices", f"选项表「many」{long}")] if remarked else []
    )
