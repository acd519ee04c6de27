"""The example of a spam filter runs, and gives scikit-learn's label for every message."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

import skl2tflite

EXAMPLE = Path(__file__).parents[2] / "examples" / "spam_filter.py"


def test_labels_agree_on_every_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = runpy.run_path(str(EXAMPLE))
    example["main"](tmp_path)
    printed = capsys.readouterr().out
    assert "1,000 of 1,000 labels agree" in printed
    model = skl2tflite.load(tmp_path / "spam_filter.tflite")
    assert model.inputs == {"text": ("int32", (1, -1))}
    assert model.signatures == ("predict_proba", "predict")
    assert len(model) < 300_000


def test_any_runtime_takes_code_points(tmp_path: Path) -> None:
    """As the documents tell apps to do it, without this package."""
    from ai_edge_litert.interpreter import Interpreter

    example = runpy.run_path(str(EXAMPLE))
    texts, labels = example["messages"](300, seed=0)
    pipeline = example["spam_filter"]().fit(texts, labels)
    runner = Interpreter(model_content=bytes(skl2tflite.convert(pipeline))).get_signature_runner("predict_proba")
    for text in [*texts[:20], "", "😀"]:
        points = np.array([[ord(character) for character in text]], dtype=np.int32).reshape(1, -1)
        given = runner(text=points)["predict_proba"]
        np.testing.assert_allclose(given, pipeline.predict_proba([text]), atol=1e-6)
