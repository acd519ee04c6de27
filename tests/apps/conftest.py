"""Bundles for apps, compiled and run: tests for ``make test-apps``, which looks for the compilers first."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from skl2tflite import TFLiteModel
from skl2tflite.bundle import bundle
from tests.apps.models import MODELS, NAMES, converted

collect_ignore_glob = [] if "TEST_APPS" in os.environ else ["test_*.py"]


class Bundled:
    """Models that were converted and bundled, once for a module of tests."""

    def __init__(self, place: str, folder: Path) -> None:
        self.place = place
        self.folder = folder
        self._made: dict[str, tuple[TFLiteModel, Any, Path]] = {}

    def __call__(self, key: str) -> tuple[TFLiteModel, Any, Path]:
        """Return a model, rows, and the folder of its bundle."""
        if key not in self._made:
            model, rows = converted(key)
            self._made[key] = (
                model,
                rows,
                bundle(model, self.folder / key.replace(" ", "_"), self.place, name=NAMES[key], X=rows),
            )
        return self._made[key]

    def all(self) -> dict[str, tuple[TFLiteModel, Any, Path]]:
        """Return those of all models."""
        return {key: self(key) for key in MODELS}
