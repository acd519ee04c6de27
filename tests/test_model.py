"""Models: files on disk and in memory, labels, what is printed, and the errors of a user's slips."""

import copy
import os
import pickle
import random
from unicodedata import unidata_version

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite import InvalidFileError, InvalidInputError, TFLiteModel
from skl2tflite.backends.tflite.metadata import read_files
from skl2tflite.backends.tflite.reader import read
from skl2tflite.errors import ConversionError, UnsupportedMethodError
from skl2tflite.method_output import MethodOutput
from skl2tflite.model_metadata import ModelFacts
from tests.backends.tflite.test_writer_and_reader import two_methods
from tests.backends.tflite.test_writer_and_reader import write as write_program
from tests.unsealed import unsealed

X = np.random.default_rng(0).normal(size=(80, 3)).astype(np.float32).astype(np.float64)
POSITION = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.5)
FRAME = pd.DataFrame(X, columns=["length", "width", "ratio of both"])


@pytest.fixture(scope="module")
def estimator():
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME, np.array(["no", "maybe", "yes"])[POSITION])


@pytest.fixture(scope="module")
def model(estimator):
    return skl2tflite.convert(estimator, FRAME)


# --- running --------------------------------------------------------------------------------------------


def test_methods_answer_as_the_estimators(model, estimator):
    assert model.methods == model.signatures == ("predict_proba", "predict")
    labels = model.predict(FRAME)
    np.testing.assert_array_equal(labels, estimator.predict(FRAME))
    assert labels.dtype == estimator.predict(FRAME).dtype
    probabilities = model.predict_proba(FRAME)
    assert probabilities.dtype == np.float64
    np.testing.assert_allclose(probabilities, estimator.predict_proba(FRAME), atol=1e-6)
    np.testing.assert_array_equal(model.run("predict", X), labels)


def test_no_rows(model):
    assert model.predict(X[:0]).shape == (0,)
    assert model.predict(X[:0]).dtype == model.predict(X[:1]).dtype
    assert model.predict_proba(X[:0]).shape == (0, 3)


def test_methods_that_it_was_not_converted_with(model):
    assert hasattr(model, "predict")
    for name in ("transform", "decision_function", "apply", "score_samples", "predict_log_proba"):
        assert not hasattr(model, name)
    with pytest.raises(UnsupportedMethodError, match="this model has no 'transform'; it was converted with methods="):
        model.transform(X)
    with pytest.raises(AttributeError):
        model.decision_function(X)
    with pytest.raises(UnsupportedMethodError, match="no 'score'"):
        model.run("score", X)
    assert TFLiteModel.predict.__doc__


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:, :2], "X has 2 features, but the model takes 3"),
        (X[0], "use X.reshape"),
        (FRAME[["width", "length", "ratio of both"]], "another order"),
        (FRAME.rename(columns={"width": "w"}), "'width' missing; 'w' unknown"),
        (np.where(X > 2, np.nan, X), "X contains NaN .* feature 'ratio of both'|X contains NaN"),
        (X * 1j, "real numbers"),
        ([["a", "b", "c"]], "real numbers"),
    ],
)
def test_rows_that_are_refused(model, rows, message):
    with pytest.raises(InvalidInputError, match=message):
        model.predict(rows)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["no", "maybe", "yés"]), np.array(["a", "b", "c"], dtype=object), np.array([b"a", b"\xff", b"c"]),
        np.array([0, 1, 2]), np.array([-5, 7, 300], dtype=np.int16), np.array([0, 2**40, -(2**50)]),
        np.array([0, 1, 2**63], dtype=np.uint64), np.array([0.0, 1.0, -3e15]), np.array([1, 2, 3], dtype=np.float32),
        np.array([True, False, True]), np.array(["x", "x", "y"]), np.array([1, 2, 3], dtype=np.uint8),
        np.array(["one\nline", 'quo"te', ""]),
    ],
    ids=lambda labels: f"{labels.dtype}-{labels[1]!r}"[:40],
)  # fmt: skip
def test_labels_of_every_dtype(labels, tmp_path):
    estimator = DecisionTreeClassifier(max_depth=3).fit(X, labels[POSITION])
    model = skl2tflite.convert(estimator, X)
    expected = estimator.predict(X)
    for each in (model, skl2tflite.load(model.save(tmp_path / "m.tflite"))):
        result = each.predict(X)
        np.testing.assert_array_equal(result, expected)
        assert result.dtype == expected.dtype


def test_labels_of_several_outputs():
    second = np.array(["x", "y"])[(X[:, 2] > 0).astype(int)]
    for y in (
        np.column_stack([POSITION, POSITION * 2 - 5]),
        np.column_stack([POSITION.astype(str).astype(object), second]),
    ):
        estimator = DecisionTreeClassifier(max_depth=3).fit(X, y)
        model = skl2tflite.convert(estimator, X)
        result, expected = model.predict(X), estimator.predict(X)
        np.testing.assert_array_equal(result, expected)
        assert result.dtype == expected.dtype
        assert [p.shape for p in model.predict_proba(X)] == [(80, 3), (80, len(np.unique(y[:, 1].astype(str))))]


def test_labels_that_a_file_cannot_keep():
    dates = np.array(["2020", "2021", "2022"], dtype="M8[Y]")
    with pytest.raises(ConversionError, match=r"labels of dtype datetime64\[Y\] cannot be kept"):
        MethodOutput(("predict",), False, dates.dtype.str, (dates,)).to_json()


def test_classes(model):
    assert model.classes_.tolist() == ["maybe", "no", "yes"]
    assert model.n_features_in_ == 3
    assert model.feature_names_in_.tolist() == list(FRAME.columns)
    regressor = skl2tflite.convert(LinearRegression().fit(X, X[:, 0]))
    assert not hasattr(regressor, "classes_")
    assert not hasattr(regressor, "feature_names_in_")


def test_transformers_keep_float32():
    estimator = make_pipeline(StandardScaler(), PCA(2)).fit(X)
    model = skl2tflite.convert(estimator, X)
    assert model.transform(X).dtype == np.float32


# --- what it is -----------------------------------------------------------------------------------------


def test_repr_and_print(model):
    size = f"{len(bytes(model)):,} bytes"
    name = "Pipeline(StandardScaler, LogisticRegression)"
    assert repr(model) == f"<TFLiteModel of {name}: predict_proba, predict; {size}>"
    lines = str(model).splitlines()
    assert lines[0] == repr(model)
    assert lines[1] == "features    3: length, width, ratio of both"
    assert lines[2] == "signature   predict_proba(X float32[rows, 3]) → predict_proba float32[rows, 3]"
    assert lines[3] == "signature   predict(X float32[rows, 3]) → predict int32[rows]"
    assert lines[4].startswith("typical     length -0.18 (mostly -2.4 to 1.7), width ")
    assert lines[5] == "golden      5 made rows with the answers of predict_proba, predict, within 1e-06"
    assert lines[6] == "runs on     TensorFlow Lite 2.7.0 or later"
    assert "operators" in lines[7]
    assert "FULLY_CONNECTED×2" in lines[7]
    assert "SOFTMAX×1" in lines[7]
    assert lines[8].startswith(f"bytes       {len(bytes(model)):,}: TFLITE_METADATA ")


def test_names_are_printed_without_their_middles():
    frame = pd.DataFrame({"first" + "a" * 5000 + "last": X[:, 0], "b" * 80: X[:, 1]})
    encoder = StandardScaler().fit(frame)
    printed = str(skl2tflite.convert(encoder, frame, inputs="columns"))
    shown = "first" + "a" * 48 + "…" + "a" * 22 + "last"
    assert len(shown) == 80
    assert printed.count(shown) >= 2
    assert "b" * 80 in printed
    assert max(map(len, printed.splitlines())) < 400


def test_inputs_outputs_and_operators(model):
    assert model.inputs == {"X": ("float32", (-1, 3))}
    assert model.outputs == {"predict_proba": ("float32", (-1, 3)), "predict": ("int32", (-1,))}
    assert model.operators()["FULLY_CONNECTED"] == 2
    assert len(model) == len(bytes(model))


def test_equality_and_hash(model, estimator):
    again = skl2tflite.convert(estimator, FRAME)
    assert again == model
    assert hash(again) == hash(model)
    assert bytes(again) == bytes(model)
    other = skl2tflite.convert(estimator, methods=["predict"])
    assert other != model
    assert model != bytes(model)
    assert len({again, model, other}) == 2


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies(model, copier):
    threaded = TFLiteModel(bytes(model), num_threads=2)
    again = copier(threaded)
    assert again == model
    assert again.num_threads == 2
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_many_rows_run_in_parts(model, monkeypatch):
    monkeypatch.setattr("skl2tflite.backends.tflite.runner.ELEMENTS_PER_CALL", 21)
    again = TFLiteModel(bytes(model))
    assert again._runner.rows_per_call < len(X)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_labels_are_a_file_within_the_file(model):
    assert read_files(bytes(model))["labels.txt"].decode().split() == ["maybe", "no", "yes"]


# --- files ----------------------------------------------------------------------------------------------


def test_save_and_load(model, tmp_path):
    path = model.save(tmp_path / "model.tflite")
    assert path == tmp_path / "model.tflite"
    assert path.read_bytes() == bytes(model)
    assert os.listdir(tmp_path) == ["model.tflite"]
    for given in (path, str(path)):
        again = skl2tflite.load(given, num_threads=2)
        assert again == model
        assert again.num_threads == 2
        np.testing.assert_array_equal(again.predict(FRAME), model.predict(FRAME))


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_saved_files_have_the_usual_permissions(model, tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    assert model.save(tmp_path / "model.tflite").stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("failing", ["os.replace", "os.chmod"])
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(model, tmp_path, monkeypatch, failing):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(f"skl2tflite.model.{failing}", fail)
    with pytest.raises(OSError, match="disk full"):
        model.save(path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model.tflite"]


def test_paths_that_cannot_be_written_or_read(model, tmp_path):
    with pytest.raises(FileNotFoundError):
        model.save(tmp_path / "missing" / "model.tflite")
    with pytest.raises(OSError, match="is a folder; name a file in it"):
        model.save(tmp_path)
    with pytest.raises(FileNotFoundError):
        skl2tflite.load(tmp_path / "missing.tflite")
    assert os.listdir(tmp_path) == []


def test_foreign_files(tmp_path):
    path = tmp_path / "foreign.tflite"
    content = write_program(two_methods())
    path.write_bytes(content)
    with pytest.raises(InvalidFileError, match=r"foreign\.tflite: the \.tflite file was not written by skl2tflite"):
        skl2tflite.load(path)
    assert [signature.key for signature in read(content).signatures] == ["proba", "score"]
    path.write_bytes(b"%PDF-1.7 not a model")
    with pytest.raises(InvalidFileError, match=r"foreign\.tflite: not a \.tflite file"):
        skl2tflite.load(path)


def test_truncated_files(model):
    content = bytes(model)
    end = len(content) - 400  # the labels at the end are not needed to run
    for length in range(0, end, 61):
        with pytest.raises(InvalidFileError):
            TFLiteModel(content[:length])


def test_damaged_files_are_refused(model):
    content = bytes(model)
    generator = random.Random(0)
    for _ in range(400):
        damaged = bytearray(content)
        damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
        with pytest.raises(InvalidFileError):
            TFLiteModel(bytes(damaged))


def test_what_follows_a_file_is_not_its_own(model):
    for changed in (bytes(model) + b"\0", bytes(model)[:-1]):
        with pytest.raises(InvalidFileError, match="its bytes are not those that skl2tflite wrote"):
            TFLiteModel(changed)


def test_weights_are_not_changed_without_a_word(model):
    """One bit of a weight: without a digest such a file loads, and answers otherwise."""
    content = bytearray(bytes(model))
    content[_weight(model)] ^= 1
    with pytest.raises(InvalidFileError, match="it was damaged, or another tool has changed it"):
        TFLiteModel(bytes(content))
    TFLiteModel(unsealed(bytes(content)))


def _weight(model):
    """Return where the largest constant of a file is."""
    program = read(bytes(model))
    held = {tensor.buffer for subgraph in program.subgraphs for tensor in subgraph.tensors}
    return max((len(program.buffers[index]), program.places[index]) for index in held)[1]


def test_facts_that_do_not_fit_the_file(model):
    content = unsealed(bytes(model))
    for old, new, message in (
        (b'"outputs":["predict"]', b'"outputs":["predicT"]', "name the outputs predicT, and the file gives predict"),
        (b'"target":"litert"', b'"target":"litErt"', "target 'litErt', which this version does not know"),
        (b'"dtype":"float64"', b'"dtype":"floaT64"', "are damaged"),
        (b'"format":1', b'"format":7', "written by a newer skl2tflite"),
        (b'{"format"', b'["format"', "are damaged"),
    ):
        assert content.count(old) == 1
        with pytest.raises(InvalidFileError, match=message):
            TFLiteModel(content.replace(old, new))


def test_facts_round_trip(model):
    again = ModelFacts.from_bytes(model.facts.to_bytes())
    assert again.to_bytes() == model.facts.to_bytes()
    assert again.features == model.facts.features
    assert again.estimator == "Pipeline(StandardScaler, LogisticRegression)"
    assert set(again.versions) == {"skl2tflite", "scikit-learn"}
    assert b"/" not in model.facts.to_bytes()


def test_files_that_tell_characters_apart_name_the_version_of_unicode():
    words = ["one two", "two three"]
    for text, named in (("characters", True), ("tokens", False)):
        versions = skl2tflite.convert(CountVectorizer().fit(words), text=text).facts.versions
        assert (versions.get("Unicode") == unidata_version) is named
