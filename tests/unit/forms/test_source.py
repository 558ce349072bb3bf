"""What strangers upload under the name of a form."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

from forms import catalogue
from forms.compiler import compile_form
from forms.findings import Finding, FormRefused
from forms.source import SOURCE_LIMIT
from forms.workbook import to_xlsx

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def workbook(parts: dict[str, bytes | Iterator[bytes]]) -> bytes:
    """The patrol form's workbook with some parts replaced or added; long ones are written piece by piece."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(to_xlsx(catalogue.source("patrol")))) as whole,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        contents = {name: whole.read(name) for name in whole.namelist()} | parts
        for name, content in contents.items():
            with changed.open(name, "w") as part:
                for piece in [content] if isinstance(content, bytes) else content:
                    part.write(piece)
    return packed.getvalue()


def rows(count: int) -> Iterator[bytes]:
    """A worksheet of that many filled rows."""
    cell = b'<c t="str"><v>a</v></c>'
    yield b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    for _ in range(count // 1000):
        yield (b"<row>" + cell + b"</row>") * 1000
    yield b"</sheetData></worksheet>"


def streams(*names: str) -> bytes:
    return OLE2 + bytes(504) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)


def laughing_sheet() -> bytes:
    return (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row>'
        '<c t="str"><v>&l9;</v></c></row></sheetData></worksheet>'
    ).encode()


def laughing_form() -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><h:html xmlns:h="http://www.w3.org/1999/xhtml">&l9;</h:html>'.encode()


def outer_file() -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><h:html xmlns:h="http://www.w3.org/1999/xhtml">&f;</h:html>'


HOSTILE = {
    "a bomb": (
        lambda: workbook({"xl/media/a.bin": (bytes(1_000_000) for _ in range(100))}),
        Finding("error", "", "工作簿解开后太大，不像是表单：请把用到的行抄到一本新工作簿"),
    ),
    "a million rows": (
        lambda: workbook({"xl/worksheets/sheet1.xml": rows(1_000_000)}),
        Finding("error", "survey 第 20001 行", "超过 20000 行，不像是表单", "survey", 20_001),
    ),
    "a million lines": (
        lambda: b"| survey |\n" + b"| | a |\n" * 1_000_000,
        Finding("error", "survey 第 20001 行", "超过 20000 行，不像是表单", "survey", 20_001),
    ),
    "a long table of commas": (
        lambda: b"survey,,\n" + b",a,b\n" * 30_000,
        Finding("error", "survey 第 20001 行", "超过 20000 行，不像是表单", "survey", 20_001),
    ),
    "macros": (
        lambda: workbook({"xl/vbaProject.bin": b"x"}),
        Finding("error", "", "工作簿带宏：请另存为不带宏的 .xlsx 再上传"),
    ),
    "macros in an old workbook": (
        lambda: streams("Workbook", "_VBA_PROJECT"),
        Finding("error", "", "工作簿带宏：请另存为不带宏的 .xlsx 再上传"),
    ),
    "a password": (
        lambda: streams("EncryptionInfo", "EncryptedPackage"),
        Finding("error", "", "文件加了打开密码：请去掉密码，另存后再上传"),
    ),
    "a letter by another name": (
        lambda: streams("WordDocument", "1Table"),
        Finding("error", "", "这是 Word 文档，不是表格：表单要写在 Excel 或 WPS 表格里"),
    ),
    "a worksheet that laughs": (
        lambda: workbook({"xl/worksheets/sheet1.xml": laughing_sheet()}),
        Finding("error", "", "文件读不出来：请用 Excel 或 WPS 重新保存后再上传"),
    ),
    "half a file": (
        lambda: to_xlsx(catalogue.source("patrol"))[:4000],
        Finding("error", "", "文件已损坏，打不开：请重新保存后再上传"),
    ),
    "laughing entities in a form": (
        laughing_form,
        Finding("error", "", "XML 里有 DOCTYPE（实体声明），不收：请用制表工具重新导出"),
    ),
    "a file of the server's": (
        outer_file,
        Finding("error", "", "XML 里有 DOCTYPE（实体声明），不收：请用制表工具重新导出"),
    ),
    "too many bytes": (
        lambda: b"|" * (SOURCE_LIMIT + 1),
        Finding("error", "", "文件超过 8 MB，不像是表单"),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_chinese(name):
    make, expected = HOSTILE[name]
    with pytest.raises(FormRefused) as refused:
        compile_form(make())
    assert refused.value.findings == (expected,)


def test_a_column_formatted_to_its_end_is_no_million_rows():
    """WPS writes a row for every one of them, although nothing stands there."""
    blank = b"".join(b'<row r="%d" s="1"/>' % number for number in range(60, 200_000))
    source = to_xlsx(catalogue.source("patrol"))
    with zipfile.ZipFile(io.BytesIO(source)) as whole:
        sheet = whole.read("xl/worksheets/sheet1.xml").replace(b"</sheetData>", blank + b"</sheetData>")
    assert compile_form(workbook({"xl/worksheets/sheet1.xml": sheet})).xml == compile_form(source).xml
