"""The sweep on LiteRT's ``CompiledModel``: files of fixed shapes, as Kotlin, which cannot resize inputs, runs them.

``make test-compiled`` runs every configuration, and ``make test`` a few.
"""

from __future__ import annotations

import os

import pytest

import skl2tflite
from tests.compiled.running import compiled
from tests.estimators.case import Case
from tests.estimators.table import CASES
from tests.estimators.test_sweep import fitted, inputs_of, methods_of

EVERY = 1 if "TEST_COMPILED" in os.environ else 60
NO_FIXED_SHAPES = ("sets of text", "sets of numbers", "sets of one")
SOME = [case for case in CASES[2 % EVERY :: EVERY] if case.data not in NO_FIXED_SHAPES]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in SOME])
def test_compiled_model_equals_scikit_learn(case: Case) -> None:
    estimator = fitted(case)
    methods = tuple(m for m in methods_of(case, estimator) if m != "inverse_transform")
    length = 2048 if case.data == "texts" else None
    model = skl2tflite.convert(estimator, case.rows, methods=methods, batch=1, text_length=length, categories="codes")
    report = skl2tflite.verify(compiled(model), estimator, inputs_of(case, estimator, methods[0]))
    assert report.faithful, report.summary()
