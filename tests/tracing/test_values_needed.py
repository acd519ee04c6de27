"""Functions that need the value of what is known only at run time: refused, even where they catch the error."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import FunctionTransformer

import skl2tflite
from skl2tflite.errors import UnsupportedEstimatorError

TABLE = pd.DataFrame({"a": [10.0, 20.0, 30.0, 95.0], "city": ["Rome", "Oslo", "Rome", "Bern"]})
PRICES = {95.0: 1.0}


@lru_cache
def cached(value: Any) -> Any:
    return value


def caught(value: Any) -> Any:
    try:
        return PRICES[value]
    except Exception:
        return value


def caught_number(value: Any) -> Any:
    try:
        return float(value)
    except TypeError:
        return value


def caught_condition(value: Any) -> Any:
    try:
        return 1.0 if value > 1000 else value
    except TypeError:
        return value


LOOKED_UP: dict[str, Callable[[Any], Any]] = {
    "get": lambda v: PRICES.get(v, v),
    "in a set": lambda v: v * 2 if v in {95.0} else v,
    "in a frozenset": lambda v: v * 2 if v in frozenset({95.0}) else v,
    "in a dictionary": lambda v: v * 2 if v in PRICES else v,
    "a cache": cached,
    "caught": caught,
}


@pytest.mark.parametrize("name", LOOKED_UP)
@pytest.mark.parametrize("options", [{}, {"target": "micro"}], ids=str)
def test_look_ups_by_hash_of_whole_columns_are_refused(name: str, options: dict[str, Any]) -> None:
    functions: list[Callable[[Any], Any]] = [
        lambda df: df[["a"]].apply(LOOKED_UP[name]),
        lambda df: df[["a"]].assign(a=LOOKED_UP[name](df.a.to_numpy())),
    ]
    if name in ("in a frozenset", "a cache"):  # of a value at run time too
        functions += [lambda df: df[["a"]].assign(a=df.a.map(LOOKED_UP[name]))]
    for function in functions:
        with pytest.raises(UnsupportedEstimatorError, match="looked up in a dictionary, a set or a cache"):
            skl2tflite.convert(FunctionTransformer(function).fit(TABLE), **options)


@pytest.mark.parametrize("name", ["get", "in a set", "in a dictionary", "caught"])
def test_each_value_may_be_looked_up(name: str) -> None:
    functions: list[Callable[[Any], Any]] = [
        lambda df: df[["a"]].assign(a=df.a.map(LOOKED_UP[name])),
        lambda df: df[["a"]].map(LOOKED_UP[name]),
    ]
    for function in functions:
        transformer = FunctionTransformer(function).fit(TABLE)
        np.testing.assert_array_equal(skl2tflite.convert(transformer).transform(TABLE), transformer.transform(TABLE))


def test_look_ups_of_text_in_what_the_function_makes_are_refused() -> None:
    transformer = FunctionTransformer(lambda df: df.assign(city=df.city.map(lambda v: {"Rome": 1}.get(v, 0))))
    with pytest.raises(UnsupportedEstimatorError, match="looked up"):
        skl2tflite.convert(transformer.fit(TABLE), TABLE)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda v: PRICES.get(str(v), v), "made text of"),
        (lambda v: PRICES.get(f"{v}", v), "made text of"),
    ],
)
def test_text_numbers_and_conditions_are_refused(function: Any, reason: str) -> None:
    transformer = FunctionTransformer(lambda df: df[["a"]].assign(a=df.a.map(function))).fit(TABLE)
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        skl2tflite.convert(transformer)


@pytest.mark.parametrize("function", [lambda v: math.log(v), caught_number, caught_condition])
def test_numbers_and_conditions_of_each_value(function: Any) -> None:
    transformer = FunctionTransformer(lambda df: df[["a"]].assign(a=df.a.map(function))).fit(TABLE)
    np.testing.assert_allclose(
        skl2tflite.convert(transformer).transform(TABLE), transformer.transform(TABLE), rtol=1e-6
    )


def test_functions_may_print(capsys: pytest.CaptureFixture[str]) -> None:
    def function(X: Any) -> Any:
        print("rows", X)
        return X * 2

    model = skl2tflite.convert(FunctionTransformer(function).fit(TABLE[["a"]].to_numpy()))
    assert "rows" in capsys.readouterr().out
    np.testing.assert_array_equal(model.transform(TABLE[["a"]].to_numpy()), TABLE[["a"]] * 2)


def test_types_and_constants_map_values() -> None:
    functions: list[Callable[[Any], Any]] = [
        lambda df: df[["a"]].assign(b=df.a.map(float)),
        lambda df: df[["a"]].assign(b=df.a.map(int)),
        lambda df: df[["a"]].assign(b=df.a.map(lambda v: 3)),
        lambda df: df[["a"]].assign(b=divmod(df.a, 7)[1]),
    ]
    for function in functions:
        transformer = FunctionTransformer(function).fit(TABLE)
        np.testing.assert_array_equal(skl2tflite.convert(transformer).transform(TABLE), transformer.transform(TABLE))
