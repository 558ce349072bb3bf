from __future__ import annotations

import pytest

from forms import catalogue
from forms.compiler import compile_form
from forms.findings import Finding
from forms.lint import lint

SETTINGS = "| settings |\n| | form_title | form_id | version |\n| | 试 | trial | 1 |\n"


def remarks(
    *rows: str, head: str = "| | type | name | label |", more: str = "", settings: str = SETTINGS
) -> list[Finding]:
    source = "\n".join(["| survey |", head, *rows, ""]) + more + settings
    return list(lint(compile_form(source)))


def beside(level: str, row: int, message: str) -> Finding:
    return Finding(level, f"survey 第 {row} 行", message, "survey", row)


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_the_shipped_forms_are_without_remark(compiled, form_id):
    assert lint(compiled[form_id]) == ()


def test_a_form_without_a_version_is_not_published():
    settings = "| settings |\n| | form_id |\n| | trial |\n"
    assert remarks("| | text | a | 甲 |", settings=settings) == [
        Finding("error", "settings", "没有写版本（version）：手机靠它分辨新旧表单，例如 2026112101")
    ]


def test_a_chinese_name_is_refused_once():
    assert remarks("| | text | 姓名 | 姓名 |") == [
        beside("error", 2, "名称「姓名」不能用汉字，请改成拼音或英文；汉字写在 label 里")
    ]


def test_a_chinese_column_is_refused_where_it_is_a_path():
    (found,) = remarks(
        "| | select_one_from_file hh.csv | a | 户 | |",
        "| | calculate | b | | instance('hh')/root/item[name = ${a}]/户主 |",
        head="| | type | name | label | calculation |",
    )
    assert (found.level, found.place) == ("error", "survey 第 3 行")
    assert "「户主」" in found.message


def test_full_width_punctuation_in_an_expression_is_refused():
    (found,) = remarks(
        "| | integer | a | 人数 | |",
        "| | text | b | 乙 | ${a} > 1 and （${a} < 9） |",
        head="| | type | name | label | relevant |",
    )
    assert "「（」" in found.message


def test_chinese_in_a_string_is_allowed():
    assert not remarks(
        "| | text | a | 甲 | |",
        "| | text | b | 乙 | ${a} = '王' or ${a} = \"李\" |",
        head="| | type | name | label | relevant |",
    )


def test_a_form_may_not_send_its_data_elsewhere():
    settings = "| settings |\n| | form_id | version | submission_url | public_key |\n| | trial | 1 | https://example.invalid/submission | QQ |\n"
    assert [(found.level, found.message) for found in remarks("| | text | a | 甲 |", settings=settings)] == [
        ("error", "不能写 submission_url：数据会交到别的服务器"),
        ("warning", "写了 public_key：加密的提交只能原样保存，不能统计、上图"),
    ]


def test_settings_that_only_steer_the_phone_are_allowed():
    settings = "| settings |\n| | form_id | version | auto_send |\n| | trial | 1 | true |\n"
    assert remarks("| | text | a | 甲 |", settings=settings) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("| | audit | audit | | |", "不能用 audit：它给人逐题计时"),
        ("| | background-audio | sound | | |", "不能用后台录音"),
        (
            "| | geopoint | place | 地点 | allow-mock-accuracy=true |",
            "不能写 allow-mock-accuracy：模拟定位要能看得出来",
        ),
    ],
)
def test_nobody_is_watched_and_no_position_is_faked(row, message):
    (found,) = remarks(row, "| | text | a | 甲 | |", head="| | type | name | label | parameters |")
    assert (found.level, found.message) == ("error", message)


def test_forced_photos_voices_and_tracks_are_remarked():
    found = remarks(
        "| | image | a | 照片 | yes | max-pixels=1600 |",
        "| | geotrace | b | 轨迹 | yes | |",
        head="| | type | name | label | required | parameters |",
    )
    assert [(each.level, each.place) for each in found] == [
        ("warning", "survey 第 2 行"),
        ("warning", "survey 第 3 行"),
    ]


@pytest.mark.parametrize(
    ("question", "appearance", "kind"),
    [
        ("video", "", "视频"),
        ("file", "", "文件"),
        ("barcode", "", "条码"),
        ("image", "signature", "签名、绘图"),
    ],
)
def test_a_required_question_the_browser_cannot_draw_is_remarked(question, appearance, kind):
    head = "| | type | name | label | required | appearance | parameters |"
    pixels = "max-pixels=1600" if question == "image" else ""
    row = f"| | {question} | a | 甲 | {{}} | {appearance} | {pixels} |"
    expected = beside("warning", 2, f"必填的{kind}题网页端填不了，这张表只能用 ODK Collect 填")
    assert expected in remarks(row.format("yes"), head=head)
    assert remarks(row.format(""), head=head) == []


def test_functions_the_two_engines_treat_differently_are_remarked():
    found = remarks(
        "| | geopoint | here | 地点 | | |",
        "| | select_one x | a | 甲 | | search('wells') |",
        "| | calculate | far | | distance(${here}, ${here}) | |",
        "| | calculate | near | | if(${here} != '', distance(${here}, ${here}), '') | |",
        "| | calculate | inside | | geofence(${here}, '31 121 0 0;31 122 0 0;32 122 0 0;31 121 0 0') | |",
        head="| | type | name | label | calculation | appearance |",
        more="| choices |\n| | list_name | name | label |\n| | x | name | name |\n",
    )
    assert [(each.level, each.place) for each in found] == [
        ("error", "survey 第 6 行"),
        ("warning", "survey 第 3 行"),
        ("warning", "survey 第 4 行"),
    ]


def test_an_identity_that_would_change_on_every_edit_is_remarked():
    found = remarks(
        "| | calculate | a | | uuid() |",
        "| | calculate | b | | once(uuid()) |",
        "| | text | c | 丙 | |",
        head="| | type | name | label | calculation |",
    )
    assert [(each.level, each.place) for each in found] == [("warning", "survey 第 2 行")]


@pytest.mark.parametrize(
    ("calculation", "remarked"),
    [
        ("if(${here} != '' and ${there} != '', distance(${here}, ${there}), '')", False),
        ("if(string-length(${here}) > 0 and ${there}!='', distance(${here}, ${there}), '')", False),
        ("if(${here} != '', distance(${here}, ${there}), '')", True),
        ("if(${words} != '', distance(${here}, ${there}), '')", True),
        ("area(${field})", True),
    ],
)
def test_every_point_is_asked_for_before_it_is_measured(calculation, remarked):
    found = remarks(
        "| | geopoint | here | 这里 | |",
        "| | geopoint | there | 那里 | |",
        "| | geoshape | field | 田 | |",
        "| | text | words | 说两句 | |",
        f"| | calculate | far | | {calculation} |",
        head="| | type | name | label | calculation |",
    )
    assert [each.place for each in found] == (["survey 第 6 行"] if remarked else [])


@pytest.mark.parametrize(
    ("calculation", "remarked"), [("concat(${kind}, now())", True), ("concat(${kind}, '-1')", False)]
)
def test_an_identity_taken_from_a_question_is_looked_at_there(calculation, remarked):
    found = remarks(
        "| | csv-external | trees | | | |",
        "| | text | kind | 树种 | | species |",
        f"| | calculate | key | | {calculation} | |",
        head="| | type | name | label | calculation | save_to |",
        more="| entities |\n| | list_name | entity_id | update_if |\n| | trees | ${key} | true() |\n",
    )
    assert [each.place for each in found] == (["survey 第 4 行"] if remarked else [])


def test_a_photo_forced_only_in_some_cases_is_forced_all_the_same():
    (found,) = remarks(
        "| | text | a | 甲 | | |",
        "| | image | b | 照片 | ${a} = '' | max-pixels=1600 |",
        head="| | type | name | label | required | parameters |",
    )
    assert (found.level, found.place) == ("warning", "survey 第 3 行")


def test_a_date_saved_to_a_list_is_written_the_same_by_both_engines():
    found = remarks(
        "| | text | name_of | 名 | | |",
        "| | calculate | a | | today() | seen_on |",
        "| | calculate | b | | format-date(today(), '%Y-%m-%d') | told_on |",
        head="| | type | name | label | calculation | save_to |",
        more="| entities |\n| | list_name | label |\n| | trees | ${name_of} |\n",
    )
    assert [(each.level, each.place) for each in found] == [("warning", "survey 第 3 行")]


@pytest.mark.parametrize(
    ("column", "formula", "reason"),
    [
        ("relevant", "if(1,2", "括号没有成对"),
        ("constraint", ". >", "=、>、and 这样的符号两边都要有东西，参数之间用逗号隔开，标点用半角"),
        ("calculation", "1 +", "=、>、and 这样的符号两边都要有东西，参数之间用逗号隔开，标点用半角"),
        ("required", ". = 'x", "引号没有成对"),
        ("readonly", "${first} = '(' or (", "括号没有成对"),
        ("default", "if(1,", "括号没有成对"),
        ("choice_filter", "name = ", "=、>、and 这样的符号两边都要有东西，参数之间用逗号隔开，标点用半角"),
    ],
)
def test_a_formula_nobody_can_read_is_told_beside_its_column(column, formula, reason):
    choices = "| choices |\n| | list_name | name | label |\n| | water | well | 井 |\n"
    kind = "select_one water" if column == "choice_filter" else "text"
    rows = ("| | text | first | 甲 | |", f"| | {kind} | second | 乙 | {formula} |")
    found = remarks(*rows, head=f"| | type | name | label | {column} |", more=choices)
    assert found == [Finding("error", "survey 第 3 行", f"算式读不懂：{reason}", "survey", 3, column)]


def test_a_chinese_letter_in_a_formula_is_told_once():
    assert remarks("| | text | a | 甲 | . ＞ |", head="| | type | name | label | constraint |") == [
        beside("error", 2, "算式里的「＞」手机读不懂：列名不能用汉字，标点要用半角")
    ]
