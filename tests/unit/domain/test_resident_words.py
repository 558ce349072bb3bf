"""What residents read is short, plain and complete; their codes are their own."""

from typing import get_args

import pytest

from server.domain import resident_code
from server.domain.demand_states import Ending, StateKey
from server.domain.resident_words import ENDS, MOST_CHARACTERS, STANDS

NEVER = ("差评", "剔除", "销号", "退单", "派单", "入清单")


@pytest.mark.parametrize("key", StateKey)
def test_every_state_has_a_short_word_without_reproach(key: StateKey) -> None:
    assert 0 < len(STANDS[key]) <= MOST_CHARACTERS
    assert not any(word in STANDS[key] for word in NEVER)


def test_every_ending_carries_a_text() -> None:
    assert set(ENDS) == set(get_args(Ending))
    assert all(words.endswith("。") and not any(word in words for word in NEVER) for words in ENDS.values())


def test_a_code_belongs_to_one_number_under_one_secret() -> None:
    number, other = "509901261020000001", "509901261020000002"
    code = resident_code.code_of(number, secret="s" * 40)
    assert len(code) == resident_code.LENGTH
    assert set(code) <= set(resident_code.LEGIBLE)
    assert resident_code.is_code(code, number=number, secret="s" * 40)
    assert not resident_code.is_code(code, number=other, secret="s" * 40)
    assert not resident_code.is_code(code, number=number, secret="t" * 40)


@pytest.mark.parametrize("change", [str.upper, lambda code: f" {code[:4]}-{code[4:]} "])
def test_a_code_may_be_typed_as_it_was_written_down(change) -> None:  # type: ignore[no-untyped-def]
    code = resident_code.code_of("509901261020000001", secret="s")
    assert resident_code.is_code(change(code), number="509901261020000001", secret="s")


def test_a_code_with_other_characters_is_wrong_and_no_error() -> None:
    assert not resident_code.is_code("编号编号编号编号", number="509901261020000001", secret="s")
