"""Names and numbers in C++."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.bundle import cpp_names

RESOLVER = Path(__file__).parent / "stand_ins/tensorflow/lite/micro/micro_mutable_op_resolver.h"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sepal length (cm)", "sepal_length_cm"), ("Temperature", "temperature"), ("class", "class_"), ("2nd", "x2nd"),
        ("größe", "grosse"), ("Température", "temperature"), ("模型", "unnamed"), ("—", "unnamed"), ("", "unnamed"),
        ("__x__", "x"), ("min", "min_"), ("errno", "errno_"), ("a.b-c", "a_b_c"),
    ],
)  # fmt: skip
def test_identifier(text, name):
    assert cpp_names.identifier(text) == name


@pytest.mark.parametrize(
    ("text", "name"), [("model", "model"), ("Gamma", "gamma_"), ("Default", "default_"), ("std", "std_")]
)
def test_namespace(text, name):
    assert cpp_names.namespace(text) == name


def test_identifiers_differ():
    assert cpp_names.identifiers(["a b", "a_b", "A-B", "a b 2"]) == ["a_b", "a_b_2", "a_b_3", "a_b_2_2"]
    assert cpp_names.identifiers(["Label", "label"], reserved=("label",)) == ["label_2", "label_3"]


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (np.float32(0.1), "0.1f"), (1.0, "1.0f"), (-0.0, "-0.0f"), (1e30, "1e+30f"), (np.nan, "NAN"),
        (np.inf, "INFINITY"), (-np.inf, "-INFINITY"), (3, "3"),
        (-(2**31), "INT32_MIN"), (True, "true"), (np.int32(-7), "-7"),
        (np.float32(1e-45), "1e-45f"),
    ],
)  # fmt: skip
def test_number(value, literal):
    assert cpp_names.number(value) == literal


def test_float32_numbers_read_back():
    values = np.random.default_rng(0).normal(size=1000).astype(np.float32) * np.float32(10) ** np.arange(
        -20, 20
    ).repeat(25)
    assert all(np.float32(cpp_names.number(value)[:-1]) == value for value in values.astype(np.float32))


def test_numbers():
    assert cpp_names.numbers([[1.0, 2], [3, 4]]) == "{{1.0f, 2.0f}, {3.0f, 4.0f}}"
    assert cpp_names.numbers(np.int32(4)) == "4"


def test_resolver_has_a_method_for_every_operator():
    known = set(re.findall(r"TfLiteStatus (Add\w+)\(\)", RESOLVER.read_text()))
    operators = get_target("micro").operators
    assert len(operators) > 60
    assert {cpp_names.resolver_method(operator) for operator in operators} <= known
    assert cpp_names.resolver_method("AVERAGE_POOL_2D") == "AddAveragePool2D"
    assert cpp_names.resolver_method("PADV2") == "AddPadV2"
