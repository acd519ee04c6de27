"""The arguments of ``convert`` as one object, and what targets say of themselves."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.backends.tflite.targets import TARGETS
from skl2tflite.errors import ConversionError
from skl2tflite.options import DEFAULTS, ConversionOptions

X = np.arange(12.0).reshape(6, 2)
WRONG = [
    {"target": "tpu"},
    {"target": None},
    {"precision": "half"},
    {"optimize_for": "speed"},
    {"inputs": "rows"},
    {"categories": "numbers"},
    {"text": "words"},
    {"max_flash": -1, "target": "micro"},
    {"max_ram": 1.5, "target": "micro"},
    {"max_flash": 1000},
    {"batch": 0},
    {"batch": 2.0},
    {"batch": 4, "target": "micro"},
    {"text_length": 0},
    {"text_length": 9, "target": "micro"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_options_are_checked_when_they_are_made(wrong):
    with pytest.raises(ConversionError) as raised:
        ConversionOptions(**wrong)
    with pytest.raises(ConversionError) as by_convert:
        skl2tflite.convert(StandardScaler().fit(X), **wrong)
    assert str(raised.value) == str(by_convert.value)


@pytest.mark.parametrize(
    ("options", "layout"),
    [
        (DEFAULTS, "latency"),
        (ConversionOptions(target="micro"), "size"),
        (ConversionOptions(optimize_for="throughput"), "throughput"),
        (ConversionOptions(target="micro", optimize_for="latency"), "latency"),
    ],
)
def test_forests_are_laid_out_as_asked_or_as_suits_the_target(options, layout):
    assert options.forest_layout == layout


def test_options_do_not_change():
    with pytest.raises(FrozenInstanceError):
        DEFAULTS.target = "micro"  # type: ignore[misc]


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_targets_say_what_their_kernels_can(target):
    assert target.has_strings == any("string" in target.dtypes(operator) for operator in target.operators)


def test_a_file_has_the_batch_of_its_target():
    scaler = StandardScaler().fit(X)
    for name, target in TARGETS.items():
        model = skl2tflite.convert(scaler, target=name)
        assert model.inputs["X"] == ("float32", (-1 if target.fixed_batch is None else target.fixed_batch, 2))
