from __future__ import annotations

import pytest

from forms.compiler import compile_form
from forms.findings import FormRefused
from forms.schema import Field, shape


def test_a_patrol_declares_its_questions_with_types_and_repeats(shapes):
    patrol = shapes["patrol"]
    fields = {field.path: field for field in patrol.fields}
    assert patrol.repeats == {"/data/finding"}
    assert fields["/data/fix_start"] == Field("/data/fix_start", "geopoint", None, None)
    assert fields["/data/finding/what/photo"] == Field(
        "/data/finding/what/photo", "binary", "/data/finding", None
    )
    assert fields["/data/finding/what/photo"].binary
    assert fields["/data/wrap_up/track"].type == "geotrace"
    assert "/data/meta/instanceID" in fields
    assert len(fields) == len(patrol.fields)


def test_a_visit_says_which_answers_go_back_to_the_list(shapes):
    saved = {field.saves_to: field.path for field in shapes["household_visit"].fields if field.saves_to}
    assert saved == {
        "address": "/data/door/new_address",
        "last_outcome": "/data/door/outcome",
        "last_attempt": "/data/visited_on",
        "due_state": "/data/due_after",
    }


def test_media_are_found_wherever_a_form_names_them():
    source = (
        "| survey |\n| | type | name | label | media::image | appearance | calculation |\n"
        "| | select_one x | a | 甲 | map.png | search('wells') | |\n"
        "| | calculate | b | | | | pulldata('prices', 'p', 'name', 'x') |\n"
        "| | select_one_from_file poles.geojson | c | 杆 | | | |\n"
        "| choices |\n| | list_name | name | label |\n| | x | name | name |\n"
        "| settings |\n| | form_id | version |\n| | trial | 1 |\n"
    )
    assert sorted(compile_form(source).media) == ["map.png", "poles.geojson", "prices.csv", "wells.csv"]


def test_a_list_the_form_only_creates_in_is_no_file_beside_it():
    source = (
        "| survey |\n| | type | name | label |\n| | text | a | 甲 |\n"
        "| entities |\n| | list_name | label |\n| | trees | ${a} |\n"
        "| settings |\n| | form_id | version |\n| | trial | 1 |\n"
    )
    form = compile_form(source)
    assert (form.media, form.entity_lists) == ((), ())


def test_types_with_a_prefix_are_read_without_it():
    xml = (
        b'<html><head><title/><model><instance><d id="f"><a/></d></instance>'
        b'<bind nodeset=" /d/a " type="xsd:int"/></model></head></html>'
    )
    read = shape(xml)
    assert (read.form_id, read.version, read.title) == ("f", "", "")
    assert read.fields == (Field("/d/a", "int", None, None),)


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (b"<html><head/></html>", "这不是 XForm"),
        (b"<html><model/></html>", "这不是 XForm"),
        (b"<html><model><instance/></model></html>", "这不是 XForm"),
        (b"<html", "读不出来"),
        (b"<!DOCTYPE html><html/>", "读不出来"),
    ],
)
def test_what_is_no_form_is_refused(xml, words):
    with pytest.raises(FormRefused) as refused:
        shape(xml)
    assert words in refused.value.findings[0].message


def test_a_note_is_told_from_an_answer_that_cannot_be_changed():
    source = (
        "| survey |\n| | type | name | label | read_only | default | calculation |\n"
        "| | note | hint | 先敲门 | | | |\n"
        "| | text | village | 本村 | yes | 东村 | |\n"
        "| | date | on | 哪天 | yes | today() | |\n"
        "| | text | double | 两倍 | yes | | 1 + 1 |\n"
        "| settings |\n| | form_id | version |\n| | trial | 1 |\n"
    )
    notes = {field.path for field in shape(compile_form(source).xml).fields if field.note}
    assert notes == {"/data/hint"}


def test_choices_that_are_asked_for_come_from_a_file_of_their_own(compiled):
    asked = compiled["patrol"].xml.replace(
        b'<select1 ref="/data/result">', b"""<select1 ref="/data/result" query="instance('a')/root/item">"""
    )
    assert "itemsets.csv" in shape(asked).media
    assert "itemsets.csv" not in shape(compiled["patrol"].xml).media
