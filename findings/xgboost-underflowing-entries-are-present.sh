#!/usr/bin/env bash
# The guess: XGBoost computes in float32, so an entry of a sparse matrix that is 1e-60 (a probability, say) is 0 to it, and
# zeros of sparse matrices are missing: such an entry is missing, as one that is not there.
# What happens: what the sparse matrix stores is present, whatever it is rounded to. 1e-60 becomes 0.0 and goes where 0 goes,
# while an entry that is not stored goes where missing values go. SciPy's hstack keeps 1e-60, and drops what is exactly 0 in
# a dense block, so which way a row goes hangs on a number that float32 does not hold.
# Versions: XGBoost 3.2.0, SciPy 1.17.1.
# What a converter must do: decide what is missing by what scikit-learn's float64 stores, not by what float32 holds of it:
# a softmax or exponential is stored wherever float64 does not round it to 0, down to 1e-308.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet xgboost-cpu==3.2.0 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import scipy
import scipy.sparse as sp
import xgboost

print("XGBoost", xgboost.__version__, "SciPy", scipy.__version__)
dense = np.array([[-1.0], [0.0], [1.0]] * 60)
rows = sp.csr_matrix(dense)  # the zeros are not stored
y = np.tile([1.0, 5.0, 1.0], 60)
model = xgboost.XGBRegressor(n_estimators=30, learning_rate=0.5, reg_lambda=0).fit(rows, y)
stored = sp.hstack([sp.csr_matrix((1, 0)), np.array([[1e-60]])]).tocsr()
absent = sp.hstack([sp.csr_matrix((1, 0)), np.array([[0.0]])]).tocsr()
answers = {name: float(model.predict(each)[0].round(2)) for name, each in (("1e-60", stored), ("0", absent))}
print("entries stored:", stored.nnz, "and", absent.nnz, "; answers:", answers)
assert (stored.nnz, absent.nnz) == (1, 0)
assert answers["0"] == 5.0 and answers["1e-60"] == 1.0
PYTHON
