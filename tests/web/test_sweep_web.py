"""The sweep on LiteRT.js: every configuration in Node, in both builds, held to scikit-learn by the contract.

A configuration is either faithful there too, or refused for a reason that is written down here.
"""

from __future__ import annotations

import pytest
from scripts.litert_js import LiteRTJS

import skl2tflite
from skl2tflite.errors import ConversionError
from tests.estimators.case import Case
from tests.estimators.table import CASES
from tests.estimators.test_sweep import EVERY_CASE, fitted, inputs_of, methods_of
from tests.web.running import in_browser

REFUSED: dict[str, str] = {"MultiLabelBinarizer": "sets of labels of any length"}
"""Start of a configuration's name, and what its refusal must say."""


@EVERY_CASE
def test_litert_js_equals_scikit_learn(case: Case, both: list[LiteRTJS]) -> None:
    estimator = fitted(case)
    methods = methods_of(case, estimator)
    reason = next((reason for start, reason in REFUSED.items() if case.id.startswith(start)), None)
    for some in ([m for m in methods if m != "inverse_transform"], [m for m in methods if m == "inverse_transform"]):
        if not some:
            continue
        if reason is not None and some != ["inverse_transform"]:
            with pytest.raises(ConversionError, match=reason):
                skl2tflite.convert(estimator, methods=some, target="web")
            continue
        length = 2048 if case.data == "texts" else None
        model = skl2tflite.convert(estimator, case.rows, methods=some, target="web", text_length=length)
        X = inputs_of(case, estimator, some[0])
        for js in both:
            report = skl2tflite.verify(in_browser(model, js), estimator, X)
            assert report.faithful, f"{js.build}: {report.summary()}"


def test_every_reason_is_needed() -> None:
    for start in REFUSED:
        assert any(case.id.startswith(start) for case in CASES), start
