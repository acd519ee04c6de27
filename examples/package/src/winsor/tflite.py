"""The package's converters, found by the entry point in ``pyproject.toml``."""

import numpy as np

import skl2tflite
from winsor import Winsorizer


@skl2tflite.converts(Winsorizer)
class WinsorizerConverter(skl2tflite.TransformerConverter):
    """The mirror of the transformer."""

    def transform(self, X):
        """Limit each feature."""
        return np.clip(X, self.estimator.low_, self.estimator.high_)
