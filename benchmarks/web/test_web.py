"""Answers in JavaScript: our files on LiteRT.js beside skl2onnx's on onnxruntime-web, in one process of Node."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness import ROOT, ROW_SECONDS, Comparison, Row
from models import Fitted, Method, classification_rows, logistic_regression, mlp, svc
from runners import OUTPUTS, to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite

SUITE = "In Node, {} a call: make the input, run, take the output; time of a call"
MODULES = Path(os.environ.get("NODE_MODULES", ROOT / ".litert_js" / "node_modules"))
GOAL = 0.5
ROWS = 64
SECONDS = 300


@cache
def knn() -> Fitted:
    """Scaler and 5 neighbours among 5000 rows."""
    X, X_new, y = classification_rows(n_classes=2)
    return Fitted(make_pipeline(StandardScaler(), KNeighborsClassifier()).fit(X, y), X_new)


@cache
def forest() -> Fitted:
    """50 trees of depth 8, 3 classes."""
    X, X_new, y = classification_rows(n_classes=3)
    return Fitted(RandomForestClassifier(50, max_depth=8, random_state=0, n_jobs=1).fit(X, y), X_new)


@dataclass(frozen=True)
class WebCase:
    """An estimator, and the method that both sides compute.

    Parameters
    ----------
    name : str
    fit : callable
        Gives the fitted estimator.
    method : str
    tolerance : float
        Largest absolute difference from scikit-learn.
    """

    name: str
    fit: Callable[[], Fitted]
    method: Method
    tolerance: float

    def __str__(self) -> str:
        return f"{self.name}, {self.method}"


CASES = (
    WebCase("scaler + logistic regression", logistic_regression, "predict_proba", 1e-6),
    WebCase("scaler + MLP (64, 64)", mlp, "predict_proba", 2e-6),
    WebCase("scaler + SVC rbf", svc, "decision_function", 1e-4),
    WebCase("scaler + 5 neighbours", knn, "predict_proba", 1e-6),
    WebCase("forest, 50 trees, depth 8", forest, "predict_proba", 1e-6),
)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("batch", [1, 32])
def test_onnxruntime_web(compare: Comparison, case: WebCase, batch: int) -> None:
    row = Row(SUITE.format("one row" if batch == 1 else f"{batch} rows"), str(case), "onnxruntime-web", GOAL)
    compare.peer(row, "skl2onnx")
    if shutil.which("node") is None or not (MODULES / "onnxruntime-web").is_dir():
        compare.skip(row, "no Node or no onnxruntime-web; make bench installs them")
    fitted = case.fit()
    rows = fitted.X[:ROWS]
    output, options = OUTPUTS[case.method]
    request = {
        "tflite": _text(bytes(skl2tflite.convert(fitted.estimator, methods=(case.method,), target="web", batch=batch))),
        "signature": case.method,
        "onnx": _text(to_onnx(fitted.estimator, rows.shape[1], options).SerializeToString()),
        "output": output,
        "calls": [
            {"shape": [batch, rows.shape[1]], "rows": rows[start : start + batch].ravel().tolist()}
            for start in range(0, ROWS, batch)
        ],
        "seconds": 0 if compare.disabled else ROW_SECONDS,
    }
    command = ["node", str(Path(__file__).with_name("both.mjs")), str(MODULES)]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    answered = json.loads(done.stdout)
    want = fitted.reference(case.method, rows)
    np.testing.assert_allclose(np.reshape(answered["ours"], want.shape), want, rtol=0, atol=case.tolerance)
    theirs = np.reshape(answered["theirs"], (ROWS, -1))
    np.testing.assert_allclose(theirs if want.ndim == 2 else theirs[:, 0], want, rtol=0, atol=1e-3)
    compare.measured(row, answered["our_seconds"], answered["their_seconds"])


def _text(content: Any) -> str:
    return base64.b64encode(content).decode()
