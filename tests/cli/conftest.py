from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from typer.testing import CliRunner

from skl2tflite import convert
from skl2tflite.cli.main import app

COLUMNS = ["mean radius", "mean texture", "mean area", "worst area"]


@dataclass(frozen=True)
class Outcome:
    """What a run of the command line gave."""

    status: int
    stdout: str
    stderr: str

    def fails(self, *words: str, status: int = 2) -> None:
        """Assert that it ended in one clear line on standard error, which holds some words."""
        lines = self.stderr.splitlines()
        assert self.status == status, self
        assert len(lines) == 1, self
        assert lines[0].startswith("error: "), self
        assert "Traceback" not in self.stdout
        for word in words:
            assert word in lines[0], self

    def succeeds(self, *words: str) -> None:
        """Assert that it ended well, its output holding some words."""
        assert self.status == 0, self
        assert "\x1b" not in self.stdout + self.stderr, "escape codes without a terminal"
        for word in words:
            assert word in self.stdout, self


Run = Callable[..., Outcome]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line within this process."""
    monkeypatch.setenv("COLUMNS", "120")

    def invoke(*arguments: object) -> Outcome:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="skl2tflite")
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return invoke


@pytest.fixture
def program() -> Run:
    """The installed program in a process of its own."""

    def start(*arguments: object, **environment: str) -> Outcome:
        done = subprocess.run(
            [Path(sys.executable).with_name("skl2tflite"), *map(str, arguments)],
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            timeout=120,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return start


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return load_breast_cancer(as_frame=True).data[COLUMNS]


@pytest.fixture(scope="session")
def labels() -> np.ndarray:
    return load_breast_cancer().target


@pytest.fixture(scope="session")
def pipeline(frame, labels):
    """Fitted on a DataFrame."""
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, labels)


@pytest.fixture(scope="session")
def nameless(frame, labels):
    """Fitted on an array."""
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(frame.to_numpy(), labels)


@pytest.fixture(scope="session")
def saved(tmp_path_factory, pipeline, frame, labels) -> Path:
    """A folder of models and rows, to be read only."""
    folder = tmp_path_factory.mktemp("saved")
    skops.io.dump(pipeline, folder / "model.skops")
    joblib.dump(pipeline, folder / "model.joblib")
    convert(pipeline).save(folder / "model.tflite")
    frame.to_csv(folder / "rows.csv", index=False)
    frame.assign(label=labels).to_csv(folder / "labelled.csv", index=False)
    frame.assign(label=labels).to_parquet(folder / "labelled.parquet")
    (folder / "empty.csv").touch()
    return folder
