"""Bundles for the web on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

import skl2tflite
from skl2tflite.bundle.web.runtime import INSTALL
from tests.bundle.web.test_runtime import stand_in


def test_bundle_for_the_web(run, saved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model, folder = tmp_path / "tumour.tflite", tmp_path / "page"
    run("convert", saved / "model.skops", "--target", "web", "-o", model, "--data", saved / "rows.csv").succeeds()
    run("bundle", model, "--for", "web", "-o", folder).fails("LiteRT.js", INSTALL, "--runtime")
    assert not folder.exists()
    run("bundle", model, "--for", "web", "-o", folder, "--runtime", stand_in(tmp_path / "elsewhere")).succeeds("Wrote")
    assert "<title>tumour</title>" in (folder / "index.html").read_text()


def test_files_for_other_targets_are_refused(run, pipeline, tmp_path: Path) -> None:
    model = skl2tflite.convert(pipeline).save(tmp_path / "m.tflite")
    run("bundle", model, "--for", "web", "-o", tmp_path / "page").fails("convert with target='web'")
