"""Registering converters for the time of a test."""

import pytest

import skl2tflite
from skl2tflite.converters.core import registry
from tests.verify.estimators import Labels, X


@pytest.fixture
def register(monkeypatch):
    """Return a function that registers a converter for the length of a test."""
    monkeypatch.setattr(registry, "_CONVERTERS", dict(registry.registered()))

    def with_method(estimator, method, function, **members):
        base = skl2tflite.ClassifierConverter if estimator is Labels else skl2tflite.TransformerConverter
        members = {method: function, "default_methods": (method,), **members}
        skl2tflite.converts(estimator)(type("Converter", (base,), members))
        return estimator().fit(X)

    return with_method
