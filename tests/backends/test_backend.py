"""A backend beside the one for TensorFlow Lite: the interface is all that it needs."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from skl2tflite.backends import registry
from skl2tflite.backends.backend import Backend
from skl2tflite.backends.registry import BACKENDS, backend_of
from skl2tflite.backends.tflite.backend import TFLITE
from skl2tflite.backends.tflite.reader import read
from skl2tflite.conversion import Conversion
from skl2tflite.errors import ConversionError
from skl2tflite.forest.op import TreeValues, tree_values
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import DType, Graph, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.legalize import LegalGraph, legalize
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan
from skl2tflite.runtime.rows import FixedBatch
from tests.forest.forest_cases import fitted_trees, rows_at_thresholds
from tests.legalize.lacking import Lacking

X = np.linspace(-2, 2, 12).astype(np.float32).reshape(4, 3)


@dataclass
class NumPyProgram:
    """Legal graphs, computed by NumPy in float32."""

    description: str
    graphs: dict[str, LegalGraph] = field(default_factory=dict)

    @property
    def signatures(self) -> tuple[str, ...]:
        return tuple(self.graphs)

    def run(self, signature: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return evaluate(self.graphs[signature], inputs, np.float32)


def _lower(graph: Graph, program: NumPyProgram, target: Lacking, optimize_for: str) -> None:
    program.graphs[graph.name] = legalize(graph, target)


NUMPY = Backend(
    targets={"numpy": Lacking(ops.Erf, ops.Expm1, TreeValues)},
    new_program=NumPyProgram,
    lower=_lower,
    write=lambda program, files: pickle.dumps((program.description, dict(files))),
    runtimes=lambda target: ("NumPy",),
    runner=lambda content, program, target, num_threads, runtime: program,
)


def graph_of(batch: int | None = None) -> Graph:
    x = input_tensor("x", DType.FLOAT, (batch, 3))
    return Graph("main", {"x": x}, {"y": xp.erf(x) + xp.expm1(x)})


def carried(backend: Backend, target: str, graph: Graph, inputs: Mapping[str, np.ndarray]):
    """Carry a graph through a backend, to its results."""
    program = backend.new_program("a test")
    backend.lower(graph, program, backend.targets[target], "latency")
    content = backend.write(program, {"labels.txt": b"a"})
    runner = backend.runner(content, program, backend.targets[target], 1, None)
    assert runner.signatures == (graph.name,)
    return runner.run(graph.name, inputs)


def test_two_backends_give_the_same():
    expected = evaluate(graph_of(), {"x": X})["y"]
    for backend, target in ((NUMPY, "numpy"), (TFLITE, "litert")):
        np.testing.assert_allclose(carried(backend, target, graph_of(), {"x": X})["y"], expected, atol=1e-6)


def test_a_backend_without_layouts_of_forests():
    forest = Forest.from_sklearn([tree.tree_ for tree in fitted_trees("shallow")])
    x = input_tensor("x", DType.FLOAT, (None, forest.n_features))
    graph = Graph("values", {"x": x}, {"y": tree_values(x, forest)})
    rows = {"x": rows_at_thresholds(forest, np.random.default_rng(0), n_rows=50)}
    np.testing.assert_array_equal(*(carried(b, t, graph, rows)["y"] for b, t in ((NUMPY, "numpy"), (TFLITE, "litert"))))


def test_targets_find_their_backend():
    assert backend_of("litert") is backend_of("micro") is backend_of("web") is TFLITE
    assert [*BACKENDS] == [TFLITE]
    with pytest.raises(KeyError, match="numpy"):
        backend_of("numpy")


@dataclass
class Elsewhere(Lacking):
    """A target of another format: what plans ask of it."""

    name: str = "elsewhere"
    fixed_batch: int | None = 2
    any_batch: bool = False
    text_length: int | None = None
    holds_one_method: bool = True
    has_strings: bool = False
    has_bool_inputs: bool = False
    dynamic_lengths: bool = False
    dynamic_inputs: bool = False
    is_microcontroller: bool = False
    saturates: bool = False

    def __post_init__(self):
        super().__init__(ops.Erf, ops.LogSoftmax)


def test_options_and_plans_of_a_target_of_another_format(monkeypatch):
    """``convert`` finds targets by asking the registry, whatever their format."""
    with pytest.raises(ConversionError, match="unknown target 'elsewhere'; the targets are 'litert', 'micro', 'web'"):
        ConversionOptions(target="elsewhere")
    elsewhere = replace(NUMPY, targets={"elsewhere": Elsewhere()})
    monkeypatch.setattr(registry, "BACKENDS", (TFLITE, elsewhere))
    estimator = GaussianNB().fit(X, [0, 1, 1, 0])
    options = ConversionOptions(target="elsewhere")
    with pytest.raises(ConversionError, match="target 'elsewhere' takes one row at a time; leave out batch"):
        replace(options, batch=3)
    planned = plan(Conversion(estimator), options)
    assert [*planned.graphs] == ["predict_proba"]
    assert planned.graphs["predict_proba"].inputs["X"].shape == (2, 3)
    given = carried(backend_of("elsewhere"), "elsewhere", planned.graphs["predict_proba"], {"X": X[:2]})
    np.testing.assert_allclose(given["predict_proba"], estimator.predict_proba(X[:2]), atol=1e-6)


def test_how_files_are_run():
    program = TFLITE.new_program("a test")
    TFLITE.lower(graph_of(1), program, TFLITE.targets["litert"], "latency")
    content = TFLITE.write(program, {})
    assert read(content).description == "a test"
    assert isinstance(TFLITE.runner(content, program, TFLITE.targets["litert"], 1, None), FixedBatch)
    runner = TFLITE.runner(content, program, TFLITE.targets["micro"], 1, None)
    results = runner.run("main", {"x": X})["y"]
    np.testing.assert_allclose(results, evaluate(graph_of(), {"x": X})["y"], atol=1e-6)
