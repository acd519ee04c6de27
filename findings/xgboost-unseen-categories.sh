#!/usr/bin/env bash
# The guess: XGBoost, which since 3.1 keeps the categories of a DataFrame in the model, raises an error for a category that
# it was not fitted on ("Found a category not in the training set"), or takes it for missing.
# What happens: it looks the category up in the sorted list and takes the one that is found next, without comparing the two.
# Only what comes after the last category raises. So "Aachen" is answered as "Bern", and 15 as 20, without a word.
# Versions: XGBoost 3.2.0, pandas 3.1.1.
# What a converter must do: refuse unseen categories when it runs the file, and not take XGBoost's own answer to such rows
# for a reference; a test with one unseen category that happens to sort last would show the error only.
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
towns = ["Bern", "Graz", "Linz", "Wien"]
rows = pd.DataFrame({"town": pd.Categorical(towns * 50)})
y = np.tile([1.0, 2.0, 3.0, 4.0], 50)
model = xgboost.XGBRegressor(n_estimators=50, learning_rate=0.5, enable_categorical=True, max_cat_to_onehot=1, reg_lambda=0)
model.fit(rows, y)
print("known:", dict(zip(towns, model.predict(pd.DataFrame({"town": pd.Categorical(towns)})).round(2).tolist())))
answers = {}
for town in ("Aachen", "Paris", "Zell"):
    try:
        answers[town] = float(model.predict(pd.DataFrame({"town": pd.Categorical([town])}))[0].round(2))
    except xgboost.core.XGBoostError as error:
        answers[town] = str(error).splitlines()[0][-90:]
print("unseen:", answers)
assert answers["Aachen"] == 1.0 and answers["Paris"] == 4.0 and isinstance(answers["Zell"], str)
PYTHON
