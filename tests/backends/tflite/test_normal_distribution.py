"""Error function and quantiles of the normal distribution on LiteRT."""

from __future__ import annotations

import numpy as np
from scipy import special

from skl2tflite.graph import functions as xp
from tests.backends.tflite.one_graph import run

X = np.concatenate([np.linspace(-6, 6, 4001), [0.0, -0.0, 1e-6, -40.0, 40.0]]).astype(np.float32)


def test_error_function() -> None:
    exact = X.astype(np.float64)
    np.testing.assert_allclose(run(xp.erf, X), special.erf(exact), rtol=0, atol=4e-7)
    np.testing.assert_allclose(run(xp.erfc, X), special.erfc(exact), rtol=5e-6, atol=1e-37)
    np.testing.assert_allclose(run(xp.ndtr, X), special.ndtr(exact), rtol=5e-6, atol=1e-37)


def test_quantiles() -> None:
    shares = np.concatenate([np.logspace(-10, np.log10(0.5), 4001), [0.075, 0.0749999]]).astype(np.float32)
    np.testing.assert_allclose(run(xp.ndtri, shares), special.ndtri(shares.astype(np.float64)), rtol=0, atol=4e-6)


def test_arrays_are_exact() -> None:
    exact = X.astype(np.float64)
    for ours, theirs in ((xp.erf, special.erf), (xp.erfc, special.erfc), (xp.ndtri, special.ndtri)):
        np.testing.assert_array_equal(ours(np.abs(exact) / 40), theirs(np.abs(exact) / 40))


def test_nan_stays() -> None:
    holes = np.array([np.nan, 0.2], dtype=np.float32)
    for function in (xp.erf, xp.erfc, xp.ndtr, xp.ndtri):
        assert np.isnan(run(function, holes)).tolist() == [True, False]
