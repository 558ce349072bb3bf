"""What pyxform objects to, in Chinese: the sentence names the worksheet and row, and what to do."""

from __future__ import annotations

import re

from forms.findings import Finding, Level

_ROW = re.compile(r"\[row : (?P<row>\d+)\]")
_SHEET = re.compile(r"'(?P<sheet>survey|choices|settings|entities)' sheet")

# Each pattern is a fragment of pyxform's own sentence; groups of the pattern fill the Chinese one.
_SAYINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), saying)
    for pattern, saying in (
        (r"must have a sheet named 'survey'|sheet named survey", "没有 survey 工作表：题目写在 survey 里"),
        (r"no survey sheet|survey.*were not found: .*type", "survey 工作表缺少 type 列"),
        (r"Question with no type", "这一行没有写题型（type）"),
        (r"no name\.|Question or group with no name", "这一题没有写名称（name）"),
        (r"Missing calculation", "计算题没有写算式（calculation）"),
        (
            r"The name '(?P<a>[^']*)' .*unique|name' value '(?P<b>[^']*)' is invalid\. Questions",
            "名称「{}」在同一层里重复",
        ),
        (
            r"'(?P<a>[^']*)' value is invalid\. Names must begin",
            "{} 列的名称不合规则：以字母或下划线开头，只用字母、数字、下划线、连字符和点",
        ),
        (
            r"List name not in (?:external )?choices sheet: (?P<a>\S+)",
            "选项表「{}」在 choices 工作表里找不到",
        ),
        (
            r"no survey element named '(?P<a>[^']*)'|There is no .*named '(?P<b>[^']*)'",
            "引用的题目「{}」不存在",
        ),
        (r"Unmatched 'begin_(?P<a>\w+)'", "begin_{0} 没有对应的 end_{0}"),
        (r"Unmatched 'end_(?P<a>\w+)'", "end_{0} 没有对应的 begin_{0}"),
        (r"Unknown question type '(?P<a>[^']*)'", "不认识的题型「{}」"),
        (r"Choice names must be unique", "同一个选项表里选项名称（name）重复"),
        (r"Choices must have a name", "选项没有写名称（name）"),
        (r"Choices should have a label", "选项没有写显示文字（label）"),
        (r"has no label", "这一题没有写题目文字（label）"),
        (r"translations? (?:are|is)? ?missing|is missing the .*translation", "有的语言缺少译文"),
        (r"valid machine-readable codes", "语言列的写法应带语言代码，例如 label::中文 (zh)"),
        (r"max-pixels", "照片题建议写 max-pixels=1600，传得快、省空间"),
        (r"case-insensitive match", "有两个名称只差大小写，统计时容易混淆"),
        (r"save_to", "实体属性（save_to）写法不对，请对照 entities 工作表"),
        (
            r"entity declaration is invalid",
            "entities 工作表的实体声明不完整：检查 entity_id、create_if、update_if、label",
        ),
        (r"following column\(s\) are not supported", "entities 工作表里有不认识的列"),
        (r"Headers that are different names", "有两列表示同一个意思，请删去一列"),
        (r"Reference variables must start", "引用题目要写成 ${{题目名}}"),
        (r"'parameters' value is invalid", "parameters 列写法不对，应写成 键=值"),
    )
)


def translate(complaint: str, *, level: Level) -> Finding:
    """Say in Chinese what pyxform said; words not in the table are quoted after a Chinese sentence."""
    return Finding(level, _place(complaint), _message(complaint))


def _place(complaint: str) -> str:
    row, sheet = _ROW.search(complaint), _SHEET.search(complaint)
    name = sheet["sheet"] if sheet else "survey" if row else ""
    return f"{name} 第 {row['row']} 行" if row else name


def _message(complaint: str) -> str:
    for pattern, saying in _SAYINGS:
        if found := pattern.search(complaint):
            return saying.format(*(group for group in found.groups() if group is not None))
    return f"表单写法有误，转换程序的原话是：{_ROW.sub('', complaint).strip()}"
