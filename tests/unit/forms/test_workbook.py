from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from openpyxl import Workbook, load_workbook

from forms import catalogue
from forms.compiler import compile_form
from forms.workbook import from_xlsx, sheets, to_xlsx


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_a_form_edited_in_a_spreadsheet_and_back_is_the_same_form(compiled, form_id):
    workbook = to_xlsx(catalogue.source(form_id))
    assert compile_form(workbook) == replace(compiled[form_id], source_kind="xlsx")
    assert compile_form(from_xlsx(workbook)) == compiled[form_id]


def test_rows_belong_to_the_worksheet_named_above_them():
    source = "not a row\n| survey |\n| | type | name |\n|---|---|---|\n| | | |\n| | text | a\\|b |\n| settings |\n| | form_id |\n"
    assert sheets(source) == {"survey": [["type", "name"], ["text", "a|b"]], "settings": [["form_id"]]}


def test_an_expression_stays_text_in_the_workbook():
    packed = to_xlsx("| survey |\n| | type | calculation |\n| | calculate | =1+1 |\n")
    assert load_workbook(io.BytesIO(packed))["survey"]["B2"].data_type == "s"


def test_a_number_typed_into_a_workbook_keeps_its_digits():
    book = Workbook()
    book.worksheets[0].title = "settings"
    book.worksheets[0].append(["form_id", "version", "note"])
    book.worksheets[0].append(["trial", 2026112101, "a|b\nc"])
    book.worksheets[0].append([None, None, None])
    book.worksheets[0].append([None, 0.5, None])
    packed, as_others_write = io.BytesIO(), io.BytesIO()
    book.save(packed)
    with zipfile.ZipFile(packed) as mine, zipfile.ZipFile(as_others_write, "w") as theirs:
        for name in mine.namelist():
            theirs.writestr(name, mine.read(name).replace(b"<v>2026112101</v>", b"<v>2.026112101E9</v>"))
    expected = (
        "| settings |\n| | form_id | version | note |\n| | trial | 2026112101 | a\\|b c |\n| |  | 0.5 |  |\n"
    )
    assert from_xlsx(packed.getvalue()) == expected
    assert from_xlsx(as_others_write.getvalue()) == expected
