from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile

import pytest

from forms import catalogue
from forms.compiler import compile_form
from forms.findings import Finding, FormRefused
from forms.workbook import to_xlsx

SETTINGS = "| settings |\n| | form_title | form_id | version |\n| | 试 | trial | 1 |\n"
CHOICES = "| choices |\n| | list_name | name | label |\n"


def table(
    *rows: str, head: str = "| | type | name | label |", choices: str = "", settings: str = SETTINGS
) -> str:
    return "\n".join(["| survey |", head, *rows, ""]) + choices + settings


def refusal(source: bytes | str) -> tuple[str, str]:
    with pytest.raises(FormRefused) as refused:
        compile_form(source)
    (finding,) = refused.value.findings
    assert finding.level == "error"
    assert str(refused.value) == finding.message
    return finding.place, finding.message


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_the_shipped_forms_compile_without_warnings(compiled, form_id):
    form = compiled[form_id]
    assert form.form_id == form_id
    assert form.version == "2026112101"
    assert form.warnings == ()


def test_a_form_names_the_files_it_expects_and_the_lists_it_writes_to(compiled):
    named = {form_id: (form.title, form.media, form.entity_lists) for form_id, form in compiled.items()}
    assert named == {
        "patrol": ("每日巡查", ("grids.csv", "details.csv"), ()),
        "household_visit": ("入户走访", ("households.csv", "persons.csv", "details.csv"), ("households",)),
        "demand_intake": ("诉求登记", ("details.csv", "grids.csv", "classes.csv"), ()),
        "case_followup": ("办理反馈", ("open_cases.csv",), ("open_cases",)),
    }


def test_the_same_source_gives_the_same_bytes_in_another_process(compiled):
    script = (
        "import hashlib; from forms import catalogue; from forms.compiler import compile_form;"
        "print(hashlib.md5(compile_form(catalogue.source('household_visit')).xml).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    elsewhere = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, env=environment
    )
    assert elsewhere.stdout.decode().strip() == hashlib.md5(compiled["household_visit"].xml).hexdigest()


def test_a_workbook_is_recognised_by_its_first_bytes(compiled):
    assert compile_form(to_xlsx(catalogue.source("patrol"))).xml == compiled["patrol"].xml


def test_a_csv_saved_in_the_encoding_of_chinese_spreadsheets_is_read():
    source = '"survey",,,\n,"type","name","label"\n,"text","words","说两句"\n"settings",,,\n,"form_id","version",\n,"trial","1",\n'
    assert "说两句".encode() in compile_form(source.encode("gb18030")).xml
    assert compile_form(source.encode("utf-8-sig")).xml == compile_form(source.encode("gb18030")).xml


def test_a_markdown_table_may_begin_with_a_mark_of_its_encoding():
    assert compile_form(table("| | text | a | 甲 |").encode("utf-8-sig")).form_id == "trial"


@pytest.mark.parametrize(
    ("rows", "choices", "expected"),
    [
        (["| | | a | 甲 |"], "", ("survey 第 2 行", "这一行没有写题型（type）")),
        (["| | text | | 甲 |"], "", ("survey 第 2 行", "这一题没有写名称（name）")),
        (["| | text | a | |"], "", ("survey 第 2 行", "「a」没有写题目文字（label）")),
        (["| | calculate | a | |"], "", ("survey 第 2 行", "计算题没有写算式（calculation）")),
        (
            ["| | text | a | 甲 |", "| | text | a | 乙 |"],
            "",
            ("survey 第 3 行", "名称「a」重复：同一组里每题的名称只能用一次"),
        ),
        (["| | text | a | ${b} |"], "", ("survey 第 2 行", "引用的题目「b」不存在，请核对写法")),
        (["| | text | a | ${b c |"], "", ("survey 第 2 行", "引用题目要写成 ${题目名}，花括号要成对")),
        (
            ["| | begin_group | g | 组 |", "| | text | a | 甲 |"],
            "",
            ("survey 第 2 行", "begin_group 没有对应的 end_group"),
        ),
        (
            ["| | text | a | 甲 |", "| | end_group | | |"],
            "",
            ("survey 第 3 行", "end_group 没有对应的 begin_group"),
        ),
        (
            ["| | tekst | a | 甲 |"],
            "",
            ("survey 第 2 行", "不认识的题型「tekst」：请核对拼写，空格、标点要用半角"),
        ),
        (
            ["| | select_one x | a | 甲 |"],
            "",
            ("choices", "选择题要有 choices 工作表，列名为 list_name、name、label"),
        ),
        (
            ["| | select_one y | a | 甲 |"],
            f"{CHOICES}| | x | a | 甲 |\n",
            ("survey 第 2 行", "选项表「y」在 choices 工作表里找不到"),
        ),
        (
            ["| | select_one x | a | 甲 |"],
            f"{CHOICES}| | x | | 甲 |\n",
            ("choices 第 2 行", "选项没有写名称（name）"),
        ),
        (
            ["| | select_multiple x | a | 甲 |"],
            f"{CHOICES}| | x | a b | 甲 |\n",
            ("choices 第 2 行", "多选题的选项名称里不能有空格：「a b」"),
        ),
        (
            ["| | select_one_from_file a.txt | a | 甲 |"],
            "",
            ("survey 第 2 行", "「a.txt」：文件名要以 .csv、.geojson 或 .xml 结尾"),
        ),
    ],
)
def test_a_mistake_is_named_with_its_row_in_chinese(rows, choices, expected):
    assert refusal(table(*rows, choices=choices)) == expected


def test_a_doubtful_form_compiles_with_chinese_warnings():
    form = compile_form(table("| | image | photo | 照片 |", "| | text | a | 甲 |", "| | text | A | 乙 |"))
    assert form.warnings == (
        "survey 第 2 行：照片题建议写 max-pixels=1600，传得快、省空间",
        "survey 第 4 行：名称「A」与另一题只差大小写，统计时容易混淆",
    )


def test_a_warning_about_the_whole_form_names_no_row():
    head = "| | type | name | label::中文 (zh) | label::English (en) | hint::中文 (zh) |"
    form = compile_form(table("| | text | a | 甲 | A | 提示 |", head=head))
    assert form.warnings == ("survey：语言「English (en)」缺少 hint 列",)


def test_a_form_without_an_id_is_refused():
    assert refusal(table("| | text | a | 甲 |", settings="")) == ("settings", "settings 工作表没有写 form_id")


def test_the_old_external_select_is_refused():
    source = table(
        "| | select_one_external x | a | 甲 | b=1 |",
        head="| | type | name | label | choice_filter |",
        choices="| external_choices |\n| | list_name | name | label | b |\n| | x | a | 甲 | 1 |\n",
    )
    assert refusal(source) == ("external_choices", "select_one_external 已过时，请改用 select_one_from_file")


def test_a_character_nobody_sees_is_found_in_its_cell():
    with pytest.raises(FormRefused) as refused:
        compile_form(table("| | text | a | 甲 |", "| | text | b | 乙\x0b丙 |"))
    assert refused.value.findings == (
        Finding(
            "error", "survey 第 3 行", "有看不见的控制字符：请清空这一格，重新打字", "survey", 3, "label"
        ),
    )


@pytest.mark.parametrize("source", ["", "您好", "a,b\n1,2\n", b"\x89PNG\r\n\x1a\n\0\0"])
def test_what_is_not_a_form_is_refused(source):
    assert refusal(source) == ("", "这不是表单文件：请上传 .xlsx、.xls、.csv 或 Markdown 表格")


def test_a_form_of_more_questions_than_anybody_asks_is_refused():
    wide = "".join(f"<q{number}/>" for number in range(5_001))
    source = (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>宽</h:title>'
        f'<model><instance><data id="wide" version="1">{wide}</data></instance></model></h:head><h:body/></h:html>'
    )
    assert refusal(source) == ("survey", "有 5001 道题（含计算），超过 5000 道的手机打不开")


def test_the_name_of_a_file_is_never_opened():
    assert refusal("/etc/passwd")[0] == ""


def test_a_broken_workbook_is_refused():
    assert refusal(b"PK\x03\x04 broken") == ("", "文件已损坏，打不开：请重新保存后再上传")


@pytest.mark.parametrize("source", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\1" * 600])
def test_a_broken_old_workbook_is_refused(source):
    assert refusal(source)[0] == ""


def test_a_zip_that_is_no_workbook_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("letter.txt", "您好")
    assert refusal(packed.getvalue()) == ("", "这不是表单文件：请上传 .xlsx、.xls、.csv 或 Markdown 表格")


def test_a_workbook_with_a_broken_sheet_is_refused():
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(to_xlsx(catalogue.source("patrol")))) as whole,
        zipfile.ZipFile(packed, "w") as broken,
    ):
        for name in whole.namelist():
            broken.writestr(name, b"<worksheet" if name.endswith("sheet1.xml") else whole.read(name))
    assert refusal(packed.getvalue()) == ("", "文件读不出来：请用 Excel 或 WPS 重新保存后再上传")


def test_a_workbook_that_unpacks_to_very_much_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(65 * 1024 * 1024))
    assert refusal(packed.getvalue()) == ("", "工作簿解开后太大，不像是表单：请把用到的行抄到一本新工作簿")
