#!/usr/bin/env bash
# The guess: a fitted scikit-learn estimator answers the same for whole numbers, whatever dtype holds them.
# What happens: GaussianMixture squares rows in their own dtype for diagonal and spherical covariances, so that int8 wraps
# around, and keeps logarithms in an array of that dtype for full and tied ones, so that those of int64 are cut off;
# AdditiveChi2Sampler writes square roots into an array of the rows' dtype, so that they are cut off at the point.
# Neither warns. Versions: scikit-learn 1.9.1 with NumPy 2.4.6; sklearn/mixture/_gaussian_mixture.py
# (_estimate_log_gaussian_prob) and sklearn/kernel_approximation.py (_transform_dense).
# What a converter must do: compare with the rows as they are given, not only as floats, and refuse such an estimator
# by name where its answers for integers are others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import sklearn
from sklearn.kernel_approximation import AdditiveChi2Sampler
from sklearn.mixture import GaussianMixture

print("scikit-learn", sklearn.__version__, "numpy", np.__version__)
random = np.random.default_rng(0)
rows = np.concatenate([random.normal(20, 3, (50, 2)), random.normal(60, 3, (50, 2))]).round()
mixture = GaussianMixture(2, covariance_type="diag", random_state=0).fit(rows)
whole, floats = mixture.score_samples(rows.astype(np.int8)), mixture.score_samples(rows)
print("GaussianMixture: the first row's log-likelihood is", whole[0], "for int8 and", floats[0], "for float64")
assert (np.abs(whole - floats) > 1).all()
sampler = AdditiveChi2Sampler(sample_steps=1).fit(rows)
roots = [sampler.transform(np.array([[10, 11]], dtype=dtype)) for dtype in (np.int64, np.float64)]
print("AdditiveChi2Sampler:", roots[0].tolist(), roots[0].dtype, "instead of", roots[1].tolist())
assert roots[0].dtype == np.int64 and (roots[0] != roots[1]).all()
PYTHON
