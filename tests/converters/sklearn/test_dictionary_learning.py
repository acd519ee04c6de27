"""Sparse codes: rows that are hard for each algorithm, large dictionaries, and what is refused."""

import warnings

import numpy as np
import pytest
import sklearn
from sklearn.datasets import load_digits
from sklearn.decomposition import DictionaryLearning, MiniBatchDictionaryLearning, SparseCoder

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import UnsupportedEstimatorError
from skl2tflite.numerics.sparse_coding import descent

ATOMS = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0.6, 0.8, 0, 0], [0, 0, 1, 0]])
ROWS = np.array([[0.0, 0, 0, 0], [2, 0, 0, 0], [0, 0, 0, 5], [3, 1, 0.5, 1], [1, 1, 1, 1], [0.6, 0.8, 0, 1]])
ALGORITHMS = ("omp", "lars", "lasso_lars", "lasso_cd", "threshold")


def coder(atoms, algorithm, **parameters):
    return SparseCoder(atoms, transform_algorithm=algorithm, **parameters).fit(np.zeros((1, atoms.shape[1])))


def expected_of(estimator, X):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.transform(X)


def random_atoms(count, features, common=0.0):
    """Atoms that share a direction, the more of it the more they are correlated."""
    random = np.random.default_rng(count)
    atoms = random.normal(size=(count, features)) + common * random.normal(size=features)
    return atoms / np.linalg.norm(atoms, axis=1, keepdims=True)


def assert_faithful(estimator, X, tolerance=1e-6):
    """The oracle and the file give scikit-learn's codes; the file those of one row alone too."""
    X = X.astype(np.float32).astype(np.float64)
    expected = expected_of(estimator, X)
    scale = max(np.abs(expected).max(), 1e-30)
    np.testing.assert_allclose(converter_for(estimator).transform(X), expected, rtol=0, atol=1e-12 * scale)
    model = skl2tflite.convert(estimator, methods=("transform",))
    np.testing.assert_allclose(model.transform(X), expected, rtol=0, atol=tolerance * scale)
    np.testing.assert_allclose(model.transform(X[:1]), expected[:1], rtol=0, atol=tolerance * scale)
    return model


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_rows_that_need_fewer_atoms(count):
    assert_faithful(coder(ATOMS, "omp", transform_n_nonzero_coefs=count), ROWS)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0, 9.0])
def test_rows_that_are_atoms_or_nothing_or_tied(algorithm, alpha):
    rows = np.vstack([ROWS, -ATOMS, 3 * ATOMS, np.round(np.random.default_rng(0).normal(size=(20, 4)) * 2)])
    assert_faithful(coder(np.eye(4), algorithm, transform_alpha=alpha, transform_n_nonzero_coefs=3), rows)
    atoms = np.vstack([random_atoms(4, 4), -np.eye(4)[:1]])
    # With more atoms than features, no penalty means no one answer.
    assert_faithful(coder(atoms, algorithm, transform_alpha=max(alpha, 0.1), transform_n_nonzero_coefs=2), atoms * 2)


@pytest.mark.parametrize("algorithm", ["lasso_lars", "lasso_cd"])
@pytest.mark.parametrize("positive", [False, True])
def test_correlated_atoms(algorithm, positive):
    X = np.random.default_rng(1).normal(size=(40, 30))
    codes = coder(random_atoms(12, 30, common=1.5), algorithm, transform_alpha=0.3, positive_code=positive)
    assert_faithful(codes, X, tolerance=3e-6)


@pytest.mark.parametrize("algorithm", ["lars", "lasso_lars", "lasso_cd"])
def test_atoms_that_are_no_units(algorithm):
    X = np.random.default_rng(2).normal(size=(30, 20))
    atoms = random_atoms(8, 20) * np.linspace(0.2, 5, 8)[:, np.newaxis]
    assert_faithful(coder(atoms, algorithm, transform_alpha=0.5, transform_n_nonzero_coefs=4), X, tolerance=3e-6)


def test_an_atom_of_zeros():
    X = np.random.default_rng(3).normal(size=(30, 6))
    atoms = np.vstack([random_atoms(3, 6), np.zeros((1, 6))])
    for algorithm in ALGORITHMS:
        assert_faithful(coder(atoms, algorithm, transform_alpha=0.2, transform_n_nonzero_coefs=2), X)


@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("algorithm", ["lasso_lars", "lasso_cd"])
def test_stops_after_the_greatest_number_of_steps(algorithm, steps):
    X = np.random.default_rng(4).normal(size=(30, 20)) * 3
    assert_faithful(coder(random_atoms(9, 20), algorithm, transform_alpha=0.01, transform_max_iter=steps), X)


@pytest.mark.parametrize("algorithm", ["lasso_lars", "lasso_cd"])
def test_no_steps_give_no_codes(algorithm):
    model = assert_faithful(coder(ATOMS, algorithm, transform_max_iter=0), ROWS)
    assert not model.transform(ROWS).any()


@pytest.mark.parametrize("algorithm", ["omp", "lars", "lasso_lars", "lasso_cd"])
def test_large_dictionaries_are_loops(algorithm):
    """More atoms than are written one after another; the file is not much more than they are."""
    X = np.random.default_rng(5).normal(size=(12, 60))
    atoms = random_atoms(descent.MAX_UNROLLED_ATOMS + 16, 60)
    codes = coder(atoms, algorithm, transform_alpha=2.0, transform_n_nonzero_coefs=15)
    model = assert_faithful(codes, X, tolerance=3e-6)
    assert len(bytes(model)) < 4 * atoms.size * 4 + 30_000


@pytest.mark.skipif(not hasattr(SparseCoder, "inverse_transform"), reason="of a later scikit-learn")
@pytest.mark.parametrize("split", [False, True])
def test_the_inverse(split):
    model = coder(ATOMS, "threshold", transform_alpha=0.1, split_sign=split)
    code = model.transform(ROWS)
    file = skl2tflite.convert(model, methods=("inverse_transform",))
    if split:
        halves = np.split(code, 2, axis=1)
        np.testing.assert_allclose(file.inverse_transform(code), (halves[0] - halves[1]) @ ATOMS, atol=1e-6)
    else:
        np.testing.assert_allclose(file.inverse_transform(code), code @ ATOMS, atol=1e-6)


def test_the_rule_that_is_followed_is_that_of_the_installed_version():
    version = tuple(map(int, sklearn.__version__.split(".")[:2]))
    assert descent.stopping_rule_of(version) == descent.STOPPING_RULE
    assert not descent.stopping_rule_of((1, 7)).screens
    assert descent.stopping_rule_of((1, 8)).screens
    assert not descent.stopping_rule_of((1, 8)).least_squares
    assert descent.stopping_rule_of((1, 10)) == descent.stopping_rule_of((1, 9))


@pytest.mark.parametrize(
    ("parameters", "error", "reason"),
    [
        ({"transform_algorithm": "omp", "positive_code": True}, "not supported", "no positive codes by 'omp'"),
        ({"transform_algorithm": "lars", "positive_code": True}, "not supported", "no positive codes by 'lars'"),
        ({"transform_n_nonzero_coefs": 5}, "cannot be more", "'omp' takes 5 of 4 atoms"),
    ],
)
def test_what_scikit_learn_refuses_is_refused(parameters, error, reason):
    estimator = SparseCoder(ATOMS, **parameters).fit(ROWS)
    with pytest.raises(ValueError, match=error):
        estimator.transform(ROWS)
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        skl2tflite.convert(estimator)


def test_more_least_angles_than_dimensions_are_refused():
    atoms = random_atoms(9, 4)
    skl2tflite.convert(coder(atoms, "lars", transform_n_nonzero_coefs=4))
    assert_faithful(coder(atoms[:4], "lars", transform_n_nonzero_coefs=9), ROWS, tolerance=3e-6)
    with pytest.raises(UnsupportedEstimatorError, match=r"after 4 steps by 'lars' .*transform_n_nonzero_coefs=4 or"):
        skl2tflite.convert(coder(atoms, "lars", transform_n_nonzero_coefs=5))


@pytest.mark.parametrize(
    ("algorithm", "apart", "refused"),
    [
        ("lars", 0.0, True),
        ("lasso_lars", 1e-6, True),
        ("omp", 1e-6, True),
        ("lasso_cd", 0.0, False),
        ("lars", 1e-3, False),
    ],
)
def test_nearly_parallel_atoms(algorithm, apart, refused):
    atoms = np.vstack([ATOMS, -2 * ATOMS[2] + [0, 0, 2 * apart, 0]])
    if not refused:
        skl2tflite.convert(coder(atoms, algorithm))
        return
    with pytest.raises(UnsupportedEstimatorError, match=f"atoms 2 and 4 .* nearly parallel for '{algorithm}'"):
        skl2tflite.convert(coder(atoms, algorithm))


def test_fitted_dictionaries():
    X = np.random.default_rng(0).normal(size=(40, 20))
    model = DictionaryLearning(15, transform_n_nonzero_coefs=13, max_iter=1, random_state=0).fit(X)
    assert_faithful(model, X, tolerance=3e-6)


def test_few_rows_with_codes_of_nothing():
    """A code of 1e-19 is what scikit-learn's rounding leaves of 0; two rows may have no other in its column."""
    images = load_digits().data / 16
    model = MiniBatchDictionaryLearning(
        16, transform_algorithm="lasso_lars", transform_alpha=0.1, random_state=0, max_iter=20
    ).fit(images[:200])
    file = skl2tflite.convert(model)
    assert np.abs(model.transform(images[300:302])).max(axis=0).min() < 1e-12
    for rows in (images[300:302], images[300:310], images[334:336]):
        report = skl2tflite.verify(file, model, rows)
        assert report.faithful, str(report)
