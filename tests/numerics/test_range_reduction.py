"""Phases of many turns: what float32 keeps of them, on rows as they come."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.kernel_approximation import AdditiveChi2Sampler, PolynomialCountSketch, RBFSampler, SkewedChi2Sampler

import skl2tflite
from skl2tflite.errors import FidelityError
from skl2tflite.numerics.range_reduction import phase_without_turns
from tests.backends.tflite.one_graph import oracle, run

RANDOM = np.random.default_rng(0)
TABLES = {
    "wine": load_wine().data, "breast cancer": load_breast_cancer().data, "digits": load_digits().data[:400],
    "scaled": RANDOM.normal(size=(400, 20)), "one feature": RANDOM.normal(size=(400, 1)) * 5e3,
    "of all sizes": RANDOM.normal(size=(400, 9)) * np.geomspace(1e-6, 5e3, 9), "wide": RANDOM.normal(size=(200, 500)),
}  # fmt: skip


def apart(got, want):
    """Return the greatest distance of two angles."""
    difference = got.astype(np.float64) - want
    return np.abs(difference - 2 * np.pi * np.round(difference / (2 * np.pi))).max()


@pytest.mark.parametrize("table", TABLES)
def test_phases_of_many_turns(table):
    X = TABLES[table].astype(np.float32).astype(np.float64)
    sampler = RBFSampler(n_components=50, random_state=0).fit(X)
    weights, offset = sampler.random_weights_, sampler.random_offset_
    assert (np.abs(X) @ np.abs(weights)).max() < 1e5
    exact = X @ weights + offset

    def recorded(x):
        return phase_without_turns(x, weights, offset)

    assert apart(oracle(recorded, X), exact) < 1e-10
    assert apart(run(recorded, X), exact) < 1.5e-6
    assert np.abs(run(recorded, X)).max() < 3.1416


def test_whole_turns_are_dropped_exactly():
    """Where products are whole turns but for a sixteenth, which is all that is left."""
    X = RANDOM.integers(-2000, 2000, (300, 5)) + 0.0625
    weights = 2 * np.pi * RANDOM.integers(-1, 2, (5, 8))
    got = run(lambda x: phase_without_turns(x, weights, np.zeros(8)), X)
    np.testing.assert_allclose(got, np.broadcast_to(weights.sum(axis=0) / 16, got.shape), atol=1e-6)


@pytest.mark.parametrize("gamma", [0.0, 1e-300, 1e-60, 1e-10, 100.0])
def test_weights_of_any_size(gamma):
    X = load_wine().data[:, :3]
    sampler = RBFSampler(gamma=gamma, n_components=20, random_state=0).fit(X)
    report = skl2tflite.verify(skl2tflite.convert(sampler), sampler, X)
    assert report.faithful
    assert report["transform"].largest_error < 5e-7


@pytest.mark.parametrize("sampler", [
    RBFSampler(random_state=0), RBFSampler(gamma="scale", random_state=0), SkewedChi2Sampler(random_state=0),
    SkewedChi2Sampler(skewedness=0.01, random_state=0), AdditiveChi2Sampler(), AdditiveChi2Sampler(sample_steps=3),
    PolynomialCountSketch(random_state=0),
], ids=str)  # fmt: skip
@pytest.mark.parametrize("table", ["wine", "breast cancer", "digits"])
def test_samplers_on_raw_rows(table, sampler):
    X = TABLES[table]
    sampler.fit(X)
    report = skl2tflite.verify(skl2tflite.convert(sampler), sampler, X)
    assert report.faithful
    assert report["transform"].near_ties.size == 0
    # Logarithms that float32 has rounded are what SkewedChi2Sampler adds up.
    assert report["transform"].relative_error <= (4e-6 if isinstance(sampler, SkewedChi2Sampler) else 1.3e-6)


def test_fitted_on_float32():
    """Where scikit-learn's own phases are rounded: its float64 answer is the reference."""
    X = TABLES["breast cancer"].astype(np.float32)
    sampler = RBFSampler(random_state=0).fit(X)
    assert np.abs(sampler.transform(X) - sampler.transform(X.astype(np.float64))).max() > 1e-5
    report = skl2tflite.verify(skl2tflite.convert(sampler), sampler, X)
    assert report.faithful
    assert report["transform"].near_ties.size == 0
    np.testing.assert_allclose(
        skl2tflite.convert(sampler).transform(X), sampler.transform(X.astype(np.float64)), atol=2e-7
    )


def test_beyond_what_is_promised():
    X = TABLES["wine"]
    sampler = RBFSampler(random_state=0).fit(X)
    with pytest.raises(FidelityError, match="scale the features"):
        skl2tflite.convert(sampler, X * 1000)
    far = np.array([[1e30, *X[0, 1:]], X[1]], np.float32)
    answer = skl2tflite.convert(sampler).transform(far)
    assert np.abs(answer[0]).max() <= np.sqrt(2 / 100) * (1 + 1e-6)
    np.testing.assert_allclose(answer[1], sampler.transform(far[1:].astype(np.float64))[0], atol=1e-6)


def test_microcontrollers():
    pytest.importorskip("tflite_micro")
    X = TABLES["wine"][:20]
    sampler = RBFSampler(n_components=20, random_state=0).fit(X)
    report = skl2tflite.verify(skl2tflite.convert(sampler, target="micro"), sampler, X)
    assert report.faithful
    assert report["transform"].largest_error < 5e-7
