"""feature-engine: its transformers in front of encoders and a model, compared with themselves on new rows."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.errors import InvalidInputError, NoAnswerError, UnsupportedEstimatorError
from tests.converters.core.extensions import FITTED, HOLES, TABLE, Y, check

pytest.importorskip("feature_engine")

from feature_engine import creation, discretisation, encoding, imputation, outliers, preprocessing, scaling, selection
from feature_engine import pipeline as fe_pipeline
from feature_engine import transformation as power
from feature_engine.datetime import DatetimeFeatures
from feature_engine.wrappers import SklearnTransformerWrapper

TREE = {"param_grid": {"max_depth": [2]}, "cv": 3, "regression": False}
CASES: dict[str, tuple[Any, Any]] = {
    "mean": (imputation.MeanMedianImputer(), HOLES),
    "number": (imputation.ArbitraryNumberImputer(), HOLES),
    "frequent": (imputation.CategoricalImputer(imputation_method="frequent"), HOLES),
    "end tail": (imputation.EndTailImputer(), HOLES),
    "indicator": (imputation.AddMissingIndicator(), HOLES),
    "equal frequency": (discretisation.EqualFrequencyDiscretiser(q=4), TABLE),
    "boundaries": (discretisation.EqualFrequencyDiscretiser(q=4, return_boundaries=True), TABLE),
    "object": (discretisation.EqualWidthDiscretiser(bins=4, return_object=True), TABLE),
    "bounds": (discretisation.ArbitraryDiscretiser({"b": [0, 3, 5, 10]}), TABLE),
    "geometric": (discretisation.GeometricWidthDiscretiser(bins=4), TABLE),
    "tree": (discretisation.DecisionTreeDiscretiser(**TREE), TABLE),
    "tree's bins": (discretisation.DecisionTreeDiscretiser(bin_output="bin_number", **TREE), TABLE),
    "count": (encoding.CountFrequencyEncoder(), TABLE),
    "mean of the target": (encoding.MeanEncoder(unseen="encode", missing_values="ignore"), HOLES),
    "one-hot": (encoding.OneHotEncoder(drop_last=True), TABLE),
    "ordinal": (encoding.OrdinalEncoder("arbitrary", unseen="raise"), TABLE),
    "weight of evidence": (encoding.WoEEncoder(), TABLE),
    "tree of categories": (encoding.DecisionTreeEncoder(**TREE), TABLE),
    "winsorized": (outliers.Winsorizer(capping_method="iqr", tail="both", fold=0.5), TABLE),
    "marked": (outliers.Winsorizer(capping_method="quantiles", tail="both", fold=0.1, add_indicators=True), TABLE),
    "capped": (outliers.ArbitraryOutlierCapper(max_capping_dict={"b": 5}, missing_values="ignore"), HOLES),
    "math": (creation.MathFeatures(["a", "b"], func=["sum", "mean", "std", "max"]), TABLE),
    "relative": (creation.RelativeFeatures(["a"], ["b"], func=["add", "sub", "mul", "div", "mod", "pow"]), TABLE),
    "cyclical": (creation.CyclicalFeatures(drop_original=True), TABLE),
    "trees of features": (creation.DecisionTreeFeatures(variables=["a", "b"], cv=3, regression=False), TABLE),
    "distance": (creation.GeoDistanceFeatures("a", "b", "b", "a"), TABLE),
    "mean normalized": (scaling.MeanNormalizationScaler(), TABLE),
    "dropped": (selection.DropFeatures(["a"]), TABLE),
    "constant": (selection.DropConstantFeatures(), TABLE),
    "correlated": (selection.DropCorrelatedFeatures(), TABLE),
    "arcsine": (power.ArcsinTransformer(variables=["a"]), TABLE),
    "arcsinh": (power.ArcSinhTransformer(), TABLE),
    "Box-Cox": (power.BoxCoxTransformer(), TABLE),
    "log": (power.LogTransformer(), TABLE),
    "log + c": (power.LogCpTransformer(), TABLE),
    "power": (power.PowerTransformer(), TABLE),
    "reciprocal": (power.ReciprocalTransformer(), TABLE),
    "Yeo-Johnson": (power.YeoJohnsonTransformer(), TABLE),
    "categories": (preprocessing.MatchCategories(), TABLE),
    "wrapped": (SklearnTransformerWrapper(StandardScaler(), variables=["a", "b"]), TABLE),
    "wrapped encoder": (SklearnTransformerWrapper(OneHotEncoder(sparse_output=False), variables=["city"]), TABLE),
}
TOLD_BY_ROWS: dict[str, tuple[Any, Any]] = {
    "missing": (imputation.CategoricalImputer(), HOLES),
    "rare": (encoding.RareLabelEncoder(tol=0.34, n_categories=1), TABLE),
}


@pytest.mark.parametrize("name", CASES)
def test_transformers(name: str) -> None:
    check(*CASES[name])


@pytest.mark.parametrize("name", ["mean", "ordinal", "one-hot", "log", "winsorized", "mean of the target"])
def test_without_rows(name: str) -> None:
    check(*CASES[name], with_rows=False)


@pytest.mark.parametrize("name", TOLD_BY_ROWS)
def test_what_asks_for_dtypes(name: str) -> None:
    check(*TOLD_BY_ROWS[name])
    with pytest.raises(UnsupportedEstimatorError, match="dtype of column 'city' is not known: give convert rows"):
        check(*TOLD_BY_ROWS[name], with_rows=False)


def test_rows_that_they_refuse() -> None:
    row = TABLE.iloc[[FITTED]]
    _, log = check(power.LogTransformer(variables=["b"]), TABLE)
    with pytest.raises(NoAnswerError, match=r"transform raises ValueError: Some variables contain"):
        log.predict(row.assign(b=-1.0))
    with pytest.raises(InvalidInputError, match="NaN"):
        log.predict(row.assign(b=np.nan))
    _, ordinal = check(encoding.OrdinalEncoder(unseen="raise"), TABLE, then="passthrough")
    with pytest.raises(NoAnswerError, match=r"row 1: .*raises ValueError: During the encoding"):
        ordinal.predict(pd.concat([row, row.assign(city="Paris")]))


def test_values_that_they_fill_in_by_row() -> None:
    pipeline, model = check(creation.RelativeFeatures(["a"], ["b"], func=["div"], fill_value=-1), TABLE)
    rows = TABLE[FITTED:].assign(b=np.where(np.arange(len(TABLE) - FITTED) % 3, TABLE[FITTED:].b, 0.0))
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6)


def test_its_own_pipeline() -> None:
    steps = [("impute", imputation.MeanMedianImputer()), ("encode", encoding.OrdinalEncoder(missing_values="ignore"))]
    steps += [("fill", imputation.ArbitraryNumberImputer()), ("model", LogisticRegression())]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = fe_pipeline.Pipeline(steps).fit(HOLES[:FITTED], Y[:FITTED])
        model = skl2tflite.convert(pipeline, HOLES[FITTED:])
        np.testing.assert_array_equal(model.predict(HOLES[FITTED:]), pipeline.predict(HOLES[FITTED:]))


@pytest.mark.parametrize(
    ("transformer", "reason"),
    [
        (outliers.OutlierTrimmer(capping_method="iqr", tail="both", fold=3), "it drops rows"),
        (imputation.DropMissingData(), "it drops rows"),
        (imputation.RandomSampleImputer(), "draws values at random"),
        (encoding.StringSimilarityEncoder(), "compares the characters"),
        (DatetimeFeatures(), "reads dates"),
    ],
)
def test_refused_for_what_they_are(transformer: Any, reason: str) -> None:
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        skl2tflite.convert(make_pipeline(transformer, StandardScaler()))


@pytest.mark.parametrize("with_rows", [False, True])
def test_each_imputer_of_several_fills_its_own_columns(with_rows: bool) -> None:
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.normal(size=(100, 3)).astype(np.float32).astype(float), columns=["a", "b", "c"])
    y = (rows.a + rows.b > rows.c).astype(int)
    rows = rows.mask(random.random((100, 3)) < 0.2)
    rows["c"] = rows.c.fillna(1.0)
    first, second = (imputation.MeanMedianImputer(variables=[name]) for name in "ab")
    pipeline = make_pipeline(first, second, LogisticRegression()).fit(rows, y)
    model = skl2tflite.convert(pipeline, *[rows] * with_rows)
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6)
    assert model.facts.features.allows_nan == (True, True, False)
    rows.loc[3, "c"] = np.nan  # which nobody fills
    with pytest.raises(InvalidInputError, match="'c'"):
        model.predict(rows)


def test_holes_in_columns_that_they_do_not_touch() -> None:
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
    wrapped = SklearnTransformerWrapper(encoder, variables=["city"])
    rows = TABLE.assign(b=HOLES.b)[["a", "b", "city"]]
    pipeline = make_pipeline(wrapped, HistGradientBoostingClassifier(max_iter=3)).fit(rows, Y)
    np.testing.assert_allclose(
        skl2tflite.convert(pipeline).predict_proba(rows), pipeline.predict_proba(rows), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("imputed", [False, True])
def test_rare_categories_of_categoricals(imputed: bool) -> None:
    rows = TABLE[["a", "city"]].astype({"city": "category"}) if imputed else TABLE[["city"]].astype("category")
    steps = [imputation.MeanMedianImputer()] if imputed else []
    rare = encoding.RareLabelEncoder(tol=0.34, n_categories=1)
    pipeline = make_pipeline(*steps, rare, OneHotEncoder(handle_unknown="ignore"), LogisticRegression()).fit(rows, Y)
    model = skl2tflite.convert(pipeline, rows)
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), rtol=0, atol=1e-6)
