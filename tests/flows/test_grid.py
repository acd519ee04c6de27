"""Every kind of step output in front of every kind of reader: a file answers as the pipeline does.

Compared plainly, on rows that were not fitted on and as a user gives them: labels equal, values within 1e-6.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

import skl2tflite
from tests.flows.readers import READERS, TAKE_MISSING, Reader
from tests.flows.steps import STEPS, Step, rows

PAIRS = [
    pytest.param(step, reader, id=f"{step.name} - {reader.name}")
    for step in STEPS
    for reader in READERS
    if not step.has & reader.refuses
    if step.is_plain or not reader.hands_on
    if "missing" not in step.has or reader.name in TAKE_MISSING
]
EVERY_PAIR = pytest.mark.parametrize(("step", "reader"), PAIRS, scope="session")


@lru_cache(maxsize=1)
def fitted(step: Step, reader: Reader) -> Pipeline:
    given = rows(step.rows)
    y = np.stack([given.y, 1 - given.y], axis=1) if reader.two_targets else given.y
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Pipeline([("step", step.transformer()), ("reader", reader.estimator())]).fit(given.train, y)


@EVERY_PAIR
@pytest.mark.parametrize("told", [True, False], ids=["with X", "without X"])
def test_file_answers_as_the_pipeline(step: Step, reader: Reader, told: bool) -> None:
    pipeline, given = fitted(step, reader), rows(step.rows)
    for target in step.runs_on:
        X = (given.test,) if told else ()
        model = skl2tflite.convert(pipeline, *X, target=target, text="characters")
        for method in model.methods:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected = getattr(pipeline, method)(given.test)
            actual = getattr(model, method)(given.test)
            assert actual.shape == expected.shape
            if actual.dtype.kind == "f":
                np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-6 * np.abs(expected).max())
            else:
                np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_only_xgboost_reads_absent_entries_as_missing(reader: Reader) -> None:
    """A file with a sparse step gives what one with the same step made dense gives, but where XGBoost reads it."""
    given = rows("table")
    sparse, dense = (next(step for step in STEPS if step.name == f"{form} float64") for form in ("sparse", "dense"))
    if reader.refuses & sparse.has:
        pytest.skip(f"{reader.name} takes no sparse matrix")
    pipeline = fitted(sparse, reader)
    other = Pipeline([("step", dense.transformer().fit(given.train)), ("reader", pipeline[-1])])
    answers = [_differ(pipeline, other, given.test), _differ(*map(skl2tflite.convert, (pipeline, other)), given.test)]
    assert answers[0] == answers[1]
    assert not answers[0] or reader.absent_is_missing
    assert answers[0] or reader.name != "XGBoost"


def _differ(first: Any, second: Any, X: Any) -> bool:
    method = "predict_proba" if hasattr(first, "predict_proba") else "predict"
    return not np.allclose(getattr(first, method)(X), getattr(second, method)(X))
