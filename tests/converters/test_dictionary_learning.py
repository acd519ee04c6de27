"""Sparse codes: early stops of matching pursuit, and what is refused."""

import numpy as np
import pytest
from sklearn.decomposition import DictionaryLearning, SparseCoder

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import UnsupportedEstimatorError

ATOMS = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0.6, 0.8, 0, 0], [0, 0, 1, 0]])
ROWS = np.array([[0.0, 0, 0, 0], [2, 0, 0, 0], [0, 0, 0, 5], [3, 1, 0.5, 1], [1, 1, 1, 1], [0.6, 0.8, 0, 1]])


@pytest.mark.filterwarnings("ignore:.*Orthogonal matching pursuit.*")
@pytest.mark.parametrize("count", [1, 2, 3])
def test_rows_that_need_fewer_atoms(count):
    coder = SparseCoder(ATOMS, transform_n_nonzero_coefs=count).fit(ROWS)
    expected = coder.transform(ROWS)
    np.testing.assert_allclose(converter_for(coder).transform(ROWS), expected, atol=1e-14)
    np.testing.assert_allclose(skl2tflite.convert(coder).transform(ROWS), expected, atol=1e-6)


@pytest.mark.skipif(not hasattr(SparseCoder, "inverse_transform"), reason="of a later scikit-learn")
@pytest.mark.parametrize("split", [False, True])
def test_the_inverse(split):
    coder = SparseCoder(ATOMS, transform_algorithm="threshold", transform_alpha=0.1, split_sign=split).fit(ROWS)
    code = coder.transform(ROWS)
    file = skl2tflite.convert(coder, methods=("inverse_transform",))
    if split:
        halves = np.split(code, 2, axis=1)
        np.testing.assert_allclose(file.inverse_transform(code), (halves[0] - halves[1]) @ ATOMS, atol=1e-6)
    else:
        np.testing.assert_allclose(file.inverse_transform(code), code @ ATOMS, atol=1e-6)


@pytest.mark.parametrize(
    ("algorithm", "reason"),
    [("lasso_cd", "stops, for each row apart"), ("lasso_lars", "follows a path"), ("lars", "follows a path")],
)
def test_paths_are_refused(algorithm, reason):
    coder = SparseCoder(ATOMS, transform_algorithm=algorithm).fit(ROWS)
    with pytest.raises(UnsupportedEstimatorError, match=f"transform_algorithm='{algorithm}' {reason}"):
        skl2tflite.convert(coder)


def test_many_atoms_are_refused():
    X = np.random.default_rng(0).normal(size=(40, 20))
    model = DictionaryLearning(15, transform_n_nonzero_coefs=13, max_iter=1, random_state=0).fit(X)
    with pytest.raises(UnsupportedEstimatorError, match="13 atoms by 'omp' make too long a graph; use 12 or fewer"):
        skl2tflite.convert(model)
