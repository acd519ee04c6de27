"""Names of tensors, as a viewer reads them."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler

import skl2tflite
from skl2tflite.backends.tflite.names import short
from skl2tflite.errors import ConversionError

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)


def fitted() -> Pipeline:
    columns = make_column_transformer((StandardScaler(), [0, 1]), (PowerTransformer(), [2]))
    return Pipeline([("columns", columns), ("model", LogisticRegression())]).fit(X, X[:, 0] > 0)


def names_in(content: bytes) -> list[list[str]]:
    """Names of each subgraph's tensors, read by LiteRT's own classes."""
    file = schema.Model.GetRootAs(content)
    subgraphs = [file.Subgraphs(index) for index in range(file.SubgraphsLength())]
    return [[(s.Tensors(i).Name() or b"").decode() for i in range(s.TensorsLength())] for s in subgraphs]


def test_every_tensor_has_a_name_of_its_own() -> None:
    pipeline = fitted()
    plain, named = (skl2tflite.convert(pipeline, X, names=names) for names in (False, True))
    for names in names_in(bytes(named)):
        assert all(names)
        assert len(set(names)) == len(names)
        assert {"X", "columns/standardscaler/subtract", "columns/powertransformer/multiply"} <= set(names)
        assert any(name.startswith("model/linear") for name in names)
    assert named.outputs == plain.outputs
    assert named.operators() == plain.operators()
    np.testing.assert_array_equal(named.predict_proba(X), plain.predict_proba(X))
    assert "" in names_in(bytes(plain))[0], "names are left out unless they are asked for"


def test_an_estimator_of_its_own_is_named_too() -> None:
    model = skl2tflite.convert(StandardScaler().fit(X), X, names=True)
    assert "StandardScaler/subtract" in names_in(bytes(model))[0]


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("Pipeline['scaler']/divide", "scaler/divide"),
        ("Pipeline['a']['b'][2]/sum", "a/b/2/sum"),
        ('Pipeline["it\'s"]/sum', "it's/sum"),
        ("SVC/exp", "SVC/exp"),
        ("exp", "exp"),
    ],
)
def test_places_are_named_by_their_steps(origin: str, name: str) -> None:
    assert short(origin) == name


def test_names_take_flash() -> None:
    with pytest.raises(ConversionError, match="names are for people and their tools"):
        skl2tflite.convert(StandardScaler().fit(X), X, target="micro", names=True)
    with pytest.raises(ConversionError, match="names is True or False"):
        skl2tflite.convert(StandardScaler().fit(X), X, names="yes")
