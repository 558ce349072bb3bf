import pytest

from server.domain.jurisdiction import Level, ancestor_at, around, contains, level_of, parent_of, validate
from server.domain.problems import Invalid

GRID = "500233100001001"


@pytest.mark.parametrize(
    ("code", "level", "label"),
    [
        ("5002", Level.CITY, "市"),
        ("500233", Level.COUNTY, "县（区）"),
        ("500233100", Level.TOWNSHIP, "乡镇（街道）"),
        ("500233100001", Level.VILLAGE, "村（社区）"),
        (GRID, Level.GRID, "网格"),
    ],
)
def test_the_number_of_digits_says_the_level(code: str, level: Level, label: str) -> None:
    assert validate(code) == code
    assert level_of(code) is level
    assert level.label == label


@pytest.mark.parametrize(
    "code",
    [
        "",
        "50",
        "50023",
        "500233x00",
        "500233000000",
        "500233600",
        "５００２３３",
        "000233",
        "500233100001000",
        " 500233",
    ],
)
def test_a_malformed_code_is_refused(code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        validate(code)
    assert refusal.value.code == "jurisdiction.malformed"


def test_a_code_of_another_level_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        validate("500233", Level.VILLAGE)
    assert refusal.value.code == "jurisdiction.wrong_level"


def test_the_level_of_a_code_of_no_known_length_is_refused() -> None:
    with pytest.raises(Invalid):
        level_of("50023")


def test_parents_lead_up_to_the_city() -> None:
    chain = [GRID]
    while (parent := parent_of(chain[-1])) is not None:
        chain.append(parent)
    assert chain == [GRID, "500233100001", "500233100", "500233", "5002"]


def test_an_ancestor_is_found_at_any_wider_level_only() -> None:
    assert ancestor_at(GRID, Level.TOWNSHIP) == "500233100"
    assert ancestor_at(GRID, Level.GRID) == GRID
    with pytest.raises(Invalid):
        ancestor_at("500233", Level.VILLAGE)


def test_a_division_contains_itself_and_what_lies_within_but_not_its_neighbour() -> None:
    assert contains("500233", "500233")
    assert contains("500233", GRID)
    assert not contains(GRID, "500233")
    assert not contains("500233", "500234100")


def test_the_narrowest_division_around_some_codes() -> None:
    grid, neighbour, elsewhere = "509901101001001", "509901101001002", "509901102001001"
    assert around([grid]) == grid
    assert around([grid, neighbour]) == "509901101001"
    assert around([grid, elsewhere]) == "509901"
    assert around([grid, "500233"]) is None
    assert around(iter(())) is None
