"""What docs/tables.md says of files is what files do."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ai_edge_litert.interpreter import Interpreter
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()
TOWNS = [*["Évora", "Łódź", "Graz", np.nan, None] * 8]


@pytest.mark.parametrize("categories", ["strings", "codes"])
def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, categories: str) -> None:
    frame = pd.DataFrame({"age": np.arange(40.0), "town": pd.Series(TOWNS, dtype=object)})
    encode = make_column_transformer((StandardScaler(), ["age"]), (OneHotEncoder(handle_unknown="ignore"), ["town"]))
    pipeline = make_pipeline(encode, LogisticRegression()).fit(frame, np.arange(40) // 3 % 2)
    monkeypatch.chdir(tmp_path)
    skl2tflite.convert(pipeline, frame, categories=categories).save(
        "strings.tflite" if categories == "strings" else "model.tflite"
    )
    table = dict(re.findall(r"^\| (\S+),.* \| `\"(\S+)\"` \| -\d \|$", PAGE, flags=re.M))
    codes = {name: int(code) for name, code in re.findall(r"^\| (\S+),.* \| (-\d) \|$", PAGE, flags=re.M)}
    assert list(table) == list(codes) == ["NaN", "`None`"]
    values = {"Évora": "Évora", "unseen": "unseen"} | {
        {"NaN": np.nan, "`None`": None}[name]: text.encode().decode("unicode_escape") for name, text in table.items()
    }
    if categories == "strings":
        snippet = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.M | re.S)[-1]
        scope = {"np": np}
        exec(snippet, scope)
        fed = {value: np.array([text], dtype=object) for value, text in values.items()}
    else:
        scope = {"run": Interpreter("model.tflite").get_signature_runner("predict_proba")}
        with zipfile.ZipFile("model.tflite") as archive:
            lines = archive.read("town.txt").decode().split("\n")[:-1]
        known = {line: code for code, line in enumerate(lines)}
        assert lines == ["Graz", "Évora", "Łódź"]
        numbers = [known["Évora"], -1, codes["NaN"], codes["`None`"]]
        fed = {value: np.array([code], dtype=np.int32) for value, code in zip(values, numbers, strict=True)}
    for value, town in fed.items():
        row = pd.DataFrame({"age": [42.0], "town": pd.Series([value], dtype=object)})
        result = scope["run"](age=np.array([42], np.float32), town=town)["predict_proba"]  # type: ignore[operator]
        np.testing.assert_allclose(result, pipeline.predict_proba(row), atol=1e-6)


def test_python_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block after block, as a reader would."""
    pytest.importorskip("lightgbm")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for example in re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.M | re.S):
        exec(compile(example, "tables.md", "exec"), names)
    assert names["model"].inputs["town"] == names["booster"].inputs["town"] == ("int32", (-1,))
    assert names["strings"].inputs["town"] == ("string", (-1,))
