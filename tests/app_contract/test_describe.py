"""What the contract says of a file: made of the file alone, and the same after JSON."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsRegressor, RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelBinarizer, MultiLabelBinarizer, OneHotEncoder, OrdinalEncoder
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite.app_contract import AppContract, Feature, describe, json_schema

X, y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])


def _table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age": [22.0, 38.0, np.nan, 35.0] * 5,
            "sex": ["m", "f", "f", "m"] * 5,
            "class": [1, 2, 3, 2] * 5,
            "name": ["a", "b", "c", "d"] * 5,
        }
    )


def _pipeline(**encoder: object):
    steps = make_column_transformer(
        (SimpleImputer(), ["age"]), (OneHotEncoder(**encoder), ["sex"]), (OneHotEncoder(), ["class"])
    )
    return make_pipeline(steps, LogisticRegression()).fit(_table(), [0, 1, 1, 0] * 5)


def _described(estimator: object, rows: object = None, **options: object) -> AppContract:
    model = skl2tflite.convert(estimator, rows, **options)  # type: ignore[arg-type]
    contract = describe(skl2tflite.TFLiteModel(bytes(model)))
    assert msgspec.json.decode(json.dumps(contract.to_json()), type=AppContract) == contract
    assert contract.bytes == len(bytes(model))
    return contract


def test_table() -> None:
    contract = _described(_pipeline(handle_unknown="ignore"), _table())
    age, sex, klass, name = contract.features
    assert age == Feature(name="age", kind="number", absent="missing", typical=35, range=(22.0, 38.0))
    assert sex == Feature(name="sex", kind="category", absent="missing", categories=("f", "m"), typical="f")
    assert (klass.kind, klass.only, klass.absent) == ("number", (1.0, 2.0, 3.0), "refused")
    assert name == Feature(name="name", kind="number", absent="not read")
    proba, predict = contract.methods
    assert [(each.name, each.encoding, each.dtype) for each in proba.inputs] == [
        ("age", "number", "float32"), ("sex", "code", "int32"), ("class", "number", "float32")
    ]  # fmt: skip
    assert [each.index for each in proba.inputs] == [0, 1, 2]
    assert (proba.outputs[0].axis_labels, proba.outputs[0].label_rule) == ((0, 1), "greatest")
    assert (predict.outputs[0].meaning, predict.outputs[0].label_rule) == ("labels", "itself")
    assert predict.outputs[0].shape == (None,)


def test_only_known_categories_are_taken() -> None:
    contract = _described(_pipeline(), _table())
    assert (contract.features[1].only, contract.features[1].absent) == (("f", "m"), "refused")
    frame = _table().replace({"sex": {"m": np.nan}})
    encode = make_column_transformer((OneHotEncoder(), ["sex"]))
    contract = _described(make_pipeline(encode, LogisticRegression()).fit(frame, [0, 1, 1, 0] * 5), frame)
    assert (contract.features[1].only, contract.features[1].absent) == (("f", None), "missing")


def test_matrix() -> None:
    contract = _described(LogisticRegression(max_iter=500).fit(X, NAMES[y]), X)
    assert [each.name for each in contract.features] == ["x0", "x1", "x2", "x3"]
    assert {each.absent for each in contract.features} == {"refused"}
    (given,) = contract.methods[0].inputs
    assert (given.encoding, given.shape, given.features) == ("matrix", (None, 4), (0, 1, 2, 3))
    output = contract.method("predict").outputs[0]
    assert (output.label_rule, output.value_labels) == ("position", (tuple(NAMES),))
    assert contract.batch is None
    assert _described(LogisticRegression(max_iter=500).fit(X, y), X, batch=2).batch == 2


@pytest.mark.parametrize("labels", [NAMES[y], y * 7, y * 2.0, y == 1])
def test_labels_without_predict_are_those_of_the_attached_file(labels: np.ndarray) -> None:
    tree = DecisionTreeClassifier(max_depth=2).fit(X, labels)
    both = _described(tree, methods=("predict_proba", "predict")).method("predict_proba").outputs[0]
    assert both.axis_labels == tuple(tree.classes_.tolist())
    alone = _described(tree, methods=("predict_proba",)).methods[0].outputs[0]
    assert alone.axis_labels == tuple(map(str, tree.classes_.tolist()))


def test_column_of_the_name_of_the_file_of_labels() -> None:
    """Its vocabulary has that file's name where there are no labels."""
    frame = pd.DataFrame({"labels": ["a", "b"] * 4, "x": range(8)})
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["labels"]), remainder="passthrough")
    contract = _described(make_pipeline(encode, LinearRegression()).fit(frame, range(8)), frame)
    assert contract.methods[0].outputs[0].axis_labels is None
    assert contract.features[0].categories == ("a", "b")


def test_scores_of_two_labels() -> None:
    contract = _described(LogisticRegression().fit(X[:100], NAMES[y[:100]]), methods=("decision_function",))
    output = contract.methods[0].outputs[0]
    assert (output.label_rule, output.axis_labels, output.shape) == ("positive", ("setosa", "versicolor"), (None,))


def test_several_outputs() -> None:
    labels = np.column_stack([NAMES[y], np.where(X[:, 0] > 6, "long", "short")])
    contract = _described(RandomForestClassifier(3, random_state=0).fit(X, labels), X)
    proba = contract.method("predict_proba")
    assert proba.returns == "list"
    assert [each.axis_labels for each in proba.outputs] == [tuple(NAMES), ("long", "short")]
    assert contract.method("predict").outputs[0].value_labels == (tuple(NAMES), ("long", "short"))


def test_numbers_have_no_labels() -> None:
    contract = _described(LinearRegression().fit(X, X[:, 0]), X)
    assert (contract.methods[0].outputs[0].meaning, contract.methods[0].outputs[0].label_rule) == ("values", None)


def test_rows_without_an_answer() -> None:
    contract = _described(RadiusNeighborsClassifier(0.9).fit(X, NAMES[y]), X)
    for method, mark in (("predict_proba", None), ("predict", -1.0)):
        found = contract.method(method).no_answer
        assert found is not None
        assert found.mark == mark
        assert "no neighbours" in found.reason


def test_texts() -> None:
    texts = ["win a prize", "lunch at noon", "prize", "lunch"]
    pipe = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [1, 0, 1, 0])
    contract = _described(pipe, texts)
    assert (contract.rows, contract.features[0].kind, contract.features[0].name) == ("texts", "text", "text")
    (given,) = contract.methods[0].inputs
    assert (given.encoding, given.shape, given.length, given.padding) == ("characters", (1, None), None, None)
    (given,) = _described(pipe, texts, batch=1, text_length=40).methods[0].inputs
    assert (given.shape, given.length, given.padding) == ((1, 40), 40, -1)
    (given,) = _described(pipe, texts, text="tokens").methods[0].inputs
    assert given.encoding == "tokens"
    assert given.vocabulary == ("at", "lunch", "noon", "prize", "win")
    assert given.analyzer is not None
    assert given.analyzer["ngram_range"] == [1, 1] or given.analyzer["ngram_range"] == (1, 1)


def test_dicts() -> None:
    rows = [{"age": 22.0, "sex": "m"}, {"age": 38.0, "sex": "f"}, {"sex": "f"}]
    contract = _described(make_pipeline(DictVectorizer(), LogisticRegression()).fit(rows, [0, 1, 1]), rows)
    assert contract.rows == "records"
    assert [(each.name, each.kind, each.absent) for each in contract.features] == [
        ("age", "number", "zero"), ("sex", "category", "unknown")
    ]  # fmt: skip


def test_sets_and_images() -> None:
    sets = [("a", "b"), ("c",)]
    contract = _described(MultiLabelBinarizer().fit(sets), sets)
    assert (contract.rows, contract.features[0].kind) == ("sets", "set")
    assert contract.methods[0].inputs[0].set_values == ("a", "b", "c")
    images = np.zeros((2, 3, 3))
    contract = _described(PatchExtractor(patch_size=(2, 2)), images)
    assert (contract.rows, contract.features, contract.methods[0].inputs[0].encoding) == ("images", (), "image")


def test_inverses_have_features_of_their_own() -> None:
    frame = _table()[["sex", "name"]]
    contract = _described(OrdinalEncoder().fit(frame), frame, methods=("transform", "inverse_transform"))
    method = contract.method("inverse_transform")
    assert contract.features[0].kind == "category"
    assert contract.features_of(method)[0].kind == "number"
    labels = ["no", "yes", "no"]
    contract = _described(LabelBinarizer().fit(labels), labels)
    assert (contract.rows, contract.features[0].name) == ("labels", "y")


def test_microcontrollers() -> None:
    contract = _described(LogisticRegression(max_iter=500).fit(X, NAMES[y]), target="micro")
    assert (contract.target, contract.batch) == ("micro", 1)
    assert contract.methods[0].outputs[0].axis_labels == tuple(NAMES)


def test_schema_names_every_field() -> None:
    schema = json_schema()
    document = _described(LinearRegression().fit(X, X[:, 0]), X).to_json()
    assert schema["$defs"]["AppContract"]["properties"].keys() == document.keys()


def test_a_mark_that_is_infinite_is_a_word_in_json() -> None:
    """JSON has no infinity, and a reader must not take it for NaN."""
    regressor = KNeighborsRegressor(2, weights=lambda d: np.exp(-d)).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0])
    method = describe(skl2tflite.convert(regressor)).methods[0]
    assert method.no_answer is not None
    assert method.no_answer.mark == "Infinity"
    assert method.no_answer.number == np.inf
    assert json.loads(json.dumps(describe(skl2tflite.convert(regressor)).to_json(), allow_nan=False))


def test_scores_of_three_pairs_are_no_scores_of_three_classes() -> None:
    X, y = load_iris(return_X_y=True)
    for shape in ("ovo", "ovr"):
        estimator = SVC(decision_function_shape=shape).fit(X, y)
        (output,) = describe(skl2tflite.convert(estimator, X, methods=("decision_function",))).methods[0].outputs
        assert (output.label_rule, output.axis_labels) == (None, None)
