"""Coordinate descent keeps the digits of small components beside great ones, whatever rows and components are."""

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.decomposition import NMF

import skl2tflite
from skl2tflite.numerics.nonnegative_descent import NonnegativeDescent

WINE = load_wine().data
ROWS = np.float32(WINE[::4])


def errors(model, file, rows):
    """Of each row and component, as fractions of the component's greatest weight."""
    want = model.transform(rows.astype(np.float64))
    scale = np.maximum(np.abs(want).max(axis=0), np.finfo(np.float32).tiny)
    return np.abs(file.transform(rows) - want) / scale


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    "model",
    [
        NMF(2, random_state=0),
        NMF(4, random_state=0),
        NMF(4, tol=0, max_iter=50, random_state=0),
        NMF(3, alpha_W=0.01, l1_ratio=1.0, random_state=0),
        NMF(3, alpha_W=0.1, l1_ratio=0.5, random_state=0),
        NMF(13, random_state=0),
    ],
    ids=lambda model: str(model)[:60],
)
def test_raw_features(model):
    model.fit(WINE)
    file = skl2tflite.convert(model, ROWS)
    assert errors(model, file, ROWS).max() < 2e-5  # 2e-3 in plain float32, of 13 components 1e30


@pytest.fixture(scope="module")
def model():
    return NMF(4, random_state=0, max_iter=50).fit(WINE)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("factor", [0.0, 1e-30, 1e-10, 1e-3, 1.0, 1e10, 1e25])
def test_great_and_small_rows(model, factor):
    file = skl2tflite.convert(model)
    row = ROWS[:1] * np.float32(factor)
    assert errors(model, file, row).max() < 1e-5
    beside = np.vstack([row, ROWS[1:3]])  # which stop together
    want, got = model.transform(beside.astype(np.float64)), file.transform(beside)
    assert (np.abs(got - want) <= 1e-5 * np.abs(want).max(axis=1, keepdims=True)).all()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "change",
    [
        lambda components: components * np.array([[1], [0], [1], [1]]),
        lambda components: components * np.array([[1e30], [1], [1e-25], [1e-3]]),
        lambda components: np.vstack([components[:2], 2 * components[:2]]),
        lambda components: np.eye(4, 13),
        lambda components: components[:1],
        lambda components: np.repeat(components, 5, axis=0) + np.eye(20, 13),
    ],
    ids=["nothing", "great and small", "parallel", "single features", "one", "twenty"],
)
@pytest.mark.parametrize("alpha", [0.0, 0.01])
def test_hard_components(model, change, alpha):
    components = change(model.components_)
    changed = NMF(len(components), alpha_W=alpha, l1_ratio=0.5, max_iter=50, random_state=0).fit(WINE)
    changed.components_ = components
    rows = ROWS.copy()
    rows[:, 3] = 0.0
    lengths = np.sqrt(np.square(components).sum(axis=1))
    file, want = skl2tflite.convert(changed, rows), changed.transform(rows.astype(np.float64))
    # Of components that are nearly parallel, what each takes depends on less; so a part of each row counts.
    assert (np.abs(file.transform(rows) - want) * lengths).max() < 1e-6 * np.abs(rows).max()


def test_no_rows(model):
    assert skl2tflite.convert(model).transform(np.empty((0, 13), np.float32)).shape == (0, 4)


def test_a_row_without_violation_stops_at_once(model):
    """As scikit-learn does, which looks for that before it divides by the first violation."""
    np.testing.assert_array_equal(skl2tflite.convert(model).transform(np.zeros((3, 13), np.float32)), 0.0)


def test_products_of_whole_numbers_are_exact(model):
    """What all digits depend on: float32 holds every sum of the targets' whole parts."""
    descent = NonnegativeDescent(model.components_, 0.0, 0.0, 1e-4, 50)
    greatest = descent.scale**2 * (len(model.components_) + 1)
    assert greatest <= 2**24
    assert np.rint(descent.hessian * descent.scale).max() <= descent.scale
