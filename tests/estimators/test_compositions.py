"""Meta-estimators within each other, drawn at random: each converts and agrees, or is refused at its place.

``COMPOSITIONS=2000 pytest tests/estimators/test_compositions.py`` draws that many, other ones each time.
"""

from __future__ import annotations

import os
import warnings

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from sklearn.base import BaseEstimator, clone

import skl2tflite
from skl2tflite.converters import converter_for
from tests.comparing import as_arrays, assert_close
from tests.estimators.case import data
from tests.estimators.compositions import draws, fit
from tests.estimators.test_sweep import expected_of

EXAMPLES = int(os.environ.get("COMPOSITIONS", "25"))
AT_LENGTH = "COMPOSITIONS" in os.environ


@settings(
    max_examples=EXAMPLES,
    derandomize=not AT_LENGTH,
    suppress_health_check=list(HealthCheck),
    print_blob=AT_LENGTH,
)
@given(draws(depth=3 if AT_LENGTH else 2))
def test_compositions(drawn: tuple[BaseEstimator, str]) -> None:
    template, name = drawn
    rows = data(name)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            estimator = fit(clone(template), rows.X, rows.y)
            estimator.get_params()
        except Exception:  # scikit-learn has its own rules of what fits into what
            assume(False)
        try:
            model = skl2tflite.convert(estimator, methods=converter_for(estimator).methods)
        except skl2tflite.ConversionError as refusal:
            message = str(refusal)
        else:
            message = ""
        if message:
            assert message.startswith(type(estimator).__name__), message
            return
        for method in model.methods:
            if method == "inverse_transform":
                continue
            try:
                expected = expected_of(estimator, method, rows.X_test)
            except Exception:
                assume(False)
            results = as_arrays(converter_for(estimator).method(method)(rows.X_test))
            labels = converter_for(estimator).labels(method)
            if labels is None:
                for actual, want in zip(results, expected, strict=True):
                    assert_close(actual, want, 1e-6)
        report = skl2tflite.verify(model, estimator, rows.X_test)
        # Labels may depend on a tie of a few members' equal answers, which scikit-learn's own rounding breaks.
        wrong = [compared for compared in report.methods if compared.wrong.size]
        assert not wrong, f"{estimator!r} on {name}: {report.summary()}"
