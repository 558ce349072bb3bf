"""称呼: a household is called by its family."""

from __future__ import annotations

import pytest

from server.domain.names import family_of


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("王大山", "王家"),
        ("欧阳修", "欧阳家"),
        ("王家", "王家"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("Smith", "Smith"),
        (" ", "这户"),
        (None, "这户"),
    ],
)
def test_a_household_is_called_by_its_family(name: str | None, called: str) -> None:
    assert family_of(name) == called
