"""Categoricals of DataFrames into the boosting libraries: the values go in, and the library's answers come out."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError, UnsupportedEstimatorError
from skl2tflite.features import Categorical, Plain
from tests.converters.core.categoricals import (
    LIGHT,
    PAIRS,
    READERS,
    ROWS,
    VALUES,
    assert_alike,
    fewer,
    fitted,
    in_another_order,
    lightgbm_classifier,
    made,
    missing,
    needs_categories_in_the_model,
    target,
    xgboost_classifier,
)

lightgbm = pytest.importorskip("lightgbm")
xgboost = pytest.importorskip("xgboost")
pd = pytest.importorskip("pandas")

UNSEEN = {"text": "Paris", "whole": 4, "beyond float32": 2**24 + 5, "float": 0.75}


def unseen(frame: Any, kind: str) -> Any:
    """Every other row of a category that was not there at the fit."""
    values = [UNSEEN[kind], VALUES[kind][0]] * (ROWS // 2)
    return frame.assign(place=pd.Series(values).astype("category"))


FORMS: dict[str, dict[str, Any]] = {
    "strings": {"inputs": "columns"},
    "codes": {"inputs": "columns", "categories": "codes"},
    "matrix": {"inputs": "matrix"},
    "micro": {"target": "micro", "methods": ("predict_proba",)},
}


@pytest.mark.parametrize("known", ["X", "no X"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("reader", "kind"), PAIRS)
def test_values_go_in_whatever_their_order(reader: str, kind: str, form: str, known: str, tmp_path: Any) -> None:
    if form == "matrix" and kind in ("text", "beyond float32"):
        pytest.skip("a matrix holds neither")
    needs_categories_in_the_model(reader)
    estimator, frame = fitted(reader, kind), made(kind, 1)
    model = skl2tflite.convert(estimator, frame if known == "X" else None, **FORMS[form])
    model = skl2tflite.load(model.save(tmp_path / "model.tflite"))
    given = [frame, in_another_order(frame), frame[::-1]]
    if kind != "beyond float32":
        given += [missing(frame), fewer(frame)]
    for rows in given:
        assert_alike(model, estimator, rows)
    if kind not in UNSEEN:
        return
    if reader == "XGBoost":
        with pytest.raises(InvalidInputError, match="unknown categories"):
            model.predict_proba(unseen(frame, kind))
    else:
        assert_alike(model, estimator, unseen(frame, kind))


def test_inputs_are_values() -> None:
    frame = made("text", 1)
    model = skl2tflite.convert(fitted("LightGBM", "text"), frame)
    assert model.inputs["place"] == ("int32", (-1,))
    assert "constant" not in model.inputs  # no tree looks at it
    frame = made("beyond float32", 1)
    assert skl2tflite.convert(fitted("LightGBM", "beyond float32"), frame).inputs["place"] == ("int32", (-1,))
    assert skl2tflite.convert(fitted("LightGBM", "text"), made("text", 1), categories="strings").inputs["place"] == (
        "string",
        (-1,),
    )
    (place,) = (column for column in model.facts.features.columns if column.name == "place")
    assert place.categories == ("", "Bad Aussee", "Graz", "Wien")


@pytest.mark.parametrize("reader", ["LightGBM", "XGBoost"])
def test_rows_that_are_read_otherwise_are_refused(reader: str) -> None:
    """Of arrays and of columns of other dtypes the libraries take codes, or nothing."""
    needs_categories_in_the_model(reader)
    frame = made("whole", 1)
    model = skl2tflite.convert(fitted(reader, "whole"), frame)
    codes = frame.assign(place=frame["place"].cat.codes, constant=0.0).to_numpy()
    with pytest.raises(InvalidInputError, match="take the numbers for codes"):
        model.predict(codes)
    with pytest.raises(InvalidInputError, match=r"use astype\('category'\)"):
        model.predict(frame.assign(place=frame["place"].astype(int)))
    with pytest.raises(InvalidInputError, match=r"'second' is a categorical, and .* fitted on plain numbers"):
        model.predict(frame.assign(second=frame["place"]))
    with pytest.raises(InvalidInputError, match="was fitted on numbers"):
        model.predict(frame.assign(place=frame["place"].astype(str).astype("category")))
    with pytest.raises(InvalidInputError, match="take the numbers for codes"):
        skl2tflite.convert(fitted(reader, "whole"), codes)


def test_truth_values_are_no_numbers_to_lightgbm() -> None:
    """LightGBM takes 1 and 0 for True and False where the lists are equal, and for nothing in another order."""
    frame = made("truth", 1)
    model = skl2tflite.convert(fitted("LightGBM", "truth"), frame)
    with pytest.raises(InvalidInputError, match="was fitted on booleans"):
        model.predict(frame.assign(place=frame["place"].astype(int).astype("category")))


@pytest.mark.parametrize("maker", [lightgbm.LGBMRegressor, lightgbm.LGBMClassifier, lightgbm.LGBMRanker])
def test_ordered_categoricals_are_numbers_to_lightgbm(maker: Any) -> None:
    frame = made("text", 0)
    ordered = frame.assign(place=frame["place"].cat.as_ordered())
    grouped = {"group": [ROWS // 10] * 10} if maker is lightgbm.LGBMRanker else {}
    estimator = maker(n_estimators=6, min_child_samples=2, **LIGHT).fit(ordered, target(frame), **grouped)
    method = "predict_proba" if maker is lightgbm.LGBMClassifier else "predict"
    model = skl2tflite.convert(estimator, ordered)
    for rows in (made("text", 1), in_another_order(made("text", 1)), missing(made("text", 1))):
        assert_alike(model, estimator, rows, method)
    with pytest.raises(UnsupportedEstimatorError, match="does not say which columns these are; give X"):
        skl2tflite.convert(estimator)


def test_columns_that_are_categorical_by_name() -> None:
    """LightGBM's ``categorical_feature`` may name others than the categoricals, whose codes are numbers then."""
    frame = made("text", 0).assign(size=np.arange(ROWS) % 4)
    estimator = lightgbm_classifier().fit(frame, target(frame), categorical_feature=["size", "constant"])
    assert_alike(skl2tflite.convert(estimator, frame), estimator, in_another_order(frame))
    with pytest.raises(UnsupportedEstimatorError, match="give X to convert"):
        skl2tflite.convert(estimator)
    numbers = frame[["first", "size"]]
    estimator = lightgbm_classifier().fit(numbers, target(frame), categorical_feature=["size"])
    model = skl2tflite.convert(estimator)
    assert_alike(model, estimator, numbers)
    with pytest.raises(InvalidInputError, match="fitted on plain numbers"):
        model.predict(numbers.assign(size=numbers["size"].astype("category")))


@pytest.mark.parametrize("library", ["LightGBM", "XGBoost"])
def test_codes_are_taken_as_they_come_by_models_without_categories(library: str) -> None:
    """So they are after a fit on an array, and of XGBoost before 3.1 always."""
    frame = made("text", 1)[["first", "place"]]
    codes = np.column_stack([frame["first"], frame["place"].cat.codes])
    if library == "XGBoost":
        estimator = xgboost_classifier(feature_types=["q", "c"]).fit(codes, target(frame))
    else:
        estimator = lightgbm_classifier().fit(codes, target(frame), categorical_feature=[1])
    model = skl2tflite.convert(estimator)
    assert_alike(model, estimator, codes)
    with pytest.raises(InvalidInputError, match="it would take the codes"):
        model.predict(frame)
    model = skl2tflite.convert(estimator, frame)
    assert_alike(model, estimator, frame)
    assert_alike(model, estimator, missing(frame))
    first = frame["place"].cat.categories[0]
    assert_alike(model, estimator, frame.assign(place=pd.Categorical([first, None] * (ROWS // 2), categories=[first])))
    with pytest.raises(InvalidInputError, match="in their order"):
        model.predict(in_another_order(frame))


def test_models_of_xgboost_without_categories(tmp_path: Any) -> None:
    """As XGBoost before 3.1 saved them: fitted on a DataFrame, but the categories are not in the model."""
    frame = made("text", 1)
    fit = xgboost_classifier().fit(frame, target(frame))
    saved = json.loads(fit.get_booster().save_raw("json"))
    saved["learner"]["gradient_booster"]["model"].pop("cats", None)
    (tmp_path / "model.json").write_text(json.dumps(saved))
    estimator = xgboost.XGBClassifier()
    estimator.load_model(tmp_path / "model.json")
    with pytest.raises(UnsupportedEstimatorError, match=r"does not tell the categories of column 'place'.*give X"):
        skl2tflite.convert(estimator)
    for form in ("strings", "codes", "micro"):
        model = skl2tflite.convert(estimator, frame, **FORMS[form])
        for rows in (frame, missing(frame), frame[::-1]):
            assert_alike(model, estimator, rows)
        with pytest.raises(InvalidInputError, match=r"in their order, .* use .cat.set_categories\(\['', 'Bad"):
            model.predict_proba(in_another_order(frame))


@pytest.mark.parametrize("learner", [{}, {"booster": "dart", "rate_drop": 0.5}, {"missing": 0.0}])
def test_parameters_of_xgboost(learner: dict[str, Any]) -> None:
    """What counts as missing is a code where the column holds categories."""
    needs_categories_in_the_model("XGBoost")
    frame = made("text", 0)
    estimator = xgboost_classifier(**learner).fit(frame, target(frame))
    assert_alike(skl2tflite.convert(estimator, frame), estimator, made("text", 1))
    model = skl2tflite.convert(estimator, frame, methods=("apply",))
    np.testing.assert_array_equal(model.apply(frame), estimator.apply(frame))


def test_letters_beyond_ascii_in_xgboost() -> None:
    """XGBoost 3.1 and 3.2 keep as many bytes of such text as it has letters."""
    needs_categories_in_the_model("XGBoost")
    frame = made("text", 0, ["Graz", "Évora", "日本", "ab"])
    estimator = xgboost_classifier().fit(frame, target(frame))
    model = skl2tflite.convert(estimator, frame)
    assert_alike(model, estimator, made("text", 1, ["Graz", "Évora", "日本", "ab"]))
    with pytest.raises(InvalidInputError, match="in their order"):
        model.predict(in_another_order(frame))
    for rows in (None, in_another_order(frame)):
        with pytest.raises(UnsupportedEstimatorError, match="beyond ASCII"):
            skl2tflite.convert(estimator, rows)
    model = skl2tflite.convert(fitted("XGBoost", "text"))
    place = made("text", 1)["place"].cat.add_categories(["Évora"])
    with pytest.raises(InvalidInputError, match="beyond ASCII, which XGBoost misreads"):
        model.predict(made("text", 1).assign(place=place))


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ([0.1, 0.2], "0.1, which float32 does not hold"),
        ([2**40 + 1, 5], "integers beyond 32 bits"),
        (["￿", "a"], "no text in UTF-8 can be, or a reserved one"),
    ],
)
def test_categories_that_no_tensor_holds(values: list[Any], match: str) -> None:
    frame = made("text", 0, values)
    with pytest.raises(UnsupportedEstimatorError, match=f"column 'place' has .*{match}"):
        skl2tflite.convert(lightgbm_classifier().fit(frame, target(frame)))


def test_categories_of_several_kinds() -> None:
    frame = made("text", 0)
    mixed = frame.assign(place=frame["place"].cat.add_categories([3]))
    with pytest.raises(UnsupportedEstimatorError, match="'place' has categories of several kinds"):
        skl2tflite.convert(lightgbm_classifier().fit(mixed, target(frame)))
    unused = frame.assign(constant=pd.Categorical(["a"] * ROWS, categories=["a", 3]))
    estimator = lightgbm_classifier().fit(unused, target(frame))
    assert_alike(skl2tflite.convert(estimator, unused), estimator, unused)


@pytest.mark.parametrize("reader", READERS)
def test_text_that_no_tree_looks_at(reader: str) -> None:
    """It is no input, but a matrix of numbers cannot be one."""
    needs_categories_in_the_model(reader)
    frame = made("whole", 1).assign(constant=pd.Categorical(["a"] * ROWS))
    estimator = READERS[reader]().fit(frame, target(frame))
    model = skl2tflite.convert(estimator)
    assert list(model.inputs) == ["first", "place", "second"]
    assert_alike(model, estimator, frame)
    with pytest.raises(ConversionError, match=r"'constant' as string values, .* use inputs='columns'"):
        skl2tflite.convert(estimator, inputs="matrix")


@pytest.mark.parametrize("kind", ["ordered", "codes", "text"])
def test_verification_looks_again_at_rows_that_differ(kind: str) -> None:
    """It evaluates the graph anew, knowing of the columns what the file says of them."""
    frame = made("text", 0)
    y = target(frame)
    if kind == "ordered":
        frame["place"] = frame["place"].cat.as_ordered()
    if kind == "codes":
        frame = frame[["first", "place"]]
        rows = np.column_stack([frame["first"], frame["place"].cat.codes])
        fits = [xgboost_classifier(feature_types=["q", "c"]).fit(rows, labels) for labels in (y, 1 - y)]
    else:
        fits = [lightgbm_classifier().fit(frame, labels) for labels in (y, 1 - y)]
    report = skl2tflite.verify(skl2tflite.convert(fits[0], frame), fits[1], frame)
    assert not report.faithful


def test_no_split_at_all() -> None:
    frame = made("text", 0)[["place"]]
    estimator = lightgbm.LGBMClassifier(n_estimators=2, min_child_samples=ROWS, **LIGHT).fit(frame, [0, 1] * 150)
    assert_alike(skl2tflite.convert(estimator, frame), estimator, frame)


# --- what a file says -------------------------------------------------------------------------------


def test_a_file_says_how_columns_are_read(tmp_path: Any) -> None:
    model = skl2tflite.convert(fitted("LightGBM", "truth"), made("truth", 1))
    readings = model.facts.features.readings
    assert readings == (
        Categorical(1, "LightGBM", "truth values", pandas_only=True),
        Categorical(2, "LightGBM", None, pandas_only=True),
        Plain(None, "LightGBM"),
    )
    assert skl2tflite.load(model.save(tmp_path / "model.tflite")).facts.features.readings == readings


@pytest.mark.parametrize("code", [0, 1, 7])
def test_missing_may_be_a_code(code: int) -> None:
    """XGBoost compares the codes of the rows with it, before it takes those of the fit: their order matters then."""
    needs_categories_in_the_model("XGBoost")
    random = np.random.default_rng(0)
    names = pd.Series(random.choice(list("ROB"), 60), dtype="category")
    frame = pd.DataFrame({"a": random.integers(0, 100, 60), "c": names})
    y = (names == "B") * 3.0 + (names == "O") + frame.a / 50
    estimator = xgboost.XGBRegressor(n_estimators=3, enable_categorical=True, missing=code).fit(frame, y)
    turned = frame.assign(c=names.cat.reorder_categories(list("ROB")))
    for rows in ((frame,), ()):
        model = skl2tflite.convert(estimator, *rows)
        np.testing.assert_allclose(model.predict(frame), estimator.predict(frame), rtol=1e-6)
        if code == 7:
            np.testing.assert_allclose(model.predict(turned), estimator.predict(turned), rtol=1e-6)
            continue
        with pytest.raises(InvalidInputError, match="in their order"):
            model.predict(turned)
