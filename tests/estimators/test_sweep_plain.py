"""The sweep once more, plainly: LiteRT beside scikit-learn, and no row is excused.

``verify`` looks again at rows that differ, and accepts what float32 cannot hold to more. Here labels and integers
are equal and values within 1e-6 of their column's scale, but for what is listed by name and reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.comparing import largest_error
from tests.estimators.case import SKLEARN, Case
from tests.estimators.exceptions import EXCEPTIONS, TOLERANCE
from tests.estimators.table import CASES
from tests.estimators.test_sweep import (
    EVERY_CASE,
    answered,
    as_held,
    converted,
    converted_inverse,
    expected_of,
    fitted,
    inputs_of,
    methods_of,
)

pytestmark = pytest.mark.skipif(SKLEARN < (1, 9), reason="the exceptions are those of scikit-learn 1.9's numbers")
PROBABILITIES = ("predict_proba", "predict_log_proba")


def held_by_float32(X: Any) -> Any:
    """The rows as given where float32 holds them, else rounded to float32: in float64 either way."""
    return as_held(X).astype(np.float64) if X.dtype.kind == "f" else X


@EVERY_CASE
def test_every_row_within_the_tolerance(case: Case) -> None:
    estimator = fitted(case)
    for method in methods_of(case, estimator):
        model = converted_inverse(case) if method == "inverse_transform" else converted(case)
        X = inputs_of(case, estimator, method)
        actual, expected = answered(model, estimator, method, X), expected_of(estimator, method, held_by_float32(X))
        least_scale = 1.0 if method in PROBABILITIES else 0.0
        error = max(largest_error(got, want, least_scale) for got, want in zip(actual, expected, strict=True))
        excepted = EXCEPTIONS.get((case.id, method))
        if excepted is None:
            assert error <= TOLERANCE, f"{method}: {error:.2g} of the scale"
            continue
        assert error <= excepted.allowed, f"{method}: {error:.2g} of the scale, in spite of {excepted}"
        assert error > excepted.least, f"{method}: {error:.2g} of the scale: {excepted} is too wide, or not needed"


def test_every_exception_is_of_a_case() -> None:
    """Each has a name of its own, and all exceptions name one."""
    cases = {case.id: case for case in CASES}
    assert len(cases) == len(CASES)
    for name, method in EXCEPTIONS:
        assert name in cases, name
        assert method in methods_of(cases[name], fitted(cases[name]))
