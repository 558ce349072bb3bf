"""Which forms the browser client cannot fill, and what a worker is told instead."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from forms.browser import refusal
from forms.compiler import CompiledForm, compile_form

SETTINGS = "| settings |\n| | form_id | version |{}\n| | trial | 1 |{}\n"


def trial(*rows: str, more: tuple[str, str] = ("", "")) -> bytes:
    survey = "| survey |\n| | type | name | label | required | appearance | parameters |\n"
    return compile_form(survey + "\n".join(rows) + "\n" + SETTINGS.format(*more)).xml


def test_no_shipped_form_is_refused(compiled: Mapping[str, CompiledForm]) -> None:
    assert {form_id: refusal(form.xml) for form_id, form in compiled.items()} == dict.fromkeys(compiled)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("video | a | 甲 | {} | | ", "视频"),
        ("file | a | 甲 | {} | | ", "文件"),
        ("barcode | a | 甲 | {} | | ", "条码"),
        ("image | a | 甲 | {} | draw | max-pixels=1600 ", "签名、绘图"),
        ("image | a | 甲 | {} | annotate | max-pixels=1600 ", "签名、绘图"),
    ],
)
def test_a_form_is_refused_for_a_required_question_only(question: str, kind: str) -> None:
    assert (
        refusal(trial(f"| | {question.format('yes')}|")) == f"这张表有必填的{kind}题，请用 ODK Collect 填写。"
    )
    assert refusal(trial(f"| | {question.format('')}|")) is None


def test_a_question_required_under_a_condition_refuses_the_form_too() -> None:
    rows = ("| | text | a | 甲 | | | |", "| | barcode | b | 乙 | ${a} = 'x' | | |")
    assert refusal(trial(*rows)) == "这张表有必填的条码题，请用 ODK Collect 填写。"


def test_recordings_and_photos_are_drawn_even_where_they_are_required() -> None:
    rows = ("| | audio | a | 甲 | yes | | |", "| | image | b | 乙 | yes | new | max-pixels=1600 |")
    assert refusal(trial(*rows)) is None


def test_each_kind_is_named_once() -> None:
    rows = (
        "| | file | a | 甲 | yes | | |",
        "| | file | b | 乙 | yes | | |",
        "| | barcode | c | 丙 | yes | | |",
    )
    assert refusal(trial(*rows)) == "这张表有必填的文件、条码题，请用 ODK Collect 填写。"


def test_a_form_whose_records_are_encrypted_is_refused() -> None:
    xml = trial("| | text | a | 甲 | | | |", more=(" public_key |", " QQ |"))
    assert refusal(xml) == "这张表的内容要加密，请用 ODK Collect 填写。"
