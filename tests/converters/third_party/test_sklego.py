"""scikit-lego: its transformers in front of a model, compared with themselves on new rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import skl2tflite
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError
from tests.converters.core.extensions import FITTED, HOLES, NUMBERS, NUMBERS_WITH_HOLES, TABLE, Y, check

pytest.importorskip("sklego")

from sklego import preprocessing as lego

CASES: dict[str, tuple[Any, Any]] = {
    "capped": (lego.ColumnCapper(), NUMBERS),
    "capped, holes": (lego.ColumnCapper(discard_infs=True), NUMBERS_WITH_HOLES),
    "identity": (lego.IdentityTransformer(check_X=True), NUMBERS),
    "identity of text": (lego.IdentityTransformer(), TABLE),
    "filtered": (lego.InformationFilter(["c"], alpha=0.5), NUMBERS),
    "intervals": (lego.IntervalEncoder(), NUMBERS),
    "embedded": (lego.LinearEmbedder(), NUMBERS),
    "splines": (lego.MonotonicSplineTransformer(), NUMBERS),
    "orthogonal": (lego.OrthogonalTransformer(normalize=True), NUMBERS),
    "bells": (lego.RepeatingBasisFunction("a", remainder="passthrough"), NUMBERS),
}
SELECTORS: dict[str, tuple[Any, Any]] = {
    "columns": (lego.ColumnSelector(["city", "b"]), TABLE),
    "dropped": (lego.ColumnDropper(["a"]), TABLE),
    "types": (lego.TypeSelector(include="number"), HOLES),
    "other types": (lego.TypeSelector(exclude="float64"), TABLE),
}


@pytest.mark.parametrize("with_rows", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_transformers(name: str, with_rows: bool) -> None:
    check(*CASES[name], with_rows=with_rows)


@pytest.mark.parametrize("name", SELECTORS)
def test_selectors(name: str) -> None:
    check(*SELECTORS[name])
    with pytest.raises(ConversionError, match="has not seen its number of features; give convert rows"):
        check(*SELECTORS[name], with_rows=False)


def test_selectors_take_tables_that_lack_the_rest() -> None:
    _, model = check(lego.ColumnSelector(["city", "b"]), TABLE)
    rows = TABLE[FITTED:]
    np.testing.assert_array_equal(model.predict(rows[["b", "city"]].assign(more=1.0)), model.predict(rows))


def test_noise_is_for_the_rows_that_it_was_fitted_on() -> None:
    X = NUMBERS.to_numpy(dtype=np.float32)
    pipeline = make_pipeline(lego.RandomAdder(random_state=0), LogisticRegression()).fit(X[:FITTED], Y[:FITTED])
    model = skl2tflite.convert(pipeline, X[FITTED:])
    np.testing.assert_array_equal(model.predict(X[FITTED:]), pipeline.predict(X[FITTED:]))


def test_dictionaries_are_refused() -> None:
    mapper = lego.DictMapper({1.0: 2}, default=0).fit(NUMBERS.to_numpy())
    with pytest.raises(UnsupportedEstimatorError, match="asks a dictionary for each cell"):
        skl2tflite.convert(mapper)
