"""Verification: what is wrong is found and told in words, what float32 cannot tell is counted apart, no more."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite import FidelityError
from skl2tflite.errors import ConversionError
from skl2tflite.graph import functions as xp
from skl2tflite.verify import verify
from tests.verify.estimators import Labels, Lists, Shift, X, compared

# --- what is wrong --------------------------------------------------------------------------------------


def test_a_wrong_value_is_found(register):
    estimator = register(Shift, "transform", lambda self, X: xp.where(X > 1.0, X + 0.25, X))
    wrong = np.flatnonzero((X > 1).any(axis=1))
    with pytest.raises(FidelityError) as error:
        skl2tflite.convert(estimator, X)
    text = str(error.value)
    assert text.startswith(f"the converted model is not faithful: transform: {len(wrong)} of 50 rows differ (rows ")
    assert ", ".join(map(str, wrong[:5])) in text
    method = error.value.report["transform"]
    np.testing.assert_array_equal(method.wrong, wrong)
    assert not method.faithful
    assert not error.value.report.faithful
    assert method.near_ties.size == 0
    assert method.largest_error == pytest.approx(0.25, rel=1e-5)
    assert method.scale == pytest.approx(np.abs(X).max())
    assert method.relative_error == pytest.approx(0.25 / np.abs(X).max(), rel=1e-5)
    assert method.agreement == pytest.approx(1 - len(wrong) / 50)
    assert isinstance(error.value, ConversionError)


def test_the_worst_row_is_told_in_words(register):
    def function(self, X):
        return xp.where(X == X.dtype.type(0) if isinstance(X, np.ndarray) else X == 0, 5.0, X)

    rows = X.copy()
    rows[7, 2] = 0
    report = compared(register(Shift, "transform", function), rows)
    assert report["transform"].example == "row 7, column 2 gives 5 instead of 0"
    assert report.summary() == "transform: 1 of 50 rows differ (rows 7); row 7, column 2 gives 5 instead of 0"


def test_a_wrong_label_is_found(register):
    estimator = register(Labels, "predict", lambda self, X: xp.astype(X[:, 0] > 0.5, int))
    report = compared(estimator)
    expected = np.where(X[:, 0] > 0.5, "right", "left")
    wrong = np.flatnonzero(estimator.predict(X) != expected)
    assert wrong.size
    np.testing.assert_array_equal(np.union1d(report["predict"].wrong, report["predict"].near_ties), wrong)
    assert "instead of" in report["predict"].example


@pytest.mark.parametrize(
    "function",
    [lambda self, X: X[:, :2], lambda self, X: X[:, 0], lambda self, X: xp.stack([X, X], axis=1)],
)
def test_another_shape_is_found(register, function):
    estimator = register(Shift, "transform", function)
    with pytest.raises(FidelityError, match=r"shape \(50,.*\) instead of \(50, 3\)") as error:
        skl2tflite.convert(estimator, X)
    assert error.value.report["transform"].wrong.size == 50


def test_one_array_for_a_list_is_found(register):
    estimator = register(Lists, "predict_proba", lambda self, X: xp.abs(X))
    report = compared(estimator)
    assert report["predict_proba"].wrong.size == 50
    assert "1 array instead of a list of 2" in report.summary()


def test_lists_are_compared_one_by_one(register):
    estimator = register(Lists, "predict_proba", lambda self, X: [xp.abs(X[:, :2]), xp.abs(X)])
    model = skl2tflite.convert(estimator, X)
    assert [p.shape for p in model.predict_proba(X)] == [(50, 2), (50, 3)]
    estimator = register(Lists, "predict_proba", lambda self, X: [xp.abs(X[:, :2]), xp.abs(X) + 1.0])
    assert compared(estimator)["predict_proba"].wrong.size == 50
    estimator = register(Lists, "predict_proba", lambda self, X: [xp.abs(X)])
    assert "a list of 1 instead of a list of 2" in compared(estimator).summary()


# --- NaN and infinity -----------------------------------------------------------------------------------


def marked(value):
    """Return a function that puts a value where the first column is positive."""

    def function(X):
        X = np.array(X)
        X[X[:, 0] > 0, 1] = value
        return X

    return function


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers(register, value):
    def same(self, X):
        return xp.stack([X[:, 0], xp.where(X[:, 0] > 0, value, X[:, 1]), X[:, 2]], axis=1)

    register(Shift, "transform", same)
    estimator = Shift(marked(value)).fit(X)
    report = compared(estimator)
    assert report.faithful
    assert report.largest_error == 0
    assert np.isfinite(report["transform"].scale)
    report = compared(Shift().fit(X))
    np.testing.assert_array_equal(report["transform"].wrong, np.flatnonzero(X[:, 0] > 0))
    assert report["transform"].largest_error == np.inf
    register(Shift, "transform", lambda self, X: X)
    report = compared(estimator)
    np.testing.assert_array_equal(report["transform"].wrong, np.flatnonzero(X[:, 0] > 0))


def test_infinity_beside_what_float32_cannot_tell(register):
    """A column that is infinite for good reason does not keep another from being excused."""

    def function(xp, X):
        return xp.stack([(X[:, 0] - X[:, 1]) * (1 / 3), xp.where(X[:, 0] > 0, np.inf, X[:, 1])], axis=1)

    rows = np.column_stack([X[:, 0] * 0.01 + 10, np.full(50, 10.0), X[:, 2]]).astype(np.float32).astype(float)
    register(Shift, "transform", lambda self, X: function(xp, X * (1 / 3)))
    assert compared(Shift(lambda X: function(np, np.asarray(X, dtype=np.float64) * (1 / 3))).fit(X), rows).faithful


def test_the_other_infinity_is_wrong(register):
    register(Shift, "transform", lambda self, X: xp.where(X > 0, np.inf, X))
    assert not compared(Shift(lambda X: np.where(X > 0, -np.inf, X)).fit(X)).faithful
    assert compared(Shift(lambda X: np.where(X > 0, np.inf, X)).fit(X)).faithful


# --- what float32 cannot tell ---------------------------------------------------------------------------


def test_ties_within_float32_are_counted_apart(register):
    estimator = register(Labels, "predict", lambda self, X: xp.argmax(xp.linear(X, self.estimator.weights_, 0.0)))
    model = skl2tflite.convert(estimator)
    differ = np.flatnonzero(model.predict(X) != estimator.predict(X))
    agree = np.flatnonzero(model.predict(X) == estimator.predict(X))
    assert differ.size > 5
    rows = X[[*agree, *agree[:20], *differ[:4]]]
    report = verify(model, estimator, rows)["predict"]
    assert report.faithful
    np.testing.assert_array_equal(report.near_ties, np.arange(len(rows) - 4, len(rows)))
    assert report.agreement == pytest.approx(1 - 4 / len(rows))
    assert "4 near ties" in str(report)


def test_leaves_that_float32_cannot_tell_apart_are_near_ties():
    tree = DecisionTreeClassifier(max_depth=1).fit(X, X[:, 0] > 1.0)
    tree.tree_.value[1] = [1 / 3, np.nextafter(1 / 3, 1)]
    report = verify(skl2tflite.convert(tree, methods=("predict",)), tree, X)["predict"]
    np.testing.assert_array_equal(report.near_ties, np.flatnonzero(tree.apply(X) == 1))
    assert report.wrong.size == 0


def test_a_tie_of_others_excuses_no_label(register):
    estimator = register(Labels, "predict", lambda self, X: xp.argmax(xp.linear(X, self.estimator.weights_, 0.0)))
    estimator.classes_ = np.array(["left", "middle", "right"])
    tied = [[1.0, 1.0 + 1e-9], [2.0, 2.0], [3.0, 3.0]]
    estimator.weights_ = np.column_stack([tied, [9.0, 9.0, 9.0]])
    gives_right = skl2tflite.convert(estimator)
    estimator.weights_ = np.column_stack([tied, [-9.0, -9.0, -9.0]])
    report = verify(gives_right, estimator, np.abs(X))["predict"]
    assert report.wrong.size == 50
    assert report.near_ties.size == 0


def test_other_kinds_of_numbers_are_wrong(register):
    register(Shift, "transform", lambda self, X: xp.astype(X > 0, int))
    report = compared(Shift(lambda X: (X > 0).astype(float)).fit(X))
    assert "dtype int64 instead of float64" in report.summary()
    assert compared(Shift(lambda X: (X > 0).astype(np.int32)).fit(X)).faithful


def test_a_model_of_near_ties_is_refused(register):
    estimator = register(Labels, "predict", lambda self, X: xp.argmax(xp.linear(X, self.estimator.weights_, 0.0)))
    report = verify(skl2tflite.convert(estimator), estimator, X)["predict"]
    assert report.near_ties.size > 5
    assert not report.faithful
    assert "depend on differences that float32 cannot hold" in str(report)


UNSTABLE = {
    "one number twice": lambda self, X: (X + 1e4) - 1e4,
    "a parameter twice": lambda self, X: (X + self.estimator.shift_) - self.estimator.shift_,
    "a parameter and its value": lambda self, X: (X + self.estimator.shift_) - 1e4,
    "a parameter and its negative": lambda self, X: (X + self.estimator.shift_) + (-self.estimator.shift_),
}


@pytest.mark.parametrize("spelling", UNSTABLE)
def test_an_unstable_formula_is_not_excused(register, spelling):
    estimator = register(Shift, "transform", UNSTABLE[spelling])
    report = compared(estimator)
    assert report["transform"].wrong.size == 50
    assert report["transform"].near_ties.size == 0


def test_what_the_estimator_amplifies_itself_is_excused(register):
    """The difference of two features far from 0: the rows themselves hold no more of it than float32 does."""

    def difference(X):
        return (X[:, :1] * np.float64(1 / 3) - X[:, 1:2] * np.float64(1 / 3)) * np.float64(3e3)

    rows = np.column_stack([X[:, 0] * 0.1 + 10, np.full(50, 10.0), X[:, 2]]).astype(np.float32).astype(float)
    register(Shift, "transform", lambda self, X: (X[:, :1] * (1 / 3) - X[:, 1:2] * (1 / 3)) * 3e3)
    report = compared(Shift(lambda X: difference(np.asarray(X, dtype=np.float64))).fit(X), rows)
    assert report.faithful
    assert report["transform"].relative_error > 1e-6


def test_tolerance():
    estimator = LinearRegression().fit(X, X[:, 0] * 2)
    model = skl2tflite.convert(estimator)
    assert verify(model, estimator, X).faithful
    other = LinearRegression().fit(X, X[:, 0] * 2.001)
    assert not verify(model, other, X).faithful
    assert verify(model, other, X, tolerance=0.01).faithful
