#!/usr/bin/env bash
# The guess: XGBRegressor(enable_categorical=True, missing=0) has nothing to do with a column of categories: these are text, the
# model keeps them (since 3.1), and codes of the rows are translated to those of the fit, so that the order of a
# DataFrame's categories does not matter.
# What happens: the codes of the rows at hand are compared with missing first, and translated afterwards. The category that comes
# first in the rows' own list is missing, whichever it is: the same towns in another order of categories get other answers.
# Versions: XGBoost 3.2.0, pandas 3.1.1.
# What a converter must do: where missing is a number that may be a code, take rows with the categories of the fit in their
# order only, and refuse others; without such a missing any order is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet xgboost-cpu==3.2.0 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import pandas as pd
import xgboost

print("XGBoost", xgboost.__version__)
towns = ["Bern", "Graz", "Linz"]
rows = pd.DataFrame({"town": pd.Categorical(towns * 50)})
other_order = rows.assign(town=rows.town.cat.reorder_categories(towns[::-1]))
y = np.tile([1.0, 2.0, 4.0], 50)
differ = {}
for missing in (0, np.nan):
    model = xgboost.XGBRegressor(
        n_estimators=40, learning_rate=0.5, enable_categorical=True, missing=missing, max_cat_to_onehot=1, reg_lambda=0
    ).fit(rows, y)
    first, second = (model.predict(each)[:3].round(2).tolist() for each in (rows, other_order))
    print(f"missing={missing}: {dict(zip(towns, first))}; the same towns, categories in another order: {dict(zip(towns, second))}")
    differ[str(missing)] = first != second
assert differ == {"0": True, "nan": False}
PYTHON
