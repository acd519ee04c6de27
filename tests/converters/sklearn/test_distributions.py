"""Powers of features that vary little beside their size, and those that no arithmetic can hold."""

import numpy as np
import pytest
from sklearn.preprocessing import PowerTransformer

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import UnsupportedEstimatorError
from tests.estimators.case import SKLEARN

RANDOM = np.random.default_rng(0)
SPREADS = (0.3, 0.1, 0.03)
NARROW = np.exp(RANDOM.normal(scale=SPREADS, size=(300, 3))) * [100.0, 3e4, 7.0]
QUERIES = np.vstack([NARROW[:50] * 1.1, [[1e-3, 1e-2, 1e-1], [1e4, 1e6, 1e3]]]).astype(np.float32).astype(float)


@pytest.mark.parametrize(("method", "sign"), [("yeo-johnson", 1.0), ("yeo-johnson", -1.0), ("box-cox", 1.0)])
def test_features_that_vary_little_keep_their_digits(method, sign):
    transformer = PowerTransformer(method=method).fit(sign * NARROW)
    assert (np.abs(transformer._scaler.mean_) > 16 * transformer._scaler.scale_).any()
    queries = sign * QUERIES
    expected = transformer.transform(queries)
    lost = 1e-15 * np.abs(transformer._scaler.mean_ / transformer._scaler.scale_)
    scale = np.abs(expected).max(axis=0)
    assert (np.abs(converter_for(transformer).transform(queries) - expected) <= 1e-12 * scale + lost).all()
    given = skl2tflite.convert(transformer).transform(queries)
    # What float32 inputs leave of a spread of three hundredths, times a few.
    assert (np.abs(given[:50] - expected[:50]) <= 2e-5 * np.abs(expected[:50]).max(axis=0)).all()
    np.testing.assert_allclose(given[50:], expected[50:], rtol=1e-4)


def test_rows_of_other_signs_and_holes():
    transformer = PowerTransformer().fit(NARROW)
    rows = np.array([[-5.0, np.nan, 0.0], [0.0, -1e3, -2.5], [np.nan, 3e4, 7.0]])
    np.testing.assert_allclose(
        skl2tflite.convert(transformer).transform(rows), transformer.transform(rows), rtol=2e-4, atol=1e-5
    )


@pytest.mark.skipif(SKLEARN < (1, 7), reason="scikit-learn did not fit such columns before")
def test_digits_that_float64_has_lost_are_refused():
    far = PowerTransformer().fit(RANDOM.normal(size=(300, 1)) * 1e-2 + 1e5)
    far._scaler.mean_ = far._scaler.scale_ * 1e13
    with pytest.raises(UnsupportedEstimatorError, match="scikit-learn's own answers are noise; scale the features"):
        skl2tflite.convert(far)


def test_powers_beyond_float32_are_refused():
    transformer = PowerTransformer().fit(NARROW)
    transformer.lambdas_ = np.array([0.5, 60.0, 0.5])
    transformer._scaler.mean_, transformer._scaler.scale_ = np.array([1.0, 1.0, 1.0]), np.array([1.0, 1e250, 1.0])
    with pytest.raises(UnsupportedEstimatorError, match="powers that float32 cannot hold"):
        skl2tflite.convert(transformer)
