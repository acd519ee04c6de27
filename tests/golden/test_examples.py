"""Typical values, ranges and golden rows: like the rows given to ``convert``, but none of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, MultiLabelBinarizer, OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.app_contract import describe
from skl2tflite.backends.tflite import metadata
from skl2tflite.backends.tflite.reader import read
from skl2tflite.examples import Examples
from skl2tflite.golden import checked

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(loc=[1000.0, 0.0, -3.0], scale=[5.0, 1e-3, 40.0], size=(200, 3))
y = (X[:, 2] > 0).astype(int)


def _frame() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "age": RANDOM.integers(1, 80, 60).astype(float),
            "city": np.array(["Bonn", "Paris", "Rome"])[RANDOM.integers(0, 3, 60)],
            "member": RANDOM.integers(0, 2, 60).astype(bool),
            "secret": [f"secret {i}" for i in range(60)],
        }
    )
    frame.loc[::7, "age"] = np.nan
    frame.loc[3, "city"] = "Atlantis"  # which the encoder does not know
    return frame


def _pipeline(frame: pd.DataFrame) -> Any:
    fitted_on = frame[frame["city"] != "Atlantis"]
    steps = make_column_transformer(
        (SimpleImputer(), ["age"]), (OneHotEncoder(handle_unknown="ignore"), ["city"]), ("passthrough", ["member"])
    )
    return make_pipeline(steps, LogisticRegression()).fit(fitted_on, np.arange(len(fitted_on)) % 2)


def _examples(estimator: Any, rows: Any, **options: Any) -> Examples:
    examples = skl2tflite.convert(estimator, rows, **options).facts.examples
    assert examples is not None
    return examples


def _passes(model: skl2tflite.TFLiteModel) -> None:
    """What an app does: run the golden rows, and compare with what is allowed."""
    golden = describe(model).golden
    assert golden is not None
    assert golden.outputs.keys() == set(model.methods)
    for method, outputs in golden.outputs.items():
        given = model.run_tensors(method, _tensors(model, golden.inputs))
        for name, want in outputs.items():
            got = given[name].reshape(len(want), -1)
            if name not in golden.allowed[method]:
                assert got.tolist() == [list(row) for row in want]
                continue
            wanted = np.array([[np.nan if v is None else v for v in row] for row in want], dtype=float)
            assert (np.abs(got - wanted) <= golden.allowed[method][name]).all()


def _tensors(model: skl2tflite.TFLiteModel, inputs: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, rows in inputs.items():
        dtype, shape = model.inputs[name]
        held = [np.array([np.nan if v is None else v for v in row], dtype=dtype) for row in rows]
        several = len({len(row) for row in held}) > 1 or (len(shape) == 2 and shape[1] == -1)
        made[name] = [row[np.newaxis] for row in held] if several else np.stack(held).reshape(len(held), *shape[1:])
    return made


def test_no_given_row_is_in_the_file() -> None:
    model = skl2tflite.convert(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y), X)
    examples = model.facts.examples
    assert examples is not None
    assert len(examples.rows) == 5
    assert examples.made
    rows = np.array(examples.rows, dtype=float)
    assert not any((np.abs(X - row) < 1e-9).any() for row in rows)
    for column, span in enumerate(examples.ranges):
        assert span is not None
        held = np.sort(X[:, column])
        assert span[0] <= held[2]
        assert span[1] >= held[-3]
        assert span[0] <= rows[:, column].min()
        assert span[1] >= rows[:, column].max()
    assert examples.typical == examples.rows[0]
    np.testing.assert_allclose(rows[0], np.median(X, axis=0), atol=1e-2 * np.ptp(X, axis=0).max(), rtol=1e-2)
    assert all(len(repr(value)) < 9 for row in examples.rows for value in row)  # rounded
    _passes(model)


def test_table() -> None:
    frame = _frame()
    model = skl2tflite.convert(_pipeline(frame), frame)
    examples = model.facts.examples
    assert examples is not None
    assert [row[1] for row in examples.rows] != ["Atlantis"] * 5
    assert {row[1] for row in examples.rows} <= {"Bonn", "Paris", "Rome"}
    assert all(row[0] is None or float(row[0]).is_integer() for row in examples.rows)
    given = {(None if age != age else age, city, member) for age, city, member, _ in frame.itertuples(index=False)}
    assert not given & {row[:3] for row in examples.rows}
    assert {row[3] for row in examples.rows} == {None}  # which nothing reads
    assert b"secret 1" not in bytes(model)
    assert b"Atlantis" not in bytes(model)
    _passes(model)


def test_given_rows_where_they_are_asked_for() -> None:
    frame = _frame()
    model = skl2tflite.convert(_pipeline(frame), frame, golden="rows")
    examples = model.facts.examples
    assert examples is not None
    assert not examples.made
    given = [tuple(None if v != v else v for v in row[:3]) for row in frame.itertuples(index=False)]
    assert all(row[:3] in given for row in examples.rows)
    assert b"secret 0" not in bytes(model)  # of columns that nothing reads there is nothing
    _passes(model)
    few = skl2tflite.convert(_pipeline(frame), frame[:2], golden="rows").facts.examples
    assert few is not None
    assert len(few.rows) == 2


def test_none_are_left_out() -> None:
    estimator = LogisticRegression().fit(X, y)
    for options in ({"golden": None}, {"target": "micro"}):
        model = skl2tflite.convert(estimator, X, **options)
        assert model.facts.examples is None
        assert b"examples" not in bytes(model)
        assert describe(model).golden is None
    assert skl2tflite.convert(estimator).facts.examples is None
    assert skl2tflite.convert(estimator, X[:4]).facts.examples is None  # too few to make others of
    with pytest.raises(skl2tflite.ConversionError, match="golden is 'auto', 'made' or 'rows'"):
        skl2tflite.convert(estimator, X, golden="some")  # type: ignore[arg-type]


def test_microcontroller_where_asked() -> None:
    model = skl2tflite.convert(LogisticRegression().fit(X, y), X, target="micro", golden="made")
    assert model.facts.examples is not None
    _passes(model)


TEXTS = ["win a prize now", "lunch at noon", "a prize to win", "see you at lunch", "my password is hunter2", "noon"]


@pytest.mark.parametrize("options", [{}, {"text": "tokens"}, {"batch": 1, "text_length": 40}], ids=str)
def test_texts_are_made_of_the_vocabulary(options: dict[str, Any]) -> None:
    pipe = make_pipeline(TfidfVectorizer(min_df=2), LogisticRegression()).fit(TEXTS, [1, 0, 1, 0, 1, 0])
    model = skl2tflite.convert(pipe, TEXTS, **options)
    examples = model.facts.examples
    assert examples is not None
    words = {word for row in examples.rows for word in str(row[0]).split()}
    assert words <= set(pipe[0].vocabulary_)
    assert b"hunter2" not in bytes(model)
    assert len(set(examples.rows)) > 1
    _passes(model)


def test_other_kinds_of_rows() -> None:
    rows = [{"age": float(i), "sex": "mf"[i % 2]} for i in range(20)]
    model = skl2tflite.convert(make_pipeline(DictVectorizer(), LinearRegression()).fit(rows, range(20)), rows)
    _passes(model)
    golden = describe(model).golden
    assert golden is not None
    assert golden.rows[0] == {"age": 10, "sex": "f"}
    _passes(skl2tflite.convert(IsotonicRegression().fit(X[:, 0], y), X[:, 0]))
    labels = ["no", "yes", "no"] * 4
    _passes(skl2tflite.convert(LabelEncoder().fit(labels), labels, methods=("transform",)))
    assert skl2tflite.convert(MultiLabelBinarizer().fit([("a",)]), [("a",)] * 9).facts.examples is None
    _passes(skl2tflite.convert(LinearRegression().fit(X, y), sparse.csr_matrix(X)))


def test_wide_rows_cost_little() -> None:
    wide = RANDOM.integers(0, 16, (50, 300)).astype(float)
    examples = _examples(LinearRegression().fit(wide, wide[:, 0]), wide)
    assert len(examples.rows) == 1
    assert not examples.ranges
    wider = RANDOM.normal(size=(6, 1100))
    assert skl2tflite.convert(LinearRegression().fit(wider, wider[:, 0]), wider).facts.examples is None


def test_rows_without_an_answer_are_left_out() -> None:
    rows = np.concatenate([np.linspace(0, 1, 20), np.linspace(50, 90, 3)])[:, np.newaxis]
    model = skl2tflite.convert(RadiusNeighborsClassifier(1.0).fit(rows, rows[:, 0] > 10), rows)
    examples = model.facts.examples
    assert examples is not None
    assert len(examples.rows) == 4  # the fifth lies between 1 and 50
    _passes(model)


def test_rows_that_the_runtime_answers_otherwise_are_left_out() -> None:
    model = skl2tflite.convert(LinearRegression().fit(X, X[:, 2]), X)
    examples = model.facts.examples
    assert examples is not None
    assert checked(model, examples) is examples
    answers = examples.answers["predict"]["predict"].copy()
    answers[0] += 4e-6 * np.abs(answers).max()
    loose = checked(model, replace(examples, answers={"predict": {"predict": answers}}))
    assert (loose.tolerance, len(loose.rows)) == (1e-5, 5)
    answers[1] += 1.0
    fewer = checked(model, replace(examples, answers={"predict": {"predict": answers}}))
    assert fewer.rows == (examples.rows[0], *examples.rows[2:])


def test_constant_and_missing_columns() -> None:
    rows = X.copy()
    rows[:, 0], rows[:, 1] = 1013.25, np.nan
    pipe = make_pipeline(SimpleImputer(keep_empty_features=True), LinearRegression()).fit(rows, X[:, 2])
    examples = _examples(pipe, rows)
    assert examples.typical[0] == 1013.25
    assert examples.typical[1] is None
    assert examples.ranges[1] is None


def test_viewers_show_them() -> None:
    frame = _frame()
    for rows, inputs in ((frame, "columns"), (frame[["age"]].fillna(0.0), "matrix")):
        estimator = _pipeline(frame) if inputs == "columns" else LinearRegression().fit(rows, np.arange(60))
        program = read(bytes(skl2tflite.convert(estimator, rows)))
        info = metadata.unpack(program.buffers[program.metadata["TFLITE_METADATA"]])
        first = info.subgraphs[0].inputs[0]
        assert (len(first.least), len(first.greatest)) == (1, 1)
        assert first.least < first.greatest
        assert ("typically" in first.description) == (inputs == "columns")


def test_command_line(tmp_path: Any) -> None:
    from typer.testing import CliRunner

    from skl2tflite.cli.main import app

    pytest.importorskip("skops")
    from skops.io import dump

    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    dump(LinearRegression().fit(frame, y), tmp_path / "m.skops")
    frame.to_csv(tmp_path / "rows.csv", index=False)
    for option, made in (("made", True), ("rows", False), ("none", None)):
        command = ["convert", f"{tmp_path}/m.skops", "--data", f"{tmp_path}/rows.csv", "--golden", option]
        assert CliRunner().invoke(app, [*command, "-o", f"{tmp_path}/m.tflite"]).exit_code == 0
        examples = skl2tflite.load(tmp_path / "m.tflite").facts.examples
        assert (examples and examples.made) is made
        shown = CliRunner().invoke(app, ["inspect", f"{tmp_path}/m.tflite"]).output
        assert ("golden" in shown) == (made is not None)


def test_outputs_without_columns_have_no_golden_rows() -> None:
    model = skl2tflite.convert(MissingIndicator().fit(X), X)
    assert model.outputs == {"transform": ("bool", (-1, 0))}
    assert model.facts.examples is not None
    assert model.facts.examples.rows == ()
