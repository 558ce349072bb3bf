import pytest

from server.domain.form import FormState, move
from server.domain.problems import Conflict


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
