"""Check that bundles for Python run where scikit-learn is not installed, and answer as the models do that they are of.

Models are converted here. Their bundles are then used by another Python, whose environment holds what a bundle's
``requirements.txt`` names, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

USE = """
import importlib, json, sys
for package in ("sklearn", "skl2tflite", "pandas"):
    try:
        importlib.import_module(package)
    except ImportError:
        continue
    sys.exit(f"{package} is installed here: nothing is shown")
answers = {}
for name, rows in json.load(sys.stdin).items():
    sys.path.insert(0, name)
    model = importlib.import_module(name).Model()
    answers[name] = {method: model.answers(method, rows).tolist() for method in model.methods}
print(json.dumps(answers))
"""


def bundles(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write bundles into a folder, and return rows for each, and the answers to them, by the bundles' names."""
    import numpy as np
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    import skl2tflite
    from skl2tflite.bundle import bundle

    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": np.where(random.random(60) < 0.2, np.nan, random.integers(1, 80, 60)),
            "city": np.array(["Bonn", "Rome", "größe"])[np.arange(60) % 3],
        }
    )
    labels = np.array(["no", "yes"])[np.arange(60) % 2]
    columns = make_column_transformer((SimpleImputer(), ["age"]), (OneHotEncoder(handle_unknown="ignore"), ["city"]))
    texts = ["win a prize", "lunch at noon", "a prize to win", "see you at lunch", "größe 💚", "noon"]
    X = random.normal(size=(60, 3))
    models = {
        "table": (make_pipeline(columns, LogisticRegression()).fit(frame, labels), frame),
        "texts": (make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [1, 0, 1, 0, 1, 0]), texts),
        "forest": (RandomForestRegressor(5, random_state=0).fit(X, X[:, 0]), X),
    }
    rows, answers = {}, {}
    for name, (estimator, given) in models.items():
        model = skl2tflite.convert(estimator, given)
        bundle(model, folder / name, "python", name=name)
        answers[name] = {method: model.run(method, given).tolist() for method in model.methods}
        rows[name] = json.loads(given.to_json(orient="records")) if given is frame else np.asarray(given).tolist()
    return rows, answers


def main() -> int:
    """Compare, report, and return the exit status: 1 where a bundle does not run, or answers otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", help="the Python of the environment without scikit-learn")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows, answers = bundles(Path(folder))
        ran = subprocess.run(
            [str(Path(given.python).absolute()), "-c", USE],
            input=json.dumps(rows), capture_output=True, text=True, check=False, cwd=folder, env={"PYTHONUTF8": "1"},
        )  # fmt: skip
    if ran.returncode:
        print(ran.stderr)
        return 1
    found = json.loads(ran.stdout.splitlines()[-1])
    differ = [name for name in answers if found[name] != answers[name]]
    print(f"{len(answers) - len(differ)} of {len(answers)} bundles answer without scikit-learn as their models do")
    for name in differ:
        print(f"    differs: {name}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
