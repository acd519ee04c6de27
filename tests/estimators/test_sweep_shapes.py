"""The sweep in calls of a fixed number of rows; a part of the configurations suffices."""

from __future__ import annotations

import pytest

import skl2tflite
from tests.estimators.case import Case
from tests.estimators.table import CASES
from tests.estimators.test_sweep import fitted, inputs_of, methods_of

BATCH = 3
SOME = [case for case in CASES[3::24] if case.data != "texts"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in SOME])
def test_a_fixed_batch_gives_the_same_answers(case: Case) -> None:
    estimator = fitted(case)
    methods = tuple(m for m in methods_of(case, estimator) if m != "inverse_transform")
    model = skl2tflite.convert(estimator, case.rows, methods=methods, batch=BATCH)
    assert all(shape[0] % BATCH == 0 for _, shape in (model.inputs | model.outputs).values())
    report = skl2tflite.verify(model, estimator, inputs_of(case, estimator, methods[0]))
    assert report.faithful, report.summary()
