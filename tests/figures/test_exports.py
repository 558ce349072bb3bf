"""What a phone sent, what is stored and what is exported agree, answer by answer, for whatever was answered."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic_core import to_json

from forms import catalogue
from forms.compiler import compile_form
from forms.instance import Answers, parse, values
from forms.schema import Field, Node, Shape, shape
from server.domain.scope import Scope
from server.figures.exports.cells import Reading, Writer, figure, heads, writer
from server.figures.exports.features import RecordLayer
from server.figures.exports.order import Format, Order, Wanted
from server.figures.exports.questions import Table, tables
from server.figures.exports.records import Record
from server.figures.exports.silent import SILENT
from server.figures.exports.text import Rounds, rounds, row_writer, written
from server.storage.exports import Selection
from tests.factories import NOW

SPECIMEN = """\
| survey |
| | type | name | label |
| | dateTime | begun | 什么时候 |
| | geotrace | way | 走的路 |
| | geopoint | door | 门口 |
| | integer | number | 几个 |
| | note | read | 只是读的 |
| | begin_group | house | 房子 |
| | decimal | area | 面积 |
| | select_multiple kind | kinds | 几种 |
| | begin_repeat | room | 房间 |
| | text | door | 门口 |
| | geoshape | plan | 平面 |
| | begin_repeat | bed | 床 |
| | select_one kind | kind | 哪种 |
| | end_repeat | | |
| | end_repeat | | |
| | end_group | | |
| choices |
| | list_name | name | label |
| | kind | a | 甲种 |
| | kind | b | =乙种 |
| settings |
| | form_title | form_id | version |
| | 样表 | specimen | 1 |
"""
KEY = "uuid:11111111-1111-4111-8111-111111111111"

DEGREES = st.decimals(-80, 80, places=5).map(str)
POINT = st.tuples(DEGREES, DEGREES, st.sampled_from(["", " 0", " 412.5 6.3", " -3 0"])).map(
    lambda parts: f"{parts[0]} {parts[1]}{parts[2]}"
)
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=12
).filter(lambda text: not text.isspace())
DANGEROUS = st.sampled_from(["=1+1", "+8613800000000", "-1", "@a", '"', "甲,乙", "'=1", "#N/A"])
LINE = st.lists(POINT, min_size=1, max_size=4).map("; ".join)
ANSWERS: dict[str, st.SearchStrategy[str]] = {
    "geopoint": POINT,
    "geotrace": LINE,
    "geoshape": LINE,
    "int": st.integers(-(10**9), 10**9).map(str),
    "decimal": st.decimals(-1000, 1000, places=3).map(str),
}


@cache
def form(form_id: str) -> tuple[bytes, Shape, Table]:
    source = SPECIMEN if form_id == "specimen" else catalogue.source(form_id)
    xml = compile_form(source.encode()).xml
    return xml, shape(xml), tables([xml], title=form_id)


def answered(node: Node) -> st.SearchStrategy[Answers]:
    """Any answers: each of its question's type or anything at all; what is not answered is blank or missing."""
    parts: dict[str, st.SearchStrategy[Any]] = {}
    for part in node.within.values():
        if part.field is not None:
            parts[part.name] = st.none() | ANSWERS.get(part.field.type, WORDS) | WORDS | DANGEROUS
        elif part.name != "meta":
            inner = answered(part)
            parts[part.name] = inner if part.kind == "group" else st.lists(inner, max_size=2)
    return st.fixed_dictionaries({}, optional=parts)


def sent(tag: str, answers: Answers) -> etree._Element:
    """The XML a phone would write for these answers."""
    element = etree.Element(tag)
    for name, answer in answers.items():
        for each in answer if isinstance(answer, list) else [answer]:
            if isinstance(each, dict):
                element.append(sent(name, each))
            else:
                etree.SubElement(element, name).text = each
    return element


def said(element: etree._Element, field: Field) -> str:
    """The answer to a question, read off the XML."""
    steps = field.path.removeprefix(field.repeat or "/data").strip("/")
    text = element.findtext(steps) or ""
    return "" if text.isspace() else text


def marked(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def is_number(text: str) -> bool:
    whole, _, decimals = text.removeprefix("-").partition(".")
    return all(part.isascii() and part.isdigit() for part in ([whole, decimals] if "." in text else [whole]))


def cells(field: Field, text: str) -> list[str]:
    """What a question's columns are to hold, said once more in other words."""
    if field.type == "geopoint":
        parts = text.split()
        if 2 <= len(parts) <= 4 and all(map(is_number, parts)):
            return [parts[1], parts[0], *parts[2:], *[""] * (4 - len(parts))]
        return [marked(text), "", "", ""]
    return [text if field.type in ("int", "decimal") and is_number(text) else marked(text)]


def row(element: etree._Element, table: Table, form_id: str, repeat: str | None) -> list[str]:
    """The cells of a record or a round, from the XML."""
    asked = [each for each in form(form_id)[1].fields if each.repeat == repeat]
    asked = [each for each in asked if not each.note and "/meta/" not in each.path]
    counted = [str(len(element.findall("/".join(each.steps)))) for each in table.repeats]
    return [cell for each in asked for cell in cells(each, said(element, each))] + counted


def elements(
    element: etree._Element, table: Table, path: str, key: str
) -> Iterator[tuple[Table, str, list[str], etree._Element]]:
    """Every round inside an element: its table, its path, its key and that of what it is in, and itself."""
    for repeat in table.repeats:
        inside = f"{path}/{'/'.join(repeat.steps)}"
        for number, each in enumerate(element.findall("/".join(repeat.steps)), start=1):
            own = f"{key}/{'-'.join(repeat.steps)}[{number}]"
            yield repeat, inside, [own, key], each
            yield from elements(each, repeat, inside, own)


def order(form_id: str, **more: Any) -> Order:
    return Order(
        wanted=Wanted(form_id=form_id, format=Format.CSV, in_words=False, **more),
        table=form(form_id)[2],
        selection=Selection(form_id=form_id, states=frozenset(), asked=NOW),
        scope=Scope.everything(),
        flags={},
    )


def lines(rows: list[list[Any]]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written(rows).decode(), newline="")))


def place(field: Field, text: str) -> dict[str, Any] | None:
    """The place an answer means, from its text; what makes no sense in it is left out."""
    points = []
    for point in text.split(";"):
        parts = point.split()
        if 2 <= len(parts) <= 4 and all(map(is_number, parts)):
            points.append([float(parts[1]), float(parts[0])])
    if not points:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": points[0]}
    ring = points if points[0] == points[-1] else [*points, points[0]]
    if field.type == "geoshape" and len(points) > 2 and len(ring) > 3:
        return {"type": "Polygon", "coordinates": [ring]}
    return {"type": "LineString", "coordinates": points}


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
@pytest.mark.parametrize("form_id", ["specimen", *catalogue.shipped()])
def test_what_was_sent_what_is_kept_and_what_is_exported_agree(form_id: str, data: st.DataObject) -> None:
    _, its_shape, table = form(form_id)
    root = sent("data", data.draw(answered(its_shape.root)))
    root.set("id", form_id)
    root.set("instanceID", KEY)
    kept = json.loads(to_json(values(parse(etree.tostring(root, encoding="UTF-8")), its_shape)))
    record = Record(1, KEY, [], kept, None, is_open=True)
    asked = order(form_id)

    write = row_writer(asked, Reading(in_words=False))
    assert lines([write(record)]) == [row(root, table, form_id, None)]
    assert len(heads(table, in_words=False)) == len(write(record))

    there = list(elements(root, table, "/data", KEY))
    found = list(rounds(table, KEY, kept))
    assert [inner for inner, *_ in found] == [inner for inner, *_ in there]
    for (inner, key, parent, answers), (_, path, keys, element) in zip(found, there, strict=True):
        exported = Rounds(inner, Reading(in_words=False)).row(key, parent, answers)
        assert lines([exported]) == [keys + row(element, inner, form_id, path)]

    layer = RecordLayer(asked)
    on_map, shown = layer.row(record)
    places = [each for each in its_shape.fields if each.repeat is None and each.type.startswith("geo")]
    meant = [place(each, said(root, each)) for each in places]
    assert shown == next((each for each in meant if each is not None), None)
    told = dict(zip([name for name, _ in layer.columns()][15:], on_map, strict=True))
    for each in its_shape.fields:
        if (
            each.repeat is None
            and each.type in ("string", "dateTime")
            and not each.note
            and "/meta/" not in each.path
        ):
            assert told["-".join(each.path.split("/")[2:])] == said(root, each)


def survey(*questions: str, choices: str = "") -> bytes:
    rows = "".join(f"| | {each} |\n" for each in questions)
    listed = f"| choices |\n| | list_name | name | label |\n{choices}" if choices else ""
    source = (
        f"| survey |\n| | type | name | label |\n{rows}{listed}"
        "| settings |\n| | form_title | form_id | version |\n| | 样表 | trial | 1 |\n"
    )
    return compile_form(source.encode()).xml


def test_what_only_an_older_version_asked_comes_behind_what_is_asked_now() -> None:
    newer = survey("text | b | 乙题（新）", "text | a | 甲题")
    older = survey("text | a | 甲题（旧）", "text | gone | 旧题", "text | b | 乙题")
    table = tables([newer, older], title="样表")
    assert heads(table, in_words=True) == ["乙题（新）", "甲题", "旧题"]
    assert heads(table, in_words=False) == ["b", "a", "gone"]


def test_a_choice_keeps_its_words_after_it_has_left_the_form() -> None:
    newer = survey("select_one k | a | 甲题", choices="| | k | x | 新词 |\n")
    older = survey("select_one k | a | 甲题", choices="| | k | x | 旧词 |\n| | k | y | =旧项 |\n")
    write = row_writer_of(tables([newer, older], title="样表"))
    assert write({"a": "x"}) == ["新词"]
    assert write({"a": "y"}) == ["'=旧项"]
    assert write({"a": "x y z"}) == ["新词、=旧项、z"]


def row_writer_of(table: Table) -> Writer:
    return writer(table, Reading(in_words=True))


def test_a_question_that_became_a_group_leaves_its_old_answers_blank() -> None:
    newer = survey("begin_group | a | 甲组", "text | b | 乙题", "end_group | |")
    older = survey("text | a | 甲题")
    write = row_writer_of(tables([newer, older], title="样表"))
    assert write({"a": "旧答"}) == ["", "旧答"]
    assert write({"a": {"b": "新答"}}) == ["新答", ""]


def test_columns_of_one_heading_are_told_apart_by_their_names() -> None:
    table = tables([survey("text | a | 地点", "text | b | 地点", "text | c | 地点（b）")], title="样表")
    assert heads(table, in_words=True) == ["地点", "地点（b）", "地点（b）（c）"]


def test_what_the_phone_notes_by_itself_has_a_chinese_heading() -> None:
    table = tables([survey("start | start | ", "today | today | ", "text | a | 甲题")], title="样表")
    assert heads(table, in_words=True) == ["开始填写", "填写日期", "甲题"]


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_what_a_shipped_form_notes_without_asking_has_a_chinese_heading_of_its_own(form_id: str) -> None:
    xml = compile_form(catalogue.source(form_id).encode()).xml
    table = tables([xml], title="样表", silent=SILENT[form_id])
    for each in table.walk():
        said = heads(each, in_words=True)
        assert not [heading for heading in said if heading.isascii()]
        assert not [
            heading for heading in said if any(f"（{asked.name}）" in heading for asked in each.questions)
        ]
    silent = {question.steps[-1] for each in table.walk() for question in each.questions}
    assert SILENT[form_id].keys() <= silent


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("2026-10-20T09:00:00.000+08:00", "2026-10-20 09:00:00"),
        ("2026-10-20T01:00:00Z", "2026-10-20 09:00:00"),
        ("=NOW()", "'=NOW()"),
    ],
)
def test_a_moment_is_written_as_a_spreadsheet_reads_it(said: str, written: str) -> None:
    assert row_writer_of(tables([survey("dateTime | a | 甲题")], title="样表"))({"a": said}) == [written]


def test_a_number_is_a_number_unless_a_spreadsheet_would_spoil_it() -> None:
    table = tables([survey("integer | a | 甲题", "decimal | b | 乙题")], title="样表")
    write = writer(table, Reading(in_words=True, number=figure))
    assert write({"a": "-7", "b": "2.50"}) == [-7, 2.5]
    assert write({"a": "509901199001011234", "b": "=1"}) == ["509901199001011234", "'=1"]
