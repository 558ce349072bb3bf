from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from server.domain.scope import CodeRange, Scope

codes = st.sampled_from([4, 6, 9, 12, 15]).flatmap(
    lambda digits: st.text("0129", min_size=digits, max_size=digits)
)


def in_ranges(code: str, ranges: tuple[CodeRange, ...]) -> bool:
    return any(low <= code < high for low, high in ranges)


@given(st.frozensets(codes, max_size=6), codes, st.text("0129", max_size=8))
def test_the_ranges_hold_exactly_what_the_scope_covers(held: frozenset[str], code: str, tail: str) -> None:
    scope = Scope(codes=held, private_codes=held)
    for asked in [code, *(own + tail for own in held)]:
        assert in_ranges(asked, scope.ranges()) == scope.covers(asked)
        assert in_ranges(asked, scope.private_ranges()) == scope.covers(asked, private=True)


@given(st.frozensets(codes, max_size=8))
def test_ranges_are_ascending_and_disjoint(held: frozenset[str]) -> None:
    ranges = Scope(codes=held).ranges()
    assert all(high <= low for (_, high), (low, _) in pairwise(ranges))


def test_a_wider_code_swallows_the_ones_within_it() -> None:
    assert Scope.of(["500233100001", "500233", "500233100"]).ranges() == (("500233", "500233:"),)


def test_a_private_matter_is_read_only_where_private_matters_may_be_read() -> None:
    scope = Scope.of(["500233"], private=["500233100001"])
    assert scope.covers("500233100002001")
    assert not scope.covers("500233100002001", private=True)
    assert scope.covers("500233100001001", private=True)


def test_private_codes_never_widen_the_scope() -> None:
    assert not Scope.of(["500233100"], private=["500233"]).covers("500233101", private=True)


def test_everything_covers_every_code_and_nothing_none() -> None:
    assert Scope.everything().covers("110101001", private=True)
    assert in_ranges("999999", Scope.everything().ranges())
    assert not Scope.nothing().covers("110101001")
    assert Scope.nothing().ranges() == ()
