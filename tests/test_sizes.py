"""What a model costs on a microcontroller, and budgets for it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

import skl2tflite
from skl2tflite import sizes
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.strip import strip
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.errors import BudgetError, ConversionError, InvalidFileError, MissingDependencyError
from skl2tflite.runtime.micro import MicroRunner, smallest_arena

pytest.importorskip("tflite_micro")

X, y = load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def forest():
    return RandomForestClassifier(30, random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def model(forest):
    return skl2tflite.convert(forest, target="micro")


def test_stripped_file_computes_the_same(model):
    stripped = strip(bytes(model))
    program = read(stripped)
    assert not program.metadata
    assert not program.signatures
    assert not program.description
    assert not any(tensor.name for tensor in program.subgraphs[0].tensors)
    assert len(stripped) < len(model) - model.sizes().metadata / 2
    (method,) = model.methods
    runner = MicroRunner(stripped, method, model.inputs, model.outputs)
    np.testing.assert_array_equal(runner.run(method, {"X": X.astype(np.float32)})[method], model.run(method, X))
    assert strip(stripped) == stripped


def test_sizes_add_up(model):
    found = model.sizes()
    assert found.model == len(strip(bytes(model)))
    assert found.model + found.metadata == len(model)
    assert found.flash == found.model + found.interpreter + found.kernels
    assert found.tables > found.constants
    assert found.arena == smallest_arena(strip(bytes(model)))
    for parts in (found.by_constant, found.by_kernel, found.by_result):
        assert [size for _, size in parts] == sorted((size for _, size in parts), reverse=True)
    text = str(found)
    assert f"{found.flash:,}" in text
    assert f"{found.arena:,} (on a 64-bit host)" in text
    assert sum(size for name, size in found.by_constant if " table " in name) == found.tables
    assert sum(size for name, size in found.by_constant if " constant " in name) == found.constants
    assert sum(size for _, size in found.by_kernel) == found.kernels
    assert found.by_result[0][1] < found.arena
    assert found.n_operators == model.operators().total()
    assert re.search(r"largest +GATHER table \w+\[.*; kernels .*\n +in the arena [A-Z_]+ \w+\[", text)


def test_every_kernel_was_measured():
    for operator in get_target("micro").operators:
        assert 500 < sum(sizes._kernels({operator}).values()) < 20_000, operator


def test_shared_code_counts_once():
    alone = [sum(sizes._kernels({operator}).values()) for operator in ("ADD", "SUB", "MUL")]
    together = sizes._kernels({"ADD", "SUB", "MUL"})
    assert max(alone) < sum(together.values()) < sum(alone)
    assert together[""] > 0
    assert set(together) == {"ADD", "SUB", "MUL", ""}
    assert sum(sizes._kernels(set()).values()) == 0


def test_sizes_of_other_files(forest):
    with pytest.raises(InvalidFileError, match="target='micro'"):
        skl2tflite.convert(forest).sizes()


def test_budget_of_flash(forest, model):
    assert skl2tflite.convert(forest, target="micro", max_flash=model.sizes().flash) == model
    with pytest.raises(BudgetError, match=r"needs about [\d,]+ bytes of flash and max_flash is [\d,]+: tables .*trees"):
        skl2tflite.convert(forest, target="micro", max_flash=model.sizes().flash - 1)
    with pytest.raises(BudgetError, match="TFLM and its kernels alone are too large"):
        skl2tflite.convert(forest, target="micro", max_flash=1000)
    machine = SVC(C=0.01).fit(X, y)
    flash = skl2tflite.convert(machine, methods=("decision_function",), target="micro").sizes().flash
    with pytest.raises(BudgetError, match="support vectors"):
        skl2tflite.convert(machine, methods=("decision_function",), target="micro", max_flash=flash - 1)


def test_budget_of_memory(forest, model):
    arena = model.sizes().arena
    assert skl2tflite.convert(forest, target="micro", max_ram=arena) == model
    expected = rf"arena of up to {arena:,} bytes and max_ram is {arena - 1:,}: \d+ operators; largest results: .*trees"
    with pytest.raises(BudgetError, match=expected):
        skl2tflite.convert(forest, target="micro", max_ram=arena - 1)


def test_budgets_are_for_microcontrollers(forest):
    for budget in ({"max_flash": 1}, {"max_ram": 1}):
        with pytest.raises(ConversionError, match="for target='micro'"):
            skl2tflite.convert(forest, **budget)


def test_without_tflm(monkeypatch):
    monkeypatch.setattr(sizes, "has_micro", lambda: False)
    model = skl2tflite.convert(LogisticRegression(max_iter=500).fit(X, y), target="micro")
    assert model.sizes().arena is None
    assert "pip install" in str(model.sizes())
    with pytest.raises(MissingDependencyError, match="arena"):
        skl2tflite.convert(LogisticRegression(max_iter=500).fit(X, y), target="micro", max_ram=10**6)
