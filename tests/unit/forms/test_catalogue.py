from __future__ import annotations

import pytest

from forms import catalogue


def test_four_forms_are_shipped():
    assert catalogue.shipped() == ("case_followup", "demand_intake", "household_visit", "patrol")


def test_an_unknown_form_has_no_source():
    with pytest.raises(KeyError):
        catalogue.source("../compiler")


def test_the_answers_of_a_patrol_have_chinese_labels():
    assert catalogue.choices("patrol", "patrol_result") == {"clear": "今日无异常", "found": "有发现"}


def test_an_unknown_list_has_no_choices():
    with pytest.raises(KeyError):
        catalogue.choices("patrol", "nothing")


def test_every_detail_belongs_to_a_kind_the_demand_form_offers():
    kinds = catalogue.choices("demand_intake", "demand_kind")
    assert {detail.kind for detail in catalogue.details()} <= set(kinds)


def test_every_kind_a_patrol_finds_is_a_kind_of_demand():
    assert set(catalogue.choices("patrol", "finding_kind")) <= set(
        catalogue.choices("demand_intake", "demand_kind")
    )


def test_the_first_stock_of_details_is_whole():
    details = catalogue.details()
    assert len({(detail.kind, detail.name) for detail in details}) == len(details) == 47
    assert {detail.area for detail in details} == {"all", "urban", "rural"}
    assert {detail.suggested_class for detail in details} == {"PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT"}
    assert details[0] == catalogue.Detail("sanitation", "litter", "垃圾堆放、满溢", "all", "COMMUNITY")
