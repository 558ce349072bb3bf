import pytest

from server.domain.form import FormState, move, next_version, settle, stands_in
from server.domain.problems import Conflict, Invalid

SHIPPED = ("patrol", "household_visit")


def test_a_closed_form_takes_what_phones_still_hold_but_is_not_offered() -> None:
    assert [(state.listed, state.accepts) for state in FormState] == [
        (False, False),
        (True, True),
        (False, True),
    ]


def test_a_form_is_published_closed_and_taken_up_again() -> None:
    state = FormState.DRAFT
    for step in (FormState.PUBLISHED, FormState.PUBLISHED, FormState.CLOSED, FormState.PUBLISHED):
        state = move(state, step)
    assert state.label == "使用中"


@pytest.mark.parametrize(
    ("state", "to"), [(FormState.DRAFT, FormState.CLOSED), (FormState.PUBLISHED, FormState.DRAFT)]
)
def test_a_draft_is_not_closed_and_nothing_becomes_a_draft_again(state: FormState, to: FormState) -> None:
    with pytest.raises(Conflict):
        move(state, to)


def test_a_shipped_form_stands_for_itself_and_another_for_what_it_says() -> None:
    assert stands_in("patrol", "household_visit", shipped=SHIPPED) == "patrol"
    assert stands_in("xunluo", "patrol", shipped=SHIPPED) == "patrol"
    assert stands_in("wells", None, shipped=SHIPPED) is None
    with pytest.raises(Invalid):
        stands_in("xunluo", "wells", shipped=SHIPPED)


def test_what_a_form_stands_for_is_settled_by_its_first_version() -> None:
    assert settle("patrol", None) == "patrol"
    assert settle("patrol", "patrol") == "patrol"
    with pytest.raises(Conflict):
        settle(None, "patrol")


def test_the_version_to_write_is_of_today_and_above_every_number_used() -> None:
    assert next_version((), today="20261121") == "2026112101"
    assert next_version(("2026112101", "2026112102", "v3"), today="20261121") == "2026112103"
    assert next_version(("2026112509",), today="20261121") == "2026112510"
