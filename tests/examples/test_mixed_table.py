"""The example of a mixed table runs, and gives scikit-learn's label for every row."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import skl2tflite

EXAMPLE = Path(__file__).parents[2] / "examples" / "mixed_table.py"


def test_labels_agree_on_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = runpy.run_path(str(EXAMPLE))
    example["main"](tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert all("3,000 of 3,000 labels agree" in line for line in lines)
    model = skl2tflite.load(tmp_path / "loans_boosting_strings.tflite")
    dtypes = {name: dtype for name, (dtype, _) in model.inputs.items()}
    assert dtypes == {
        "age": "float32", "income": "float32", "amount": "float32", "months": "float32", "children": "float32",
        "town": "string", "job": "string", "education": "string", "branch": "int32", "owns home": "float32",
        "married": "float32",
    }  # fmt: skip


def test_the_table_has_holes_and_new_categories() -> None:
    example = runpy.run_path(str(EXAMPLE))
    old, _ = example["applications"](4000, 0)
    new, _ = example["applications"](3000, 1, new=True)
    assert len(old.columns) == 12
    for column in ("town", "job", "branch"):
        assert set(new[column].dropna()) - set(old[column].dropna())
    assert {"age", "income", "town", "job", "education", "married"} == {name for name in new if new[name].isna().any()}
