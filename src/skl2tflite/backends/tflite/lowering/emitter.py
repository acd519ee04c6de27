"""What lowerings write with: constants, operators and their versions, checked against the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.constants import rounded
from skl2tflite.backends.tflite.program import DYNAMIC, OperatorDef, Program, Subgraph, TensorDef, buffer_content
from skl2tflite.backends.tflite.releases import after, losing_nan, named
from skl2tflite.backends.tflite.targets import MOST_JOINED, Target
from skl2tflite.choices import OptimizeFor
from skl2tflite.errors import UnsupportedOnTarget
from skl2tflite.graph.dtype import DType, Shape, Spec

WIDTHS: dict[DType, str] = {
    DType.FLOAT: "float32",
    DType.INT: "int32",
    DType.BOOL: "bool",
    DType.STRING: "string",
}
"""The dtype of each kind of element in a file."""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A tensor of the subgraph being written, or a constant that becomes one when an operator uses it.

    Attributes
    ----------
    dtype : str
        NumPy's name of the element type, or "string".
    shape : tuple
        Lengths, None for the batch.
    index : int
        Tensor in the subgraph; -1 for a constant not yet used.
    array : ndarray or None
        The constant's value, in its final dtype.
    name : str
        A constant's name in the file, by which tools can find it; most have none.
    """

    dtype: str
    shape: Shape
    index: int = -1
    array: NDArray[Any] | None = None
    name: str = ""

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self.shape)


Operand = Value | NDArray[Any]


def constant(array: NDArray[Any]) -> Value:
    """Return a constant, rounded once to the dtype of its kind in a file; narrow integers stay narrow."""
    array = rounded(array)
    dtype = "string" if array.dtype.kind in "USO" else array.dtype.name
    return Value(dtype, array.shape, array=array)


class Emitter:
    """Writes one subgraph.

    Parameters
    ----------
    program : Program
        Takes the constants' buffers, and further subgraphs (loop bodies).
    target : Target
        What the runtime can execute; every operator is checked against it.
    name : str
        The subgraph's name.
    optimize_for : {"latency", "throughput", "size"}, default="latency"
        What a lowering chooses by among several layouts: the time of one row, of many rows at once, or the file.

    Attributes
    ----------
    takes_nan : bool
        Whether NaN may reach the operators that are written, and is to come out of them.
    """

    def __init__(self, program: Program, target: Target, name: str, optimize_for: OptimizeFor = "latency") -> None:
        self.program = program
        self.target = target
        self.optimize_for = optimize_for
        self.subgraph = Subgraph(name)
        self.origin = ""
        self.takes_nan = False
        self._constants: dict[tuple[int, tuple[int, ...], str], int] = {}

    def input(self, name: str, spec: Spec) -> Value:
        """Declare an input of the subgraph."""
        return self.input_of(name, spec.shape, WIDTHS[spec.dtype])

    def input_of(self, name: str, shape: Shape, dtype: str) -> Value:
        """Declare an input of a dtype that no graph has."""
        value = self._tensor(name, dtype, shape)
        self.subgraph.inputs.append(value.index)
        return value

    def op(
        self,
        operator: str,
        inputs: Sequence[Operand],
        shape: Shape,
        dtype: str,
        *,
        data_dtype: str | None = None,
        rules: dict[str, bool] | None = None,
        name: str | None = None,
        **options: object,
    ) -> Value:
        """Write an operator with one output.

        Parameters
        ----------
        operator : str
            The schema's name, as ``"FULLY_CONNECTED"``.
        inputs : sequence of Value or ndarray
            Operands; arrays become constants (float64 is rounded to float32, int64 to int32).
        shape : tuple
            Shape of the output.
        dtype : str
            Dtype of the output.
        data_dtype : str, optional
            Dtype by which the target knows the kernel, where it is not that of the first operand.
        rules : dict of str to bool, optional
            Uses of the operator that need a later version (see :meth:`Target.version`).
        name : str, optional
            Name of the output tensor.
        **options
            Fields of the operator's options table.

        Returns
        -------
        Value
        """
        return self.multi(operator, inputs, [(shape, dtype)], data_dtype, rules, name, **options)[0]

    def multi(
        self,
        operator: str,
        inputs: Sequence[Operand],
        outputs: Sequence[tuple[Shape, str]],
        data_dtype: str | None = None,
        rules: dict[str, bool] | None = None,
        name: str | None = None,
        **options: object,
    ) -> list[Value]:
        """Write an operator with several outputs; arguments as :meth:`op`."""
        operands = [self.materialize(x) for x in inputs]
        if operator == "CONCATENATION" and self.target.max_concatenated is not None:
            operands = self._few_operands(operands, options["axis"])
        kernel = data_dtype or (operands[0].dtype if operands else outputs[0][1])
        ranks = [value.rank for value in operands] + [len(shape) for shape, _ in outputs]
        rank = max(ranks)
        broadcast = len(operands) > 1 and operands[0].shape != operands[1].shape
        self._require_releases(operator, kernel, rank, broadcast)
        if not self.target.supports(operator, kernel, rank):
            raise UnsupportedOnTarget(
                f"target {self.target.name!r} has no {operator} for {kernel} of {rank} axes; "
                + (
                    f"it has it for {', '.join(sorted(self.target.dtypes(operator)))} up to "
                    f"{self.target.max_rank(operator)} axes"
                    if self.target.dtypes(operator)
                    else "convert for target='litert' instead"
                )
            )
        if not self.target.has_empty_tensors and any(0 in shape for shape, _ in outputs):
            raise UnsupportedOnTarget(
                f"target 'micro' has no {operator} for {kernel} of {rank} axes; not for tensors without elements"
            )
        version = self.target.version(operator, kernel, rank=rank, **{"broadcast": broadcast, **(rules or {})})
        if self.takes_nan and kernel == "float32" and losing_nan(operator):
            self.program.nan_operators.add(operator)
        results = [self._tensor(name or "", dtype, shape) for shape, dtype in outputs]
        self.subgraph.operators.append(
            OperatorDef(
                operator,
                version,
                tuple(value.index for value in operands),
                tuple(value.index for value in results),
                options,
                origin=self.origin,
            )
        )
        return results

    def _require_releases(self, operator: str, kernel: str, rank: int, broadcast: bool) -> None:
        """Raise where a release that is to run the file does not compute an operator right."""
        lacking = self.target.lacking(operator, kernel, rank, broadcast)
        if lacking:
            raise UnsupportedOnTarget(
                f"min_runtime is {named(self.target.oldest or '')}, and {operator} for {kernel} of {rank} axes needs "
                f"{named(after(lacking[-1]))}"
            )

    def _few_operands(self, parts: list[Value], axis: object) -> list[Value]:
        """Join parts of a CONCATENATION until there are as few as TFLM's kernel takes."""
        assert isinstance(axis, int)
        while len(parts) > MOST_JOINED:
            several = [parts[i : i + MOST_JOINED] for i in range(0, len(parts), MOST_JOINED)]
            parts = []
            for some in several:
                shape = list(some[0].shape)
                shape[axis] = sum(part.shape[axis] or 0 for part in some)
                whole = self.op("CONCATENATION", some, tuple(shape), some[0].dtype, axis=axis) if some[1:] else some[0]
                parts.append(whole)
        return parts

    def materialize(self, x: Operand) -> Value:
        """Give a constant its tensor; return anything else as it is."""
        value = constant(x) if isinstance(x, np.ndarray) else x
        if value.index >= 0:
            return value
        assert value.array is not None
        buffer = self.program.add_buffer(buffer_content(value.array))
        shape = tuple(int(n) for n in value.array.shape)
        key = (buffer, shape, value.dtype)
        if key not in self._constants:
            self._constants[key] = len(self.subgraph.tensors)
            name = "" if self.optimize_for == "size" else value.name
            self.subgraph.tensors.append(TensorDef(name, value.dtype, shape, buffer))
        return Value(value.dtype, shape, self._constants[key], value.array)

    def named(self, table: NDArray[Any], name: str) -> Value:
        """Return a constant that has a name in the file, by which people and tools can tell it."""
        return self.materialize(replace(constant(table), name=name))

    def own_tensor(self, value: Value, static: bool = False) -> Value:
        """Return an output's own tensor: neither an input, nor a constant, nor another output.

        Where it is to be ``static``, it is allocated before the file runs too: what comes behind a loop may not be, and
        what is not, some runtimes give back as anything.
        """
        value = self.materialize(value)
        taken = {*self.subgraph.inputs, *self.subgraph.outputs}
        behind_loop = any(operator.name == "WHILE" for operator in self.subgraph.operators)
        if value.array is None and value.index not in taken and not (static and behind_loop):
            return value
        target = np.array([DYNAMIC if n is None else n for n in value.shape], dtype=np.int32)
        return self.op("RESHAPE", [value, target], value.shape, value.dtype, newShape=target)

    def rename(self, value: Value, name: str) -> None:
        """Name a computed tensor, as what the subgraph gives under that name."""
        old = self.subgraph.tensors[value.index]
        self.subgraph.tensors[value.index] = TensorDef(name, old.dtype, old.shape, old.buffer)

    def reshape(self, x: Operand, shape: Shape) -> Value:
        """Write a RESHAPE, unless the shape is already that."""
        value = self.materialize(x)
        if value.shape == shape:
            return value
        target = np.array([DYNAMIC if n is None else n for n in shape], dtype=np.int32)
        # Where every byte counts the shape is written once.
        small = self.target.is_microcontroller or self.optimize_for == "size"
        operands: list[Operand] = [value] if small else [value, target]
        return self.op("RESHAPE", operands, shape, value.dtype, newShape=target)

    def cast(self, x: Operand, dtype: str) -> Value:
        """Write a CAST, unless the dtype is already that."""
        value = self.materialize(x)
        if value.dtype == dtype:
            return value
        return self.op("CAST", [value], value.shape, dtype, data_dtype=f"{value.dtype}->{dtype}")

    def _tensor(self, name: str, dtype: str, shape: Shape) -> Value:
        self.subgraph.tensors.append(TensorDef(name, dtype, tuple(DYNAMIC if n is None else n for n in shape)))
        return Value(dtype, shape, len(self.subgraph.tensors) - 1)
