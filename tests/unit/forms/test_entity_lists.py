"""Which lists a form writes to, as it declares them itself."""

from __future__ import annotations

from forms import catalogue
from forms.compiler import compile_form
from forms.entity_lists import DeclaredList, declared_lists
from tests.entity_forms import READERS, STREETS, TREES


def declared(source: str) -> tuple[DeclaredList, ...]:
    return declared_lists(compile_form(source).xml)


def test_a_list_has_the_properties_its_questions_are_saved_to() -> None:
    (trees,) = declared(TREES)
    assert (trees.name, trees.properties) == ("trees", {"height": "/data/height", "health": "/data/health"})


def test_a_property_belongs_to_the_nearest_round_or_group_with_an_entity() -> None:
    lists = {each.name: dict(each.properties) for each in declared(STREETS)}
    assert lists == {
        "streets": {"street": "/data/street"},
        "shops": {"title": "/data/shop/title", "trade": "/data/shop/trade"},
    }


def test_a_form_that_only_reads_a_list_declares_none() -> None:
    assert declared(READERS) == ()


def test_the_shipped_forms_write_to_the_register_alone() -> None:
    written = {each.name for form_id in catalogue.shipped() for each in declared(catalogue.source(form_id))}
    assert written == {"households", "open_cases"}


def test_names_that_phones_keep_are_no_properties() -> None:
    xml = compile_form(TREES).xml.replace(b'saveto="height"', b'saveto="__version"')
    (trees,) = declared_lists(xml)
    assert list(trees.properties) == ["health"]


def test_what_is_no_form_declares_nothing() -> None:
    assert declared_lists(b"<a/>") == ()
    assert declared_lists(b"<a><model/></a>") == ()
