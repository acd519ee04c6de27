"""What bundles in typed languages take, and what they refuse by name."""

from __future__ import annotations

from skl2tflite.app_contract import AppContract
from skl2tflite.errors import ConversionError

TARGETS = ("litert", "web")
ENCODINGS = frozenset({"matrix", "number", "integer", "boolean", "code", "characters"})


def check(contract: AppContract) -> None:
    """Raise where the code of a typed language cannot fill a file's inputs, or hold its outputs.

    Raises
    ------
    ConversionError
        Which names the tensor, and says what to do.
    """
    for method in contract.methods:
        for tensor in method.inputs:
            if tensor.encoding == "characters" and tensor.length is None:
                raise ConversionError(
                    f"the input {tensor.name!r} takes texts of any length, and the code of an app gives a file tensors "
                    "of fixed shapes; convert with text_length, such as text_length=1024"
                )
        for output in method.outputs:
            if output.dtype == "string" or None in output.shape[1:]:
                held = "strings" if output.dtype == "string" else "a number of values that differs from row to row"
                raise ConversionError(
                    f"{method.name} gives {held} (output {output.name!r}), which an app's code has no type for; "
                    "convert with other methods"
                )
