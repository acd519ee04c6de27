"""A place that a bundle is made for, and what it asks of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from skl2tflite.app_contract import AppContract, Input
from skl2tflite.errors import ConversionError
from skl2tflite.model import TFLiteModel

_OTHERWISE = {
    "string": "strings, which it has no tensors for; convert with categories='codes', the default",
    "tokens": "ids of terms, which scikit-learn's analyzer cuts; convert with text='characters', the default, whose "
    "file cuts texts itself",
    "counts": "counts of terms, which scikit-learn's analyzer cuts; convert for target 'litert' or 'web', whose files "
    "cut texts themselves",
    "set": "sets of labels; use the file by itself",
    "image": "images, and a bundle takes rows of features; use the file by itself",
}
"""What an encoding is that a place may lack, and what to do."""


@dataclass(frozen=True)
class Request:
    """What a bundle is to be made of.

    Attributes
    ----------
    model : TFLiteModel
    contract : AppContract
        What an app has to know of it.
    name : str
        Name of the model in the place's language.
    X : object
        Rows for golden vectors in place of the file's own; None where there are none.
    """

    model: TFLiteModel
    contract: AppContract
    name: str
    X: Any = None


@dataclass(frozen=True)
class Place:
    """A place that bundles are made for.

    Attributes
    ----------
    name : str
        As ``--for`` has it.
    title : str
        As people write it.
    targets : tuple of str
        The targets of files that run there, the one to be advised first.
    encodings : frozenset of str
        How values become tensors in inputs that its code fills.
    write : callable
        Returns the contents of a bundle's files by their paths, or raises.
    check : callable, optional
        Raises where the place has other reasons not to take a file.
    """

    name: str
    title: str
    targets: tuple[str, ...]
    encodings: frozenset[str]
    write: Callable[[Request], Mapping[str, bytes]]
    check: Callable[[AppContract], None] | None = None

    def require(self, contract: AppContract) -> None:
        """Raise where the place does not take a file.

        Raises
        ------
        ConversionError
            Which says why, and what to do.
        """
        if contract.target not in self.targets:
            raise ConversionError(
                f"the file is for the target {contract.target!r}; convert with target={self.targets[0]!r} to bundle it "
                f"for {self.title}"
            )
        for method in contract.methods:
            for tensor in method.inputs:
                if tensor.encoding not in self.encodings:
                    raise self._lacking(tensor)
        if self.check is not None:
            self.check(contract)

    def _lacking(self, tensor: Input) -> ConversionError:
        taken = _OTHERWISE.get(tensor.encoding, f"{tensor.encoding} values")
        return ConversionError(f"a bundle for {self.title} cannot fill the input {tensor.name!r}: it takes {taken}")
