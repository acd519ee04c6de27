"""Factorizations look at the whole batch to stop: so does the file, and one for single rows looks at each alone."""

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.decomposition import NMF, MiniBatchNMF

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import UnsupportedEstimatorError
from tests.backends.tflite.one_graph import run
from tests.estimators.case import data

X = data("term counts").X
ROWS = data("term counts").X_test
LOSSES = ["frobenius", "kullback-leibler", "itakura-saito", 0.5, 1.5, 3.0]
MODELS = [NMF(3, random_state=0), NMF(3, solver="mu", random_state=0), MiniBatchNMF(3, random_state=0)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: str(model)[:25])
def test_rows_alone_and_together(model):
    model.fit(X)
    file = skl2tflite.convert(model)
    together, alone = model.transform(ROWS), np.vstack([model.transform(row) for row in ROWS[:, np.newaxis]])
    assert np.abs(together - alone).max() > 1e-6  # scikit-learn itself depends on the batch
    scale = np.abs(together).max()
    np.testing.assert_allclose(file.transform(ROWS), together, rtol=0, atol=3e-4 * scale)
    rows = np.vstack([file.transform(row) for row in ROWS[:, np.newaxis]])
    np.testing.assert_allclose(rows, alone, rtol=0, atol=3e-4 * scale)


def test_one_row_at_a_time_is_compared_with_each_row_alone():
    pytest.importorskip("tflite_micro")
    model = NMF(3, alpha_W=0.01, random_state=0).fit(X)
    assert skl2tflite.convert(model, ROWS, target="micro").transform(ROWS).shape == (len(ROWS), 3)


def test_the_inverse():
    model = NMF(3, random_state=0).fit(X)
    W = model.transform(X)
    file = skl2tflite.convert(model, methods=("inverse_transform",))
    np.testing.assert_allclose(file.inverse_transform(W), model.inverse_transform(W), atol=1e-5)


def test_random_order_is_refused():
    with pytest.raises(UnsupportedEstimatorError, match="shuffle=True takes components in random order"):
        skl2tflite.convert(NMF(3, shuffle=True, random_state=0).fit(X))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("alpha", [0.0, 0.01])
@pytest.mark.parametrize("loss", LOSSES)
def test_raw_features(loss, alpha):
    wine = load_wine().data
    model = NMF(4, solver="mu", beta_loss=loss, alpha_W=alpha, l1_ratio=0.5, random_state=0).fit(wine)
    rows = wine[::4].astype(np.float32)
    want, got = model.transform(rows.astype(np.float64)), skl2tflite.convert(model).transform(rows)
    assert (np.abs(got - want) <= 1e-4 * np.abs(want).max(axis=0)).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_small_divergences_keep_their_digits(loss):
    """Updates stop by them: where they are rounding, too early or too late, and all weights differ."""
    generator = np.random.default_rng(0)
    model = NMF(2, solver="mu", beta_loss=loss, random_state=0).fit(generator.uniform(1, 2, (20, 8)))
    weights = generator.uniform(1, 2, (50, 2)).astype(np.float32)
    rows = np.float32(weights @ model.components_ * generator.uniform(0.99, 1.01, (50, 8)))
    error = converter_for(model).error
    assert run(error, rows, weights) == pytest.approx(float(error(rows, weights)), rel=3e-6)
