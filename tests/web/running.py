"""A model whose file LiteRT.js runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scripts.litert_js import LiteRTJS

import skl2tflite


class WebRunner:
    """Runs the methods of one file on LiteRT.js; what the module prints as an error is one.

    Parameters
    ----------
    js : LiteRTJS
    content : bytes
        The file.
    batch : int
        Rows of each call.
    """

    def __init__(self, js: LiteRTJS, content: bytes, batch: int = 1) -> None:
        self.js = js
        self.content = content
        self.batch = batch

    def run(self, signature: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the results of one method, by name."""
        results = self.js.run(self.content, inputs, signature, self.batch)
        errors = [line for line in self.js.printed if line.startswith("ERROR")]
        assert not errors, errors
        return results


def in_browser(model: skl2tflite.TFLiteModel, js: LiteRTJS) -> skl2tflite.TFLiteModel:
    """Return a model of the same file, run by LiteRT.js."""
    other = skl2tflite.TFLiteModel(bytes(model))
    vars(other)["_runner"] = WebRunner(js, bytes(model), model.batch or 1)
    return other


def same(one: Any, other: Any, apart: float = 1e-4) -> None:
    """Assert that numbers of two runtimes are the same, NaN included, but for rounding."""
    np.testing.assert_allclose(np.asarray(one, float), np.asarray(other, float), rtol=apart, atol=apart)
