"""What is recorded of LiteRT.js is what is measured again."""

from __future__ import annotations

from tests.backends.tflite.test_targets import CAPABILITIES
from tests.backends.tflite.test_targets import probe as probe


def test_kernels_are_as_recorded(probe):
    measured, recorded = probe.probe("web"), CAPABILITIES["targets"]["web"]
    assert {operator: measured[operator] for operator in measured if measured[operator] != recorded.get(operator)} == {}
    assert measured.keys() == recorded.keys()
    assert probe.losing_nan(measured) == CAPABILITIES["loses_nan"]["web"]
