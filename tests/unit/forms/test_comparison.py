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


RICH_HEAD = (
    "| survey |\n| | type | name | label | hint | guidance_hint | appearance | choice_filter | constraint"
    " | constraint_message | required | required_message | media::image | default | repeat_count | trigger"
    " | calculation |\n"
)
RICH_ROWS = (
    "| | select_one water | source | 喝什么水 | 看水缸 | 不要问邻居 | minimal | place = ${people} | | | yes"
    " | 水要填 | tank.png | well | | | |\n"
    "| | select_one_from_file trees.csv | tree | 哪棵树 | | | | | | | | | | | | | |\n"
    "| | integer | people | 几口人 | | | | | . > 0 | 至少一口 | | | | | | | |\n"
    "| | begin_repeat | member | 家里人 | | | | | | | | | | | ${people} | | |\n"
    "| | text | words | 说两句 | | | | | | | | | | today() | | | |\n"
    "| | end_repeat | | | | | | | | | | | | | | | |\n"
    "| | dateTime | asked | 问的时候 | | | | | | | | | | | | ${people} | now() |\n"
)
RICH_CHOICES = (
    "| choices |\n| | list_name | name | label | place | media::image |\n"
    "| | water | well | 井 | 1 | well.png |\n| | water | tap | 自来水 | 2 | tap.png |\n"
)


def rich(rows: str = RICH_ROWS, choices: str = RICH_CHOICES) -> bytes:
    return compile_form((RICH_HEAD + rows + choices + SETTINGS).encode()).xml


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("看水缸", "看水桶", "「喝什么水」的提示由 看水缸／不要问邻居 改为 看水桶／不要问邻居"),
        ("不要问邻居", "", "「喝什么水」的提示由 看水缸／不要问邻居 改为 看水缸"),
        ("minimal", "likert", "「喝什么水」的外观由 minimal 改为 likert"),
        (
            "place = ${people}",
            "place > ${people}",
            "「喝什么水」的选项筛选由 place = ${people} 改为 place > ${people}",
        ),
        ("place = ${people}", "", "「喝什么水」的选项筛选由 place = ${people} 改为 （无）"),
        ("水要填", "请填水源", "「喝什么水」没填时的提醒由 水要填 改为 请填水源"),
        ("至少一口", "不能是零", "「几口人」填错时的提醒由 至少一口 改为 不能是零"),
        (
            "tank.png",
            "jar.png",
            "「喝什么水」的图片和声音由 tank.png、井 well.png、自来水 tap.png"
            " 改为 jar.png、井 well.png、自来水 tap.png",
        ),
        ("trees.csv", "plants.csv", "「哪棵树」的选项由 trees.csv 改从 plants.csv 取"),
        ("| well |", "| tap |", "「喝什么水」的预填由 well 改为 tap"),
        ("today()", "", "「说两句」的预填由 today() 改为 （无）"),
        ("| | | | ${people} | | |", "| | | | | | |", "「家里人」的次数由 ${people} 改为 （无）"),
        ("now()", "today()", "「问的时候」的算式由 now() 改为 today()"),
    ],
)
def test_everything_about_a_question_is_compared(old, new, sentence):
    said = [each.message for each in differences(rich(), rich(RICH_ROWS.replace(old, new)))]
    assert said == [sentence]


def test_a_picture_of_a_choice_is_compared_with_its_question():
    (found,) = differences(rich(), rich(choices=RICH_CHOICES.replace("tap.png", "pipe.png")))
    assert (found.kind, found.path) == ("media", "/data/source")
    assert found.new == "tank.png、井 well.png、自来水 pipe.png"


def test_a_message_that_holds_another_answer_is_compared():
    (found,) = differences(rich(), rich(RICH_ROWS.replace("至少一口", "${words} 少了")))
    assert found.message == "「几口人」填错时的提醒由 至少一口 改为 少了"


def test_of_a_long_hint_only_what_is_around_the_change_is_told():
    long = "先看院子里有没有水缸和水桶再看厨房里有没有自来水龙头"
    before = RICH_ROWS.replace("看水缸", f"{long}，最后问一问家里人平时喝哪一种")
    after = RICH_ROWS.replace("看水缸", f"{long}，最后看一看家里人平时喝哪一种")
    (found,) = differences(rich(before), rich(after))
    assert found.new.startswith(long)
    assert found.message == (
        "「喝什么水」的提示由 …水龙头，最后问一问家里人平时喝哪一种／不要问邻居"
        " 改为 …水龙头，最后看一看家里人平时喝哪一种／不要问邻居"
    )
