"""category_encoders: every encoder, in every mode, on text and numbers."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import ConversionError, InvalidInputError, UnsupportedEstimatorError

pd = pytest.importorskip("pandas")
ce = pytest.importorskip("category_encoders")

pytestmark = pytest.mark.filterwarnings(
    "ignore::FutureWarning", "ignore::UserWarning", "ignore::RuntimeWarning", "ignore::DeprecationWarning"
)
RANDOM = np.random.default_rng(0)
ROWS = 120
COLUMNS = ["city", "code", "kind", "share"]


def frame(missing: bool) -> Any:
    cities = ["Rome", "Oslo", "Bern", "Kyjiw — Київ", "12"] + [None] * missing
    return pd.DataFrame(
        {
            "city": RANDOM.choice(np.array(cities, dtype=object), ROWS),
            "size": RANDOM.normal(size=ROWS).astype(np.float32),
            "code": RANDOM.choice([3, 7, 11, -2, 400], ROWS),
            "kind": RANDOM.choice(["a", "b", "ä"], ROWS),
            "share": RANDOM.choice([0.25, 0.5, 3.0] + [np.nan] * missing, ROWS),
        }
    )


COMPLETE, HOLES = frame(False), frame(True)
Y = (RANDOM.random(ROWS) < 0.4).astype(int)
UNSEEN = frame(True)
UNSEEN.loc[::7, "city"] = "Nowhere"
UNSEEN.loc[::9, "code"] = 99
UNSEEN.loc[::11, "city"] = ""
UNSEEN.loc[::13, "share"] = 0.75
MODES = {
    "OneHotEncoder": [
        {"handle_unknown": u, "handle_missing": m}
        for u, m in (("value", "ignore"), ("indicator", "indicator"), ("return_nan", "value"), ("value", "return_nan"))
    ],
    "CountEncoder": [{"min_group_size": 20}, {"normalize": True, "handle_unknown": 0.5}, {"min_group_size": 0.2}],
    "BaseNEncoder": [{"base": 3}, {"base": 1}],
    "JamesSteinEncoder": [{"model": m} for m in ("pooled", "beta", "binary")],
    "OrdinalEncoder": [
        {"handle_unknown": 99, "handle_missing": 50},
    ],
    "TargetEncoder": [{"smoothing": 3.0, "min_samples_leaf": 5}],
    "SumEncoder": [{"drop_invariant": True}],
}


def fitted(name: str, rows: Any = HOLES, **parameters: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(ce, name)(**{"cols": COLUMNS} | parameters).fit(rows, Y)


def agrees(encoder: Any, rows: Any, **options: Any) -> None:
    model = skl2tflite.convert(encoder, rows, **options)
    want = np.asarray(encoder.transform(rows), dtype=np.float64)
    np.testing.assert_allclose(model.transform(rows), want, rtol=1e-7, atol=1e-30)
    np.testing.assert_allclose(model.transform(rows[:1]), want[:1], rtol=1e-7, atol=1e-30)
    assert model.transform(rows[:0]).shape == (0, want.shape[1])


@pytest.mark.parametrize("name", import_module("skl2tflite.converters.third_party.category_encoders").NAMES)
def test_every_encoder(name: str) -> None:
    if name == "GLMMEncoder":
        pytest.importorskip("statsmodels")
    agrees(fitted(name), UNSEEN)
    agrees(fitted(name, handle_unknown="return_nan", handle_missing="return_nan"), UNSEEN)


@pytest.mark.parametrize(("name", "parameters"), [(n, p) for n, modes in MODES.items() for p in modes], ids=str)
def test_modes(name: str, parameters: Any) -> None:
    agrees(fitted(name, **parameters), UNSEEN)


@pytest.mark.parametrize("name", ["OrdinalEncoder", "OneHotEncoder", "TargetEncoder"])
def test_what_raises_is_nan(name: str) -> None:
    encoder = fitted(name, COMPLETE, handle_unknown="error", handle_missing="error")
    agrees(encoder, COMPLETE)
    model = skl2tflite.convert(encoder)
    unseen = COMPLETE.assign(code=99)
    with pytest.raises(ValueError):  # noqa: PT011 - each in words of its own
        encoder.transform(unseen)
    assert np.isnan(model.transform(unseen)).any(axis=1).all()
    with pytest.raises(InvalidInputError, match="'share'"):
        model.transform(COMPLETE.assign(share=np.nan))


def test_text_as_codes_and_for_microcontrollers() -> None:
    encoder = fitted("TargetEncoder")
    agrees(encoder, UNSEEN, categories="codes")
    micro = skl2tflite.convert(encoder, target="micro")
    want = encoder.transform(UNSEEN).to_numpy()
    np.testing.assert_allclose(micro.transform(UNSEEN), want, rtol=1e-6)


def test_a_mapping_of_ones_own() -> None:
    rows = UNSEEN[["size", "kind"]]
    mapping = [{"col": "kind", "mapping": {"a": 2, "ä": 1}}]
    agrees(fitted("OrdinalEncoder", rows, cols=["kind"], mapping=mapping), rows)


def test_in_a_pipeline() -> None:
    pipeline = make_pipeline(fitted("WOEEncoder"), LogisticRegression())
    pipeline.fit(HOLES.fillna({"share": 0.5}), Y)
    model = skl2tflite.convert(pipeline, UNSEEN)
    np.testing.assert_array_equal(model.predict(UNSEEN), pipeline.predict(UNSEEN))


def test_whole_numbers_beyond_float32() -> None:
    rows = pd.DataFrame({"big": np.resize([16_777_217, 16_777_219, 16_777_216], ROWS), "size": UNSEEN["size"]})
    agrees(fitted("OrdinalEncoder", rows, cols=["big"]), rows)


def test_arrays_of_numbers_are_one_matrix() -> None:
    X = COMPLETE[["size", "code", "share"]].to_numpy().astype(np.float32)
    encoder = ce.CatBoostEncoder(cols=[1, 2]).fit(X, Y)
    model = skl2tflite.convert(encoder, X)
    np.testing.assert_allclose(model.transform(X), encoder.transform(X), rtol=1e-6)


def test_oracle() -> None:
    encoder = fitted("PolynomialEncoder")
    converter = converter_for(encoder)
    cells = UNSEEN.astype(object).to_numpy()
    got = converter.transform(cells)
    np.testing.assert_allclose(np.asarray(got, dtype=float), encoder.transform(UNSEEN), rtol=1e-13, atol=1e-15)


REFUSED = {
    "cryptographic digest": lambda: ce.HashingEncoder(cols=["city"]).fit(COMPLETE, Y),
    "neither all text nor all numbers": lambda: fitted(
        "OrdinalEncoder", COMPLETE.assign(code=np.resize(np.array(["a", 3], dtype=object), ROWS))
    ),
    "is a function of the value": lambda: fitted("OrdinalEncoder", handle_unknown=lambda value, mapping: 7),
    "same number in float32": lambda: fitted("OrdinalEncoder", COMPLETE.assign(share=0.1 + 1e-12 * (Y == 0))),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message: str) -> None:
    try:
        encoder = REFUSED[message]()
    except ValueError:
        pytest.skip("this version has no such mode")
    with pytest.raises(UnsupportedEstimatorError, match=message):
        skl2tflite.convert(encoder)


def test_unfitted() -> None:
    with pytest.raises(ConversionError, match="not fitted"):
        skl2tflite.convert(ce.OneHotEncoder())


@pytest.mark.parametrize("name", ["TargetEncoder", "OrdinalEncoder", "CountEncoder"])
@pytest.mark.parametrize("with_rows", [False, True])
def test_one_column_whose_answer_is_a_view_that_pandas_lets_nobody_write_to(name: str, with_rows: bool) -> None:
    encode = ColumnTransformer([("city", getattr(ce, name)(), ["city"]), ("size", StandardScaler(), ["size"])])
    pipeline = make_pipeline(encode, LogisticRegression()).fit(COMPLETE, Y)
    model = skl2tflite.convert(pipeline, *[COMPLETE] * with_rows)
    rows = UNSEEN[UNSEEN.city.notna()]
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6)


def test_columns_keep_the_names_that_the_encoder_gives_them() -> None:
    skrub = pytest.importorskip("skrub")
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(0)
    frame = pandas.DataFrame({"city": random.choice(["Rome", "Oslo"], 60), "a": random.integers(0, 9, 60) / 4})
    for step in (skrub.DropCols(["city_Rome"]), FunctionTransformer(lambda X: X[["a", "city_Rome"]])):
        model = make_pipeline(ce.OneHotEncoder(use_cat_names=True), step).fit(frame[:40])
        np.testing.assert_array_equal(
            skl2tflite.convert(model, frame[:40]).transform(frame[40:]), model.transform(frame[40:])
        )
