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
        (r"not recognized as a supported type", "这不是表单文件：请上传 .xlsx、.xls、.csv 或 Markdown 表格"),
        (r"must have a sheet named 'survey'", "没有 survey 工作表：题目写在 survey 里"),
        (r"required column headers were not found: (.*?)\.(?: |$)", "工作表缺少这些列：{}"),
        (r"missing header row", "工作表没有表头"),
        (r"Question with no type", "这一行没有写题型（type）"),
        (r"group with no name", "这一题没有写名称（name）"),
        (r"Missing calculation", "计算题没有写算式（calculation）"),
        (r"'name' value '([^']*)' is invalid\. (?:Questions|Repeat names)", "名称「{}」重复"),
        (r"case-insensitive match", "有两个名称只差大小写，统计时容易混淆"),
        (r"Names must begin", "名称不合规则：以字母或下划线开头，只用字母、数字、下划线、连字符和点"),
        (r"Names used here", "实体名称不合规则：不能叫 name 或 label，不能以两个下划线开头，不能有点"),
        (r"should be a choices sheet", "选择题要有 choices 工作表，列名为 list_name、name、label"),
        (r"List name not in (?:external )?choices sheet: (\S+)", "选项表「{}」在 choices 工作表里找不到"),
        (r"Choice names with spaces .*See \[([^\]]*)\]", "多选题的选项名称里不能有空格：「{}」"),
        (r"Choice names must be unique", "同一个选项表里选项名称（name）重复"),
        (r"Choices must have a name", "选项没有写名称（name）"),
        (r"Choices should have a label", "选项没有写显示文字（label）"),
        (r"Column headers must not", "选项表的列名不能为空，也不能有空格"),
        (r"Could not find the name '([^']*)'", "引用的题目「{}」不存在"),
        (r"Reference variables must start", "引用题目要写成 ${{题目名}}"),
        (r"Unmatched 'begin_(\w+)'", "begin_{0} 没有对应的 end_{0}"),
        (r"Unmatched 'end_(\w+)'", "end_{0} 没有对应的 begin_{0}"),
        (r"Unknown question type '([^']*)'", "不认识的题型「{}」"),
        (r"element named '([^']*)' has no label", "「{}」没有写题目文字（label）"),
        (r"has no label", "这一题没有写题目文字（label）"),
        (r"Language '([^']*)' is missing the (\w+) (\w+) column", "语言「{}」在 {} 工作表里缺少 {} 列"),
        (r"valid machine-readable codes", "语言列的写法应带语言代码，例如 label::中文 (zh)"),
        (r"Use the max-pixels parameter", "照片题建议写 max-pixels=1600，传得快、省空间"),
        (r"File name for '([^']*)'", "「{}」：文件名要以 .csv、.geojson 或 .xml 结尾"),
        (r"'save_to' value is invalid", "实体属性（save_to）写法不对，请对照 entities 工作表"),
        (r"entity declaration is invalid", "实体声明不完整：检查 entity_id、create_if、update_if、label"),
        (r"columns?\(s\) are not supported", "entities 工作表里有不认识的列"),
        (r"Headers that are different names", "有两列表示同一个意思，请删去一列"),
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
            return saying.format(*found.groups())
    return f"表单写法有误，转换程序的原话是：{_ROW.sub('', complaint).strip()}"
