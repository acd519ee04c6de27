"""The page that a bundle for the web has: how large it is, and how soon it answers in Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import ROOT, Comparison, Row
from models import Fitted, logistic_regression, svc
from scripts.chromium import Browser, find_chromium

import skl2tflite
from skl2tflite.bundle import bundle

MODULES = ROOT / ".litert_js" / "node_modules"
SUITE = "The offline page"
BYTES = 4_000_000
SHARE = 1.4
"""Bytes that a page may have for each of the model, beside those."""
SECONDS = 1.5
OPENED = 5
MODELS = {"scaler + logistic regression": logistic_regression, "scaler + SVC rbf": svc}


@pytest.mark.parametrize("name", MODELS)
def test_page(compare: Comparison, name: str, tmp_path: Path) -> None:
    size = Row(SUITE, f"{name}, bytes", f"4 MB + {SHARE} of the model", 1.0, unit="bytes")
    soon = Row(SUITE, f"{name}, first answer", f"{SECONDS} s", 1.0)
    program = find_chromium()
    if program is None or not MODULES.is_dir():
        compare.skip(soon, "no Chromium or no LiteRT.js")
    fitted: Fitted = MODELS[name]()
    model = skl2tflite.convert(fitted.estimator, fitted.X, target="web")
    page = bundle(model, tmp_path / "page", "web", runtime=MODULES) / "index.html"
    compare.measured(size, page.stat().st_size, BYTES + SHARE * len(bytes(model)))
    if compare.disabled:
        return
    seconds = []
    for _ in range(OPENED):
        browser = Browser(program)
        try:
            browser.open(page)
            browser.wait("performance.getEntriesByName('answered').length === 1")
            seconds.append(browser.run("performance.getEntriesByName('answered')[0].startTime") / 1000)
        finally:
            browser.close()
    compare.measured(soon, seconds, [SECONDS] * OPENED)
