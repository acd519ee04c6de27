"""Numbers that a step fills in or computes, on the edges of the bins and the quantiles behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

import skl2tflite


def _holes(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = np.round(random.lognormal(8, 1, (600, 2)), 2)
    hole = random.random(600) < 0.12
    y = ((rows[:, 0] > 3000) ^ hole).astype(int)
    rows[hole, 0] = np.nan
    return rows, y


@pytest.mark.parametrize(
    "behind",
    [
        KBinsDiscretizer(8, quantile_method="linear"),
        KBinsDiscretizer(8, encode="ordinal", strategy="uniform"),
        QuantileTransformer(n_quantiles=50),
        QuantileTransformer(n_quantiles=50, output_distribution="normal"),
    ],
    ids=lambda each: str(each)[:60],
)
@pytest.mark.parametrize("seed", range(3))
def test_what_an_imputer_fills_in_may_be_an_edge(behind: Any, seed: int) -> None:
    """A median is a quantile; in some of the seeds float32 rounds it down, below the edge."""
    rows, y = _holes(seed)
    pipeline = make_pipeline(SimpleImputer(strategy="median"), behind, LogisticRegression()).fit(rows[:400], y[:400])
    for X in ((rows[400:],), ()):
        model = skl2tflite.convert(pipeline, *X)
        np.testing.assert_allclose(model.predict_proba(rows[400:]), pipeline.predict_proba(rows[400:]), atol=1e-6)


@pytest.mark.parametrize(
    "scaler",
    [StandardScaler(), MinMaxScaler(), RobustScaler(), FunctionTransformer(np.log1p)],
    ids=lambda each: type(each).__name__,
)
@pytest.mark.parametrize(
    "bins",
    [
        KBinsDiscretizer(6, encode="ordinal", quantile_method="averaged_inverted_cdf"),
        QuantileTransformer(n_quantiles=60),
    ],
    ids=["bins", "quantiles"],
)
def test_scaled_whole_numbers_lie_on_edges(scaler: Any, bins: Any) -> None:
    rows = np.random.default_rng(0).integers(0, 60, (600, 2)).astype(float)
    pipeline = make_pipeline(scaler, bins).fit(rows[:400])
    model = skl2tflite.convert(pipeline, rows[400:])
    np.testing.assert_allclose(model.transform(rows[400:]), pipeline.transform(rows[400:]), rtol=0, atol=2e-6)


def test_edges_of_rows_as_they_are_stay() -> None:
    """One float32 below an edge is below it."""
    rows = np.arange(40, dtype=np.float32)[:, np.newaxis] / 3
    bins = KBinsDiscretizer(5, encode="ordinal", strategy="uniform").fit(rows)
    edges = np.concatenate([edges[1:-1] for edges in bins.bin_edges_]).astype(np.float32)
    near = np.concatenate([edges, *(np.nextafter(edges, np.float32(end)) for end in (-np.inf, np.inf))])[:, np.newaxis]
    np.testing.assert_array_equal(skl2tflite.convert(bins).transform(near), bins.transform(near))


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OrdinalEncoder()], ids=["one hot", "ordinal"])
def test_decimals_are_categories_that_float32_rounds(encoder: Any) -> None:
    """Rounded, scikit-learn would not know them; nor does it refuse what an imputer fills in."""
    rows = np.array([[1.2], [2.7], [2.7], [3.2], [1.2], [2.7], [np.nan]])
    for before, X in ((FunctionTransformer(), rows[:-1]), (SimpleImputer(strategy="most_frequent"), rows)):
        pipeline = make_pipeline(make_column_transformer((before, [0])), encoder, LogisticRegression())
        pipeline.fit(X, np.arange(len(X)) % 2)
        for given in ((X,), ()):
            model = skl2tflite.convert(pipeline, *given)
            np.testing.assert_allclose(model.predict_proba(X), pipeline.predict_proba(X), atol=1e-6)
