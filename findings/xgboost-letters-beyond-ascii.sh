#!/usr/bin/env bash
# The guess: the categories of a pandas column that XGBoost keeps in its model since 3.1 are the categories.
# What happens: it counts characters where it needs bytes, so that from the first letter beyond ASCII on all names are cut
# and moved. The same list of categories is garbled alike, and predictions are right; in another order, or with one more
# category, other names come out, and rows of known categories are refused or answered as other ones.
# Versions: XGBoost 3.2.0, pandas 3.1.1; xgboost/_data_utils.py, pd_cat_inf. polars' columns are kept right.
# What a converter must do: not read such names out of the model, but take them of a DataFrame with that very list, and refuse
# DataFrames with any other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet xgboost-cpu==3.2.0 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import json

import numpy as np
import pandas as pd
import xgboost

print("XGBoost", xgboost.__version__)
towns = ["Graz", "Wien", "Évora", "日本"]
rows = pd.DataFrame({"town": pd.Categorical(towns * 50, categories=towns)})
model = xgboost.XGBRegressor(n_estimators=9, enable_categorical=True, max_cat_to_onehot=1).fit(rows, np.tile([1.0, 2, 3, 4], 50))
kept = json.loads(model.get_booster().save_raw("json"))["learner"]["gradient_booster"]["model"]["cats"]["enc"][0]
text, ends = np.array(kept["values"], dtype=np.int8).tobytes(), kept["offsets"]
names = [text[a:b] for a, b in zip(ends, ends[1:])]
print("kept:", names, "instead of", [town.encode() for town in towns])
assert names != [town.encode() for town in towns]
other = rows.assign(town=rows["town"].cat.reorder_categories(towns[::-1]))
try:
    same = bool(np.allclose(model.predict(other), model.predict(rows)))
except (xgboost.core.XGBoostError, UnicodeDecodeError) as error:
    same = False
    print("in another order:", type(error).__name__)
print("the same answers to the same rows with the categories in another order:", same)
assert not same
PYTHON
