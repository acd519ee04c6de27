import importlib
import json
import os
from dataclasses import FrozenInstanceError
from importlib.resources import files
from pathlib import Path

import pytest

from skl2tflite.backends.tflite.targets import TARGETS, get_target
from skl2tflite.errors import UnsupportedOnTarget

SCRIPT = Path(__file__).parents[3] / "scripts" / "probe_targets.py"
CAPABILITIES = json.loads(files("skl2tflite.backends.tflite").joinpath("capabilities.json").read_text("utf-8"))

litert, micro, web = map(get_target, ("litert", "micro", "web"))


@pytest.fixture(scope="module")
def probe():
    if not hasattr(os, "fork"):
        pytest.skip("the probe needs a POSIX system")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPT.parent))
        return importlib.import_module(SCRIPT.stem)


def test_targets_by_name():
    assert list(TARGETS) == ["litert", "micro", "web"]
    assert get_target("micro") is TARGETS["micro"]
    with pytest.raises(FrozenInstanceError):
        micro.name = "litert"


def test_unknown_target():
    with pytest.raises(ValueError, match=r"^unknown target 'tpu'; the targets are 'litert', 'micro', 'web'$"):
        get_target("tpu")


@pytest.mark.parametrize(
    ("operator", "dtype", "on_litert", "on_micro"),
    [
        ("ADD", "float32", True, True),
        ("ADD", "int64", True, False),
        ("GATHER", "float32", True, True),
        ("GATHER", "int32", True, False),
        ("GATHER", "string", True, False),
        ("SELECT_V2", "int32", True, False),
        ("TOPK_V2", "float32", True, False),
        ("POW", "float32", True, False),
        ("REDUCE_ANY", "bool", True, False),
        ("REDUCE_ALL", "bool", True, True),
        ("CONCATENATION", "string", False, False),
        ("NOT_EQUAL", "int16", False, False),
        ("CAST", "float32->int32", True, True),
        ("CAST", "int64->int32", True, False),
        ("CAST", "float32", False, False),
        ("CONV_2D", "float32", False, False),
    ],
)
def test_supports(operator, dtype, on_litert, on_micro):
    assert litert.supports(operator, dtype) is on_litert
    assert micro.supports(operator, dtype) is on_micro


def test_supports_up_to_a_rank():
    assert micro.supports("SLICE", "float32", 5)
    assert not micro.supports("SLICE", "float32", 6)
    assert litert.supports("SLICE", "float32", 8)
    assert micro.max_rank("SLICE") == 5
    assert micro.max_rank("POW") == 0
    assert litert.max_rank("SUM") == litert.max_rank("SUM", "float32") == 6  # XNNPACK takes more and fails
    assert litert.max_rank("SUM", "int32") == 8
    assert litert.max_rank("SUM", "bool") == 0


def test_dtypes():
    assert micro.dtypes("GATHER") == {"float32", "int8", "qint8"}
    assert micro.dtypes("POW") == set()


@pytest.mark.parametrize(
    ("operator", "dtype", "uses", "version"),
    [
        ("ADD", "float32", {}, 1),
        ("ADD", "int64", {}, 4),
        ("BROADCAST_TO", "float32", {}, 2),
        ("CAST", "float32->int8", {}, 3),
        ("DIV", "float32", {"rank": 5}, 1),
        ("DIV", "float32", {"rank": 5, "broadcast": True}, 2),
        ("DIV", "float32", {"rank": 4, "broadcast": True}, 1),
        ("FULLY_CONNECTED", "float32", {}, 1),
        ("FULLY_CONNECTED", "float32", {"keep_num_dims": True, "no_bias": False}, 5),
        ("FULLY_CONNECTED", "float32", {"keep_num_dims": True, "no_bias": True}, 6),
        ("GATHER", "bool", {}, 3),
        ("GATHER", "bool", {"batch_dims": True}, 5),
        ("MAXIMUM", "float32", {"rank": 6, "broadcast": True}, 3),
        ("MUL", "float32", {"rank": 6, "broadcast": True}, 1),
        ("PAD", "bool", {"rank": 5}, 5),
        ("PAD", "float32", {"rank": 5}, 4),
        ("SLICE", "float32", {"rank": 5}, 5),
        ("STRIDED_SLICE", "string", {"rank": 5}, 5),
        ("TRANSPOSE", "float32", {"rank": 4}, 1),
        ("TRANSPOSE", "float32", {"rank": 5}, 4),
        ("TRANSPOSE", "int16", {"rank": 5}, 5),
        ("TRANSPOSE", "float32", {"rank": 6}, 6),
        ("TRANSPOSE", "float32", {"rank": 8}, 8),
    ],
)
def test_version(operator, dtype, uses, version):
    assert litert.version(operator, dtype, **uses) == version


def test_version_of_what_a_target_lacks():
    with pytest.raises(UnsupportedOnTarget, match="target 'micro' has no TOPK_V2 for float32"):
        micro.version("TOPK_V2", "float32")


def test_version_by_an_unknown_rule():
    with pytest.raises(ValueError, match="no operator has a version rule 'brodcast'"):
        litert.version("ADD", "float32", brodcast=True)


def test_versions_agree_with_the_probe(probe):
    assert CAPABILITIES["rules"] == probe.RULES
    for name, operators in CAPABILITIES["targets"].items():
        for operator, kernels in operators.items():
            for dtype, (_, highest) in kernels.items():
                for rank in range(1, highest + 1):
                    for rules in ((), ("broadcast",), ("batch_dims", "no_bias"), ("keep_num_dims",)):
                        expected = probe.lowest_version(operator, dtype, rank, frozenset(rules))
                        uses = dict.fromkeys(rules, True)
                        assert TARGETS[name].version(operator, dtype, rank=rank, **uses) == expected


@pytest.mark.parametrize("name", ["litert", "micro"])  # the third in tests/web
def test_runtime_is_as_recorded(probe, name):
    if name == "micro":
        pytest.importorskip("tflite_micro")
    measured = probe.probe(name)
    recorded = CAPABILITIES["targets"][name]
    assert {operator: measured[operator] for operator in measured if measured[operator] != recorded.get(operator)} == {}
    assert measured.keys() == recorded.keys()


def test_file_is_written_by_the_script(probe):
    text = files("skl2tflite.backends.tflite").joinpath("capabilities.json").read_text("utf-8")
    assert probe.text_of(CAPABILITIES) + "\n" == text


def test_litert_js_loses_nan_in_some_operators_up_to_xnnpacks_rank():
    assert web.loses_nan("FULLY_CONNECTED", 2)
    assert web.loses_nan("LOG", 6)
    assert not web.loses_nan("LOG", 7)
    assert not web.loses_nan("ADD", 2)
    assert not litert.loses_nan("FULLY_CONNECTED", 2)
