"""Upper tails of counts: how likely so many or more are by chance. A few lines of numpy, held against scipy in tests."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]

_NEGLIGIBLE = 1e-17
_log_factorial = np.frompyfunc(lambda number: math.lgamma(number + 1.0), 1, 1)
_log_gamma = np.frompyfunc(math.lgamma, 1, 1)


def poisson_tail(observed: Counts, expected: Numbers) -> Numbers:
    """Return P(X ≥ observed) for X ~ Poisson(expected); both of shape (n,), expected above 0."""
    start = observed * np.log(expected) - expected - _log_factorial(observed).astype(np.float64)
    return _tail(observed, expected, start, lambda count: expected / (count + 1))


def negative_binomial_tail(observed: Counts, expected: Numbers, *, dispersion: Numbers) -> Numbers:
    """Return P(X ≥ observed) where X has mean `expected` and variance `dispersion` × `expected`, dispersion above 1.

    All of shape (n,). The law whose size is expected / (dispersion - 1): sums of counts of one dispersion follow it
    too, so that a neighbourhood obeys the same law as each of its grids.
    """
    size = expected / (dispersion - 1)
    kept = 1 - 1 / dispersion
    start = (
        (_log_gamma(observed + size) - _log_gamma(size) - _log_factorial(observed)).astype(np.float64)
        + observed * np.log(kept)
        - size * np.log(dispersion)
    )
    return _tail(observed, expected, start, lambda count: (count + size) / (count + 1) * kept)


def _tail(observed: Counts, expected: Numbers, start: Numbers, grown: Callable[[Counts], Numbers]) -> Numbers:
    """Sum the smaller side: above the mean upward from `observed`, below it 1 less what lies under `observed`.

    `start` is the logarithm of the probability of `observed` itself, `grown` the factor from a count to the next.
    """
    above = observed > expected
    here = np.exp(start)
    return np.where(
        above, _sum_up(here, observed, grown, above), 1 - _sum_down(here, observed, grown, ~above)
    )


def _sum_up(
    here: Numbers, observed: Counts, grown: Callable[[Counts], Numbers], wanted: NDArray[np.bool_]
) -> Numbers:
    term, count = np.where(wanted, here, 0.0), observed.copy()
    total = term.copy()
    while (term > total * _NEGLIGIBLE).any():
        term = term * grown(count)
        total += term
        count += 1
    return total


def _sum_down(
    here: Numbers, observed: Counts, grown: Callable[[Counts], Numbers], wanted: NDArray[np.bool_]
) -> Numbers:
    term, count = np.where(wanted, here, 0.0), observed.copy()
    total = np.zeros_like(term)
    while ((term > total * _NEGLIGIBLE) & (count > 0)).any():
        count -= 1
        term = np.where(count >= 0, term / grown(np.maximum(count, 0)), 0.0)
        total += term
    return total
