"""A model whose file an older release of the runtime runs, in another environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.older_runtime import OlderRuntime

import skl2tflite
from skl2tflite.runtime.rows import FixedBatch


class ReleaseRunner:
    """Runs the methods of one file on a release.

    Parameters
    ----------
    runtime : OlderRuntime
    model : TFLiteModel
        The file.
    by_signature : bool
        Whether signatures are run, or the first subgraph alone, as apps do that know no signatures.
    """

    def __init__(self, runtime: OlderRuntime, model: skl2tflite.TFLiteModel, by_signature: bool) -> None:
        self.runtime = runtime
        self.content = bytes(model)
        self.by_signature = by_signature
        self.first = model._program.signatures[0]

    def run(self, signature: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the results of one method, by name."""
        if self.by_signature:
            return self.runtime.run(self.content, inputs, signature)
        assert signature == self.first.key
        results = self.runtime.run(self.content, {name: inputs[name] for name in self.first.inputs})
        return dict(zip(self.first.outputs, results.values(), strict=True))


def on_release(
    model: skl2tflite.TFLiteModel, runtime: OlderRuntime, by_signature: bool = True
) -> skl2tflite.TFLiteModel:
    """Return a model of the same file, run by a release; parameters as :class:`ReleaseRunner` has."""
    other = skl2tflite.TFLiteModel(bytes(model), analyzers=model.analyzers)
    runner: Any = ReleaseRunner(runtime, model, by_signature)
    vars(other)["_runner"] = runner if model.batch is None else FixedBatch(runner, model.batch)
    return other
