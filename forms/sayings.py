"""What pyxform can object to, in Chinese: one table keyed by its ErrorCode, one for the sentences without a code.

A sentence says what is wrong and what to do; names in braces are filled from pyxform's own words. The worksheet and
column are given where pyxform's sentence does not name them itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Saying:
    """A Chinese sentence, the worksheet and column it speaks of, and the parameter its row is found by."""

    message: str
    sheet: str = ""
    column: str = ""
    parameter: str = ""


def _survey(column: str, message: str) -> Saying:
    return Saying(message, "survey", column)


def _parameter(name: str, message: str) -> Saying:
    return Saying(message, "survey", "parameters", name)


def _entities(column: str, message: str) -> Saying:
    return Saying(message, "entities", column)


_NAME: Final = "以字母或下划线开头，只用字母、数字、下划线、连字符和点"
_IN_CONTAINER: Final = "请把要用的值抄到同一层的 calculate 里再引用"

CODED: Final[Mapping[str, Saying]] = {
    "ENTITY_001": _survey(
        "save_to", "写了 save_to 却没有 entities 工作表：请加一张 entities，写明存到哪个名单"
    ),
    "ENTITY_002": _survey("save_to", "属性「{saveto}」在第 {other_row} 行已经用过，请删去或改掉其中一个"),
    "ENTITY_003": _survey("save_to", "组和重复组不能存进名单，请把 save_to 移到题目那一行"),
    "ENTITY_004": _survey("save_to", "entities 工作表里没有名单「{dataset}」，请核对写法"),
    "ENTITY_005": _entities(
        "label", "名单「{dataset}」会新增条目，要写 label；只更新不新增的，请写 entity_id"
    ),
    "ENTITY_006": _entities(
        "update_if", "名单「{dataset}」又新增又更新，要写 update_if；只新增的，请删去 entity_id"
    ),
    "ENTITY_007": _entities(
        "entity_id", "名单「{dataset}」要更新条目，得写 entity_id；只新增的，请把 update_if 改成 create_if"
    ),
    "ENTITY_008": _survey("save_to", "有几个名单时，save_to 要写成「名单#属性」"),
    "ENTITY_009": _entities(
        "list_name",
        "一层（整张表、一个组、一个重复组）只能放一个名单，这里与第 {other_row} 行的名单撞在「{scope}」",
    ),
    "ENTITY_011": _survey(
        "save_to",
        f"名单「{{dataset}}」已在「{{other_scope}}」引用，不能又存「{{scope}}」里的值：{_IN_CONTAINER}",
    ),
    "ENTITY_012": _entities(
        "label",
        f"名单「{{dataset}}」已在「{{other_scope}}」引用，不能又用「{{scope}}」里的「{{question}}」：{_IN_CONTAINER}",
    ),
    "ENTITY_013": _survey("save_to", "save_to 里最多一个 #，写成「名单#属性」"),
    "HEADER_001": Saying("工作表没有表头：第一行要写列名"),
    "HEADER_002": Saying("「{other}」和「{header}」两列是一个意思，请删去或改名其中一列", column="{header}"),
    "HEADER_003": Saying("工作表缺少这些列：{missing}"),
    "HEADER_004": Saying("列名不能为空，也不能有空格：「{column}」", "choices"),
    "HEADER_005": Saying("不认识的列：{columns}，请核对写法或删去", "entities", "{columns}"),
    "INTERNAL_001": _survey("trigger", "trigger 列读不懂：只写 ${{题目名}}，多个用逗号隔开"),
    "INTERNAL_002": _survey("save_to", "名单与题目对不上（{path}），请核对 entities 工作表和 save_to 列"),
    "LABEL_001": Saying("选项没有写显示文字（label）", "choices", "label"),
    "NAMES_001": _survey("name", "名称「{value}」重复：同一组里每题的名称只能用一次"),
    "NAMES_002": _survey("name", "名称「{value}」与另一题只差大小写，统计时容易混淆"),
    "NAMES_003": _survey("name", "重复组不能叫「{value}」，这是整张表的名字"),
    "NAMES_004": _survey("name", "重复组「{value}」的名称重复：整张表里只能用一次"),
    "NAMES_005": _survey("name", "名称「meta」留给系统用，请换一个"),
    "NAMES_006": Saying("选项没有写名称（name）", "choices", "name"),
    "NAMES_007": Saying("同一个选项表里选项名称（name）重复", "choices", "name"),
    "NAMES_008": Saying(f"名称不合规则：{_NAME}"),
    "NAMES_009": Saying(f"名称不合规则：{_NAME}", "settings", "{name}"),
    "NAMES_010": Saying("名单和属性的名称不能以两个下划线开头"),
    "NAMES_011": Saying("名单的名称里不能有点"),
    "NAMES_012": Saying("属性不能叫 name 或 label，这两个由系统写"),
    "NAMES_013": Saying("没有「{sheet}」工作表，却有名字相近的 {candidates}：是不是写错了"),
    "NAMES_014": _entities("list_name", "entities 工作表里名单重复，一个名单只写一行"),
    "NAMES_015": _entities("list_name", "entities 工作表里名单没有写名称（list_name）"),
    "PYREF_001": Saying("引用题目要写成 ${{题目名}}，花括号要成对"),
    "PYREF_002": Saying("引用多道题时，中间用逗号隔开"),
    "PYREF_003": Saying("引用的题目「{q}」不存在，请核对写法"),
    "PYREF_004": Saying("引用的题目「{q}」有重名，不知道指哪一个，请改掉其中一个名称"),
    "RANGE_001": _survey("parameters", "滑块题的 {name} 要写数字"),
    "RANGE_002": _survey("parameters", "滑块题的 {name} 不能是 0"),
    "RANGE_003": _survey("parameters", "滑块题的 {name} 比起点到终点的距离还大"),
    "RANGE_004": _survey("parameters", "滑块题的 {name} 要是 step 的整数倍"),
    "RANGE_005": _survey("parameters", "滑块题的 {name} 要在 start 和 end 之间"),
    "RANGE_006": _survey("parameters", "滑块题的 tick_labelset 要写 choices 工作表里的一个选项表"),
    "RANGE_007": _survey("parameters", "滑块题用 no-ticks 时，tick_labelset 的选项表只能有两项"),
    "RANGE_008": _survey(
        "parameters", "滑块题的这种外观（appearance）不能用 tick_interval、placeholder、tick_labelset"
    ),
    "RANGE_009": _survey("parameters", "滑块题的 tick_labelset：选项名称都要是数字"),
    "RANGE_010": _survey("parameters", "滑块题的 tick_labelset：选项要在 start 和 end 之间"),
    "RANGE_011": _survey("parameters", "滑块题的 tick_labelset：选项要落在起点加 {name} 的整数倍上"),
    "RANGE_012": _survey("parameters", "滑块题用 no-ticks 时，tick_labelset 的选项只能是起点和终点"),
    "SURVEY_001": _survey("type", "end_{type} 没有对应的 begin_{type}"),
    "SURVEY_002": _survey("type", "begin_{type} 没有对应的 end_{type}"),
    "SURVEY_003": _parameter("incremental", "画线、画面题的 incremental 只能写 true，或者不写"),
    "SURVEY_004": _survey("parameters", "parameters 列要写成「键=值 键=值」"),
    "SURVEY_005": _survey("parameters", "这种题不认识参数「{rejected}」，可以写的有：{accepted}"),
    "SURVEY_006": _survey(
        "parameters", "reference-geometry 要写一个选项表、名单或附带文件的名称，或一个重复组的 ${{名称}}"
    ),
    "SURVEY_007": _survey("parameters", "capture-accuracy 要写数字（米）"),
    "SURVEY_008": _survey("parameters", "warning-accuracy 要写数字（米）"),
    "SURVEY_009": _survey("parameters", "allow-mock-accuracy 只能写 true 或 false"),
}

_UNCODED: Final[tuple[tuple[str, Saying], ...]] = (
    (
        r"does not appear to be a valid XLSForm",
        Saying("这不是表单文件：请上传 .xlsx、.xls、.csv 或 Markdown 表格"),
    ),
    (r"Workbook is encrypted", Saying("文件加了打开密码：请去掉密码，另存后再上传")),
    (r"Error reading \.", Saying("文件读不出来：请用 Excel 或 WPS 重新保存后再上传")),
    (
        r"must have a sheet named 'survey'.*were found: '(?P<alike>[^']*)'",
        Saying("没有 survey 工作表：请把工作表「{alike}」改名为 survey", "survey"),
    ),
    (r"must have a sheet named 'survey'", Saying("没有 survey 工作表：题目写在 survey 里", "survey")),
    (r"Duplicate column header: (?P<header>.*)", Saying("表头「{header}」写了两次", column="{header}")),
    (
        r"invalid date on the (?P<sheet>\w+) sheet, under the (?P<column>\S+) column on row number (?P<row>\d+)",
        Saying("日期读不懂，请把单元格格式改成文本"),
    ),
    (
        r"form_id and id_string column",
        Saying("form_id 和 id_string 是一个意思，请删去一列", "settings", "form_id"),
    ),
    (r"'disabled' column", _survey("disabled", "disabled 列已过时，请改用 relevant")),
    (r"Row without name, text, or label", _survey("type", "这一行没有名称和文字，跳过不用")),
    (r"Question with no type", _survey("type", "这一行没有写题型（type）")),
    (r"group with no name", _survey("name", "这一题没有写名称（name）")),
    (r"Audits must always be named", _survey("name", "audit 那一行不写名称")),
    (r"Missing calculation", _survey("calculation", "计算题没有写算式（calculation）")),
    (r"no longer supported on most devices", _survey("type", "这种题多数手机已不支持，请删去")),
    (
        r"Repeat loop without list name|List name not in columns sheet",
        _survey("type", "loop 已过时，请改用 begin_repeat"),
    ),
    (
        r"only meant for filtered selects|external_choices sheet|not in external choices",
        _survey("type", "select_one_external 已过时，请改用 select_one_from_file"),
    ),
    (
        r"should be a choices sheet.*were found: '(?P<alike>[^']*)'",
        Saying("没有 choices 工作表：请把工作表「{alike}」改名为 choices", "choices"),
    ),
    (
        r"should be a choices sheet",
        Saying("选择题要有 choices 工作表，列名为 list_name、name、label", "choices"),
    ),
    (
        r"List name not in choices sheet: (?P<list_name>\S+)",
        _survey("type", "选项表「{list_name}」在 choices 工作表里找不到"),
    ),
    (
        r"Choice names with spaces .*See \[(?P<choice>[^\]]*)\] in \[(?P<list_name>[^\]]*)\]",
        Saying("多选题的选项名称里不能有空格：「{choice}」", "choices", "name"),
    ),
    (
        r"Choice filter not supported with or_other",
        _survey("choice_filter", "带 or_other 的选择题不能用 choice_filter，请在 choices 里加一项“其他”"),
    ),
    (
        r"specify choices for this 'or other'",
        _survey("type", "带 or_other 的选择题，选项要写在 choices 工作表里"),
    ),
    (
        r"Choice filter not supported for table-list",
        _survey("choice_filter", "table-list 组里的选择题不能用 choice_filter"),
    ),
    (r"Badly formatted table list", _survey("type", "table-list 组里的选择题要用同一个选项表")),
    (r"randomize must be set to", _parameter("randomize", "randomize 只能写 true 或 false")),
    (
        r"seed value must be|randomize=true to use a seed",
        _parameter("seed", "seed 要写数字或 ${{题目名}}，并与 randomize=true 一起用"),
    ),
    (r"Parameter rows must have", _parameter("rows", "rows 要写整数")),
    (r"Parameter max-pixels must", _parameter("max-pixels", "max-pixels 要写整数，例如 max-pixels=1600")),
    (r"Use the max-pixels", _survey("parameters", "照片题建议写 max-pixels=1600，传得快、省空间")),
    (
        r"Invalid value for quality",
        _parameter("quality", "quality 的写法不对：录音可写 normal、low、voice-only、external"),
    ),
    (r"package name", _survey("parameters", "app 参数要写安卓应用的包名")),
    (
        r"(?:location-|track-changes|identify-user|include location information)",
        _survey("parameters", "audit 的参数写法不对；本系统不用 audit，请删去这一行"),
    ),
    (
        r"File name for '\w+ (?P<file>[^']*)'",
        _survey("type", "「{file}」：文件名要以 .csv、.geojson 或 .xml 结尾"),
    ),
    (
        r"background-geopoint.*'trigger' column",
        _survey("trigger", "background-geopoint 要写 trigger：哪道题答了就记位置"),
    ),
    (
        r"background-geopoint.*'calculation' column",
        _survey("calculation", "background-geopoint 不能写 calculation"),
    ),
    (
        r"Question '(?P<name>[^']*)' (?:is a select from file type|uses 'search\(\)')",
        _survey("appearance", "「{name}」：search() 不能这样用，请改用 select_one_from_file"),
    ),
    (
        r"question \$\{(?P<trigger>[^}]*)\} is not user-visible .* question \$\{(?P<name>[^}]*)\}",
        _survey("trigger", "「{name}」的 trigger 要写看得见的题，「{trigger}」是算出来的"),
    ),
    (
        r"same instance id will be generated.*Instance name: '(?P<list_name>[^']*)'",
        _survey("type", "「{list_name}」既是一个文件又是另一个文件的名字，请改名"),
    ),
    (r"no survey element named '(?P<q>[^']*)'", Saying("引用的题目「{q}」不存在，请核对写法")),
    (r"multiple survey elements named '(?P<q>[^']*)'", Saying("引用的题目「{q}」有重名，请改掉其中一个名称")),
    (
        r"Unknown question type '(?P<type>[^']*)'",
        _survey("type", "不认识的题型「{type}」：请核对拼写，空格、标点要用半角"),
    ),
    (r"element named '(?P<name>[^']*)' has no label", _survey("label", "「{name}」没有写题目文字（label）")),
    (r"has no label", _survey("label", "这一组没有写标题（label）")),
    (
        r"big-image.*element named (?P<name>\S+)\.",
        _survey("media::big-image", "「{name}」写了 big-image，还要写 image"),
    ),
    (
        r"Language '(?P<language>[^']*)' is missing the (?P<sheet>survey|choices) (?:columns )?(?P<column>.+?)(?: column)?\.$",
        Saying("语言「{language}」缺少 {column} 列"),
    ),
    (
        r"do not contain valid machine-readable codes: (?P<languages>.*?)\. Learn",
        Saying("语言列的写法应带语言代码，例如 label::中文 (zh)：{languages}"),
    ),
    (
        r"uses or_other and translations",
        _survey("type", "or_other 的“其他”不会翻译，请在 choices 里自己写一项"),
    ),
)

UNCODED: Final = tuple((re.compile(pattern, re.DOTALL), saying) for pattern, saying in _UNCODED)
