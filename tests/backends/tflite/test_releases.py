"""The scale of releases, and what of it a file needs."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from sklearn.cluster import KMeans
from sklearn.decomposition import MiniBatchNMF
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skl2tflite
from skl2tflite.backends.tflite.program import Subgraph
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.releases import from_release, release_of, releases
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.errors import ConversionError, UnsupportedOnTarget
from skl2tflite.graph import functions as xp
from tests.backends.tflite.one_graph import run, to_file, trace

MEASURED = json.loads(files("skl2tflite.backends.tflite").joinpath("runtimes.json").read_text("utf-8"))
ROWS = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
TEXTS = ["a rose is a rose", "no text", "rose text"]


def of_many_roots(**options: Any) -> skl2tflite.TFLiteModel:
    return skl2tflite.convert(KMeans(100, n_init=1, random_state=0).fit(ROWS), ROWS, methods=("transform",), **options)


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("2.7", "2.7.0"),
        ("2.14", "2.14.0"),
        ("2.9.3", "2.9.1"),
        (" 2.99 ", "2.21.0"),
        ("LiteRT 1.0", "LiteRT 1.0.1"),
        ("litert 2.0.2", "LiteRT 2.0.3"),
        ("LiteRT 9.0", "LiteRT 2.3.0"),
    ],
)
def test_versions_on_the_scale(version: str, release: str) -> None:
    assert release_of(version) == release


@pytest.mark.parametrize("version", ["", "2", "1.0.1", "2.3.0", "LiteRT", "LiteRT 0.9", "two", "2.14-rc1"])
def test_versions_off_the_scale(version: str) -> None:
    with pytest.raises(ConversionError, match=r"min_runtime is "):
        skl2tflite.convert(KMeans(2, n_init=1).fit(ROWS), min_runtime=version)


def test_min_runtime_is_a_version_of_litert() -> None:
    for wrong, message in (({"min_runtime": 2.14}, "is a version"), ({"target": "web"}, "is for target 'litert'")):
        with pytest.raises(ConversionError, match=message):
            skl2tflite.convert(KMeans(2, n_init=1).fit(ROWS), **{"min_runtime": "2.14", **wrong})


def test_what_was_measured_is_of_the_scale_and_of_what_there_is() -> None:
    kernels = json.loads(files("skl2tflite.backends.tflite").joinpath("capabilities.json").read_text("utf-8"))
    for operator, dtypes in MEASURED["limits"].items():
        for dtype, limits in dtypes.items():
            _, most = kernels["targets"]["litert"][operator][dtype.removesuffix(" broadcast")]
            assert set(limits) <= set(releases())
            assert all(0 <= rank < most for rank in limits.values())
            assert releases()[-1] not in limits, "today's release is that of capabilities.json"


def test_files_need_little() -> None:
    model = skl2tflite.convert(KMeans(3, n_init=1).fit(ROWS), ROWS, methods=("transform",))
    assert model.min_runtime is not None
    assert (model.min_runtime.version, model.min_runtime.holes) == ("2.7.0", ())
    assert "runs on     TensorFlow Lite 2.7.0 or later\n" in str(model)


def test_holes_are_told_and_can_be_filled() -> None:
    model, wide = of_many_roots(), of_many_roots(min_runtime="2.14")
    assert model.operators()["SQRT"] == 1
    assert model.min_runtime is not None
    assert {"LiteRT 1.0.1", "LiteRT 1.1.2", "LiteRT 1.2.0"} <= set(model.min_runtime.holes)
    assert "or later, but not TensorFlow Lite 2.17.1 to LiteRT 1.2.0 (SQRT of float32 with 7 axes)" in str(model)
    assert wide.operators()["POW"] == 1
    assert wide.min_runtime is not None
    assert not wide.min_runtime.holes
    assert of_many_roots(min_runtime="LiteRT 1.3").operators() == model.operators()
    np.testing.assert_allclose(wide.transform(ROWS), model.transform(ROWS), rtol=2e-7)


def test_what_no_spelling_has_is_refused_by_name() -> None:
    vectorizer = HashingVectorizer(n_features=8)
    with pytest.raises(UnsupportedOnTarget, match=r"min_runtime is TensorFlow Lite 2\.12\.0, and .* needs .* 2\.13\.0"):
        skl2tflite.convert(vectorizer, TEXTS, min_runtime="2.12")
    assert skl2tflite.convert(vectorizer, TEXTS, min_runtime="2.13").min_runtime is not None


def test_a_file_says_from_which_release_on_all_run_it() -> None:
    for model, version in ((of_many_roots(), b"2.20.0"), (of_many_roots(min_runtime="2.7"), b"2.7.0")):
        file = schema.Model.GetRootAs(bytes(model))
        entries = {file.Metadata(i).Name(): file.Metadata(i).Buffer() for i in range(file.MetadataLength())}
        assert file.Buffers(entries[b"min_runtime_version"]).DataAsNumpy().tobytes() == version.ljust(16, b"\0")


def test_what_a_target_has_since_a_release() -> None:
    litert, old = get_target("litert"), get_target("litert").since("2.10")
    assert litert.supports("SIGN", "float32")
    assert not old.supports("SIGN", "float32")
    x = ROWS[:5]
    np.testing.assert_array_equal(run(xp.sign, x), np.sign(x))
    assert from_release("LiteRT 2.3.0") == ("LiteRT 2.3.0",)


def test_few_roots_are_powers_and_right() -> None:
    x = np.concatenate([np.arange(4000.0) ** 2, np.geomspace(1e-37, 3e38, 4000), [0.0, np.inf, np.nan, -1.0]])
    x = x.astype(np.float32)[:, np.newaxis]
    roots = run(xp.sqrt, x)
    exact = np.sqrt(x.astype(np.float64))
    assert np.isnan(roots[-2:]).all()
    assert np.isinf(roots[-3]).all()
    np.testing.assert_array_equal(roots[:4000], exact[:4000])
    assert (np.abs(roots - exact)[:-3] / np.spacing(np.maximum(exact[:-3], 1e-30).astype(np.float32))).max() < 0.501


def test_nan_does_not_depend_on_which_operand_a_release_gives_back() -> None:
    """MAXIMUM and MINIMUM of a constant lose it with XNNPACK before LiteRT 2.1, SIGN without."""
    x = np.array([[np.nan, -3.0, 0.5]], np.float32)
    for function, operator in ((lambda a: xp.maximum(a, 0.0), "MAXIMUM"), (xp.sign, "SIGN")):
        operators = [each.name for each in read(to_file(trace(function, x))).subgraphs[0].operators]
        assert operators == [operator, "NOT_EQUAL", "SELECT_V2"]
        np.testing.assert_array_equal(run(function, x), function(x))


def test_nan_that_arithmetic_is_to_keep_needs_a_release() -> None:
    """TensorFlow 2.8 to 2.12 lose it in quotients with XNNPACK; where an imputer comes first, none is lost."""
    scaler = StandardScaler().fit(ROWS)
    model = skl2tflite.convert(scaler, ROWS)
    assert model.min_runtime is not None
    assert {"2.8.0", "2.12.0"} <= set(model.min_runtime.holes)
    assert any(reason.startswith("NaN in ") for reason in model.min_runtime.reasons)
    assert skl2tflite.TFLiteModel(bytes(model)).min_runtime == model.min_runtime
    with pytest.raises(UnsupportedOnTarget, match=r"min_runtime is TensorFlow Lite 2\.12\.0, and NaN in .* 2\.13\.0"):
        skl2tflite.convert(scaler, ROWS, min_runtime="2.12")
    imputed = skl2tflite.convert(make_pipeline(SimpleImputer(), StandardScaler()).fit(ROWS), ROWS)
    assert imputed.min_runtime is not None
    assert not imputed.min_runtime.holes


def test_nan_that_matrix_products_lose_is_put_back() -> None:
    """LiteRT 1.0 loses it in FULLY_CONNECTED with XNNPACK, and keeps it in sums."""

    def projected(X: Any) -> Any:
        return X @ np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]])

    estimator = FunctionTransformer(projected).fit(ROWS)
    model, wide = (skl2tflite.convert(estimator, ROWS, min_runtime=least) for least in (None, "LiteRT 1.0"))
    assert model.min_runtime is not None
    assert wide.min_runtime is not None
    assert "LiteRT 1.0.1" in model.min_runtime.lacking
    assert "LiteRT 1.0.1" not in wide.min_runtime.lacking
    rows = np.array([[np.nan, 1, 2], [1, 2, 3]], np.float32)
    np.testing.assert_allclose(wide.transform(rows), projected(rows), rtol=1e-6)


def test_loops_over_rows_need_a_release_or_a_batch() -> None:
    X = np.random.default_rng(0).random((40, 7)).astype(np.float32)
    estimator = MiniBatchNMF(3, beta_loss="kullback-leibler", batch_size=40, random_state=0).fit(X)
    model = skl2tflite.convert(estimator, X, methods=("transform",))
    assert model.min_runtime is not None
    assert {"2.12.0", "2.14.0", "2.16.2"} <= set(model.min_runtime.lacking)
    with pytest.raises(UnsupportedOnTarget, match=r"any number of rows, without batch=… needs "):
        skl2tflite.convert(estimator, X, methods=("transform",), min_runtime="2.14")
    fixed = skl2tflite.convert(estimator, X, methods=("transform",), min_runtime="2.14", batch=1)
    assert fixed.min_runtime is not None
    assert {"2.12.0"} >= {hole for hole in fixed.min_runtime.holes if hole in from_release("2.12.0")}, "NaN in DIV"


def test_text_needs_no_shifts() -> None:
    model = skl2tflite.convert(CountVectorizer().fit(TEXTS), TEXTS)
    assert not model.operators()["RIGHT_SHIFT"]


def test_xnnpack_takes_no_operator_of_a_forest_s_loop() -> None:
    """It keeps the number of rows of what it takes, on TensorFlow 2.11 to 2.16."""
    forest = RandomForestClassifier(20, max_depth=6, random_state=0).fit(ROWS, ROWS[:, 0] * ROWS[:, 1] > 0)
    model = skl2tflite.convert(forest, ROWS, methods=("predict_proba",), optimize_for="size")
    (body,) = [subgraph for subgraph in read(bytes(model)).subgraphs if subgraph.name == "loop_body"]
    assert body.inputs[2:] == body.outputs[2:], "what no step changes is not copied"
    of_floats = [operator.name for operator in body.operators if reckons(operator.name) and -1 in shape(body, operator)]
    assert not of_floats


def reckons(name: str) -> bool:
    return name not in ("GATHER", "GREATER", "CAST")


def shape(body: Subgraph, operator: Any) -> tuple[int, ...]:
    result = body.tensors[operator.outputs[0]]
    return result.shape if result.dtype == "float32" else ()


def test_nan_that_arithmetic_makes_is_to_be_kept_too() -> None:
    """log1p is NaN below -1, and a product within it can lose that."""
    rows = np.abs(ROWS)
    for function, loses in ((np.log1p, True), (np.square, False)):
        model = skl2tflite.convert(make_pipeline(SimpleImputer(), FunctionTransformer(function)).fit(rows))
        assert model.min_runtime is not None
        assert any(reason.startswith("NaN in ") for reason in model.min_runtime.reasons) is loses
