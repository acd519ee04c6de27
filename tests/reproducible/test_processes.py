"""The same bytes in fresh processes of other hash seeds and numbers of threads; `make test-reproducible` does more."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pandas as pd
from scripts.check_reproducible import PROCESSES, convert, converted_by
from sklearn.compose import make_column_transformer
from sklearn.decomposition import KernelPCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC


def test_hash_seeds_and_threads(tmp_path):
    random = np.random.default_rng(0)
    X = random.normal(size=(300, 30))
    y = np.array(["a", "b", "c"])[random.integers(0, 3, 300)]
    words = [" ".join(f"word{n}" for n in random.integers(0, 99, 9)) for _ in range(300)]
    table = pd.DataFrame({"number": X[:, 0], "word": y, "other": y[::-1]})
    columns = make_column_transformer((StandardScaler(), ["number"]), (OneHotEncoder(), ["word", "other"]))
    models = {
        "vectors": (make_pipeline(StandardScaler(), SVC()).fit(X, y), X),
        "kernel": (KernelPCA(5, kernel="rbf", gamma=0.01, random_state=0).fit(X), X),
        "forest": (RandomForestClassifier(10, max_depth=5, random_state=0).fit(X, y), X),
        "texts": (make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(words, y), words[:20]),
        "table": (make_pipeline(columns, LogisticRegression()).fit(table, y), table),
    }
    for name, (model, rows) in models.items():
        (tmp_path / f"{name}.pickle").write_bytes(pickle.dumps((name, model, rows)))
    here = convert(tmp_path, None)
    for process in PROCESSES[1:]:
        assert converted_by(sys.executable, process, tmp_path) == here, str(process)
