"""The demo, whole, as a newcomer runs it."""

from __future__ import annotations

import skl2tflite
from skl2tflite.cli.demo_models import demo_models


def test_every_model_is_faithful_and_the_table_fits_a_terminal(program, tmp_path):
    done = program("demo", "-o", tmp_path, COLUMNS="80")
    done.succeeds("scikit-learn and the converted files", "forest", "100 %", "LiteRT", f"Wrote 7 files to {tmp_path}")
    assert not done.stderr
    assert max(map(len, done.stdout.splitlines()[:-1])) <= 80
    assert "…" not in done.stdout
    for model in demo_models():
        assert skl2tflite.load(tmp_path / f"{model.name}.tflite").methods == model.methods


def test_a_folder_that_cannot_be_made(run, tmp_path):
    (tmp_path / "file").touch()
    run("demo", "-o", tmp_path / "file").fails("file")
