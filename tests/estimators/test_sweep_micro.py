"""The sweep on microcontrollers: every configuration on the real TensorFlow Lite Micro, beside LiteRT and scikit-learn.

A configuration is either faithful there too, or refused for a reason that is written down here.
"""

from __future__ import annotations

import numpy as np
import pytest

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import ConversionError
from skl2tflite.runtime.litert import LiteRTRunner
from skl2tflite.runtime.rows import FixedBatch
from tests.comparing import assert_close
from tests.estimators.case import Case
from tests.estimators.table import CASES
from tests.estimators.test_sweep import EVERY_CASE, fitted, inputs_of, methods_of

pytest.importorskip("tflite_micro")

APART = 1e-4
"""How far TFLM may be from LiteRT, whose kernels round otherwise: both are held to scikit-learn more closely."""
REFUSED: dict[str, str] = {
    "HashingVectorizer": "hashed features have none",
    "TfidfVectorizer(analyzer='char', ngram_range=(1, 3), norm='l1'": "fit it on texts without line breaks",
    "MultiLabelBinarizer": "sets of labels of any length",
}
"""Start of a configuration's name, and what its refusal must say."""


def main_methods(case: Case, estimator: object) -> tuple[str, ...]:
    """What a device would be given: the methods that are converted by default, or the first there is."""
    methods = methods_of(case, estimator)
    return tuple(m for m in methods if m in converter_for(estimator).default_methods) or methods[:1]


@EVERY_CASE
def test_tflm_equals_litert_and_scikit_learn(case: Case) -> None:
    estimator = fitted(case)
    reason = next((reason for start, reason in REFUSED.items() if case.id.startswith(start)), None)
    for method in main_methods(case, estimator):
        if reason is not None:
            with pytest.raises(ConversionError, match=reason):
                skl2tflite.convert(estimator, methods=(method,), target="micro")
            continue
        model = skl2tflite.convert(estimator, case.rows, methods=(method,), target="micro")
        X = inputs_of(case, estimator, method)
        report = skl2tflite.verify(model, estimator, X)
        assert report.faithful, report.summary()

        tensors = model.facts.features_of(method).tensors(X)
        litert = FixedBatch(LiteRTRunner(bytes(model))).run(method, tensors)
        for name, given in model._runner.run(method, tensors).items():
            assert given.dtype == litert[name].dtype
            # The one answers infinity where the other stops at the greatest number.
            assert_close(np.nan_to_num(given, nan=-1.0), np.nan_to_num(litert[name], nan=-1.0), APART)


def test_every_reason_is_needed() -> None:
    for start in REFUSED:
        assert any(case.id.startswith(start) for case in CASES), start
