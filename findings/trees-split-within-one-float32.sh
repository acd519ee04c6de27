#!/usr/bin/env bash
# The guess: a tree's thresholds tell float32 rows apart, so a float32 runtime reaches the same leaves where the rows
# are not just beside a threshold.
# What happens: LightGBM and HistGradientBoosting put thresholds between float64 numbers that are one and the same
# float32. Periodic encodings, which every tutorial shows, make such numbers: sin(2π·1/24) and sin(2π·11/24) should be
# equal, and differ in the last digits of float64. A tree that tells 1 o'clock from 11 o'clock by this noise is right for
# every row of float64, and guesses on rows of float32.
# Versions: LightGBM 4.7.0, scikit-learn 1.9.1, NumPy 2.4.6.
# What a converter must do: not compute sin in float32 in front of such trees, but look up what each hour becomes (its
# rank among the values and thresholds), or refuse.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet lightgbm==4.7.0 scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import lightgbm
import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier

print("LightGBM", lightgbm.__version__, "scikit-learn", sklearn.__version__)
hour = np.tile([1, 11], 100)
rows, y = np.sin(2 * np.pi * hour / 24)[:, np.newaxis], hour == 11
values = np.unique(rows)
print("float64:", [float(v).hex() for v in values], "float32:", np.unique(values.astype(np.float32)))
assert len(values) == 2 and len(np.unique(values.astype(np.float32))) == 1
for model in (
    lightgbm.LGBMClassifier(n_estimators=5, min_child_samples=1, verbose=-1),
    HistGradientBoostingClassifier(max_iter=5),
):
    model.fit(rows, y)
    narrow = rows.astype(np.float32).astype(np.float64)
    scores = model.score(rows, y), model.score(narrow, y)
    print(type(model).__name__, "accuracy on float64 rows", scores[0], "on the same as float32", scores[1])
    assert scores == (1.0, 0.5)
PYTHON
