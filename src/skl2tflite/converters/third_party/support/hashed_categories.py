"""The categories behind the hashes that CatBoost's models keep: found by hashing the texts that rows may hold.

To CatBoost an integer is the text of its digits, and a boolean is 0 or 1.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

WHOLE_NUMBERS = range(-1_000, 100_000)
"""Integers that are always tried."""
MISSING_TEXTS = frozenset(
    ["", "NA", "N/A", "n/a", "NaN", "Nan", "nan", "None", "none", "NONE", "NULL", "Null", "null", "na", "missing"]
)
"""Texts that are always tried: most of them are missing values to readers of CSV files."""


def known_categories(texts: frozenset[str]) -> dict[int, str]:
    """Return texts, and those that are always tried, by the 32-bit hashes that models keep."""
    return {**_hashes(texts), **_always_known()}


@cache
def _always_known() -> dict[int, str]:
    return _hashes(frozenset(map(str, WHOLE_NUMBERS)) | MISSING_TEXTS)


@lru_cache(maxsize=4)
def _hashes(texts: frozenset[str]) -> dict[int, str]:
    """Return texts by their hashes.

    CatBoost gives hashes only in the JSON form of a model, for the rows saved with it. The smallest possible model is
    trained for that.
    """
    import catboost

    if not texts:
        return {}
    model = catboost.CatBoostRegressor(iterations=1, depth=1, verbose=False, allow_writing_files=False, thread_count=1)
    model.fit(catboost.Pool([["0"], ["1"]], [0.0, 1.0], cat_features=[0]))
    rows = catboost.Pool(np.array(sorted(texts), dtype=object)[:, np.newaxis], cat_features=[0])
    return {entry["hash"]: entry["value"] for entry in as_json(model, rows)["features_info"]["cat_features_hash"]}


def as_json(model: Any, rows: Any = None) -> dict[str, Any]:
    """Return a CatBoost model as JSON, with the hashes of the categories in some rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json", pool=rows)
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
