#!/usr/bin/env bash
# The guess: XGBoost takes sparse matrices of truth values in any of SciPy's formats, as it takes those of numbers.
# What happens: compressed columns (CSC) of bool can be fitted on, and then predict refuses the very same matrix with an
# error from its array interface ("Boolean-1 is not supported"); compressed rows (CSR) of bool are taken by both.
# scikit-learn's MissingIndicator(sparse=True) gives just such a matrix, so that a pipeline of it and XGBoost is fitted
# without a word and fails on its first prediction, while a FeatureUnion around it, which makes rows, works.
# Versions: XGBoost 3.2.0, scikit-learn 1.9.1, SciPy 1.17.1.
# What a converter must do: expect that a fitted pipeline cannot predict at all, and quote the error as XGBoost's; the file
# itself has no such limit. Tests of XGBoost behind sparse steps have to put a union, or another dtype, between the two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet xgboost-cpu==3.2.0 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import scipy.sparse as sp
import xgboost
from sklearn.impute import MissingIndicator

print("XGBoost", xgboost.__version__)
rows = np.where(np.arange(120).reshape(40, 3) % 7 == 0, np.nan, 1.0)
y = np.arange(40) % 2
indicated = MissingIndicator(features="all", sparse=True).fit_transform(rows)
print("MissingIndicator gives", indicated.format, indicated.dtype)
outcome = {}
for name, matrix in {"csr bool": indicated.tocsr(), "csc bool": indicated, "csc int8": indicated.astype(np.int8)}.items():
    try:
        model = xgboost.XGBClassifier(n_estimators=1).fit(matrix, y)
        outcome[name] = "fitted"
        model.predict(matrix)
        outcome[name] += ", predicts"
    except xgboost.core.XGBoostError as error:
        outcome[name] += ", " + str(error).splitlines()[0].split(": ", 1)[-1]
print(outcome)
assert indicated.format == "csc" and indicated.dtype == bool
assert outcome["csr bool"] == outcome["csc int8"] == "fitted, predicts"
assert outcome["csc bool"].startswith("fitted, Boolean")
PYTHON
