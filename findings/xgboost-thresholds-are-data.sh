#!/usr/bin/env bash
# The guess: a tree's threshold lies between two training values, as scikit-learn's and LightGBM's do, so that a value
# that float arithmetic gets wrong in its last digit still goes the same way.
# What happens: XGBoost's default, tree_method="hist", takes thresholds from the training values themselves and tests
# x < threshold. The float32 just below a training value goes the other way than the value. tree_method="exact" puts
# thresholds half-way. Where a pipeline computes rows (TF-IDF weights, normalized rows, products), the same text gives
# the same float64 number again and again, and trees split exactly at it.
# Versions: XGBoost 3.2.0, scikit-learn 1.9.1.
# What a converter must do: where float32 arithmetic makes the rows in the file, lower these thresholds by a few units in
# the last place, so that a row that equals a training row stays on its side.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet xgboost-cpu==3.2.0 scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import json

import numpy as np
import xgboost

print("XGBoost", xgboost.__version__)
values = np.array([0.1, 0.3, 0.7], dtype=np.float32)
rows, y = np.repeat(values, 40)[:, np.newaxis], np.repeat([0, 0, 1], 40)
thresholds = {}
for method in ("hist", "exact"):
    model = xgboost.XGBClassifier(n_estimators=1, max_depth=1, tree_method=method).fit(rows, y)
    tree = json.loads(model.get_booster().save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"][0]
    thresholds[method] = np.float32(tree["split_conditions"][0])
    at = values[2:, np.newaxis]
    below = np.nextafter(at, np.float32(0))
    print(method, "threshold", thresholds[method], "labels at 0.7 and just below:", model.predict(at), model.predict(below))
    if method == "hist":
        assert model.predict(at)[0] == 1 and model.predict(below)[0] == 0
assert thresholds["hist"] == values[2]
assert values[1] < thresholds["exact"] < values[2]
PYTHON
