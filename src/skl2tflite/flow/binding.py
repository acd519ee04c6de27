"""What a recorded graph takes in place of the matrix of all features: an input for each that it reads, where it must.

While methods are recorded, one matrix stands for the features of which nothing but numbers is asked. When all are
recorded it is known whether that matrix can be the file's input. If not, each feature becomes an input of its own: what
takes columns of the matrix takes the inputs, and what takes the whole matrix takes their stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from skl2tflite.errors import GraphError
from skl2tflite.flow.column import recorded_tensor
from skl2tflite.flow.input_columns import InputColumns
from skl2tflite.graph import functions as xp
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.graph import Graph
from skl2tflite.graph.op import input_tensor
from skl2tflite.graph.tensor import Node, Tensor


class Binding(NamedTuple):
    """How the rows of all methods come into a file.

    Attributes
    ----------
    kinds : mapping of int to DType or None
        Makes each feature an input of its own, of these kinds where they are no floats; None for one matrix.
    absent_is_nan : bool
        Whether inputs have NaN for what sparse rows, or dicts, do not hold; else 0.
    """

    kinds: Mapping[int, DType] | None = None
    absent_is_nan: bool = False


class Bound(NamedTuple):
    """What a method computes, of the inputs of a file.

    Attributes
    ----------
    tensors : list of Tensor
    inputs : dict of str to Tensor, or None
        Where each feature is an input: those that the tensors depend on.
    fills_absent : bool
        Whether something is computed with 0 in place of the NaN that inputs have for what rows do not hold.
    """

    tensors: list[Tensor]
    inputs: dict[str, Tensor] | None
    fills_absent: bool


def bound(tensors: Sequence[Tensor], columns: InputColumns, binding: Binding) -> Bound:
    """Return tensors computed of the inputs of a file.

    Parameters
    ----------
    tensors : sequence of Tensor
        Computed of the features while they were not bound yet.
    columns : InputColumns
        The features.
    binding : Binding
    """
    graph = Graph("bound", {}, {str(i): x for i, x in enumerate(tensors)})
    fills = any(isinstance(node.op, ops.AbsentAsZero) for node in graph.nodes())
    if fills:
        graph = graph.rewrite(lambda node, x: _absent(node, x[0], binding.absent_is_nan) if x else None)
    if binding.kinds is None:
        return Bound(list(graph.outputs.values()), None, fills and binding.absent_is_nan)
    apart = _Columns(columns, binding.kinds, graph)
    if apart.differs:
        graph = graph.rewrite(apart.rule)
    made = [apart.whole() if x is columns.matrix else x for x in graph.outputs.values()]
    return Bound(made, apart.inputs_of(made), fills and binding.absent_is_nan)


def _absent(node: Node, x: Tensor, is_nan: bool) -> list[Tensor] | None:
    if not isinstance(node.op, ops.AbsentAsZero):
        return None
    return [recorded_tensor(xp.where(xp.isnan(x), 0.0, x)) if is_nan else x]


def _operands(node: Node) -> tuple[Tensor, ...]:
    """Return the operands whose values a node's result is made of: not what a note is about, or only gives the rows."""
    if isinstance(node.op, ops.Note):
        return node.inputs[1:]
    return node.inputs[:1] if isinstance(node.op, ops.BroadcastRows) else node.inputs


def _computing(outputs: Iterable[Tensor]) -> set[Node]:
    """Return the nodes that tensors are computed of."""
    found: set[Node] = set()
    stack = [x.node for x in outputs]
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack += [x.node for x in _operands(node)]
    return found


class _Columns:
    """A rule for graphs that puts columns in place of the matrix of all features.

    Parameters
    ----------
    columns : InputColumns
    kinds : mapping of int to DType
        Of the features that are no floats.
    graph : Graph
        Before the rule is applied.
    """

    def __init__(self, columns: InputColumns, kinds: Mapping[int, DType], graph: Graph) -> None:
        self.columns = columns
        self.kinds = kinds
        self.matrix = columns.matrix
        self.every = range(self.matrix.shape[1] or 0)
        self._inputs: dict[int, Tensor] = {}
        self._retyped = {x.node: i for (i, kind), x in columns.tensors.items() if kind != kinds[i]}
        self._stacks: dict[Node, list[int]] = {}
        computing = _computing(graph.outputs.values())
        self._known = computing - {self.matrix.node}
        readers = [node for node in computing if any(x is self.matrix for x in _operands(node))]
        if any(self._taken(node, node.inputs) is None for node in readers):
            self._known.add(self.matrix.node)

    @property
    def differs(self) -> bool:
        """Whether something has to be put in place of anything."""
        return bool(self._retyped) or not self.columns.apart

    def rule(self, node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        """Return what stands for a node's output; None to keep it."""
        if node in self._retyped:
            return [self._numbers(self._retyped[node])]
        if isinstance(node.op, ops.Note) and not self._is_known(node.inputs[0].node):
            return [operands[1]]
        if isinstance(node.op, ops.BroadcastRows) and operands[1] is self.matrix:
            return list(Node(node.op, (operands[0], self._any()), node.source).outputs)
        if (at := self._taken(node, operands)) is not None:
            return [self._stack(at, node)]
        if isinstance(node.op, ops.Reshape) and isinstance(node.inputs[0].node.op, ops.Slice):
            at = self._stacks.get(operands[0].node, [])
            return [operands[0].node.inputs[0]] if len(at) == 1 and node.outputs[0].ndim == 1 else None
        if node.op == ops.Concat(1) and any(x.node in self._stacks or x is self.matrix for x in operands):
            return [self._joined(node, operands)]
        if any(x is self.matrix for x in operands):
            whole = self._stack(self.every, node)
            return list(Node(node.op, tuple(whole if x is self.matrix else x for x in operands), node.source).outputs)
        return None

    def _is_known(self, node: Node) -> bool:
        """Return whether outputs are computed of a node, or of what the node is computed of: columns that are read."""
        if node in self._known:
            return True
        if taken := self._taken(node, node.inputs):
            return self.columns.read.issuperset(taken)
        operands = [x.node for x in node.inputs if x.constant is None]
        return bool(operands) and all(map(self._is_known, operands))

    def whole(self) -> Tensor:
        """Return the numbers of all features."""
        return self._stack(self.every, self.matrix.node)

    def inputs_of(self, outputs: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return the inputs that a step has asked for, or that tensors are computed of."""
        nodes = _computing(outputs)
        numbers = {feature: x for feature, x in self._inputs.items() if x.node in nodes}
        for feature in sorted(numbers):
            if self.kinds.get(feature) == DType.STRING:
                name = self.columns.names[feature]
                raise GraphError(
                    f"column {name!r} is read as numbers and as text; give convert rows, which tell what it is"
                )
        return self.columns.inputs({**numbers, **self._asked()})

    def _taken(self, node: Node, operands: tuple[Tensor, ...]) -> Sequence[int] | None:
        """Return which features a node takes columns of, None where it does something else."""
        if not operands:
            return None
        if operands[0] is self.matrix:
            at: Sequence[int] = self.every
        else:
            # Columns that nothing reads were only on their way to a step that takes some of them.
            at = self._stacks.get(operands[0].node, [])
            if self.columns.read.issuperset(at):
                return None
        if isinstance(node.op, ops.Take) and node.op.axis == 1 and operands[1].ndim == 1:
            return None if operands[1].constant is None else [at[i] for i in operands[1].constant.tolist()]
        if isinstance(node.op, ops.Slice) and len(node.op.slices) == 2:
            return at[slice(*node.op.slices[1])]
        return None

    def _stack(self, at: Sequence[int], node: Node) -> Tensor:
        made = Node(ops.Stack(1), tuple(map(self._numbers, at)), node.source)
        self._stacks[made] = list(at)
        return made.outputs[0]

    def _joined(self, node: Node, operands: tuple[Tensor, ...]) -> Tensor:
        """Return parts side by side, with one stack for those that are stacks."""
        parts: list[Tensor] = []
        for x in operands:
            x = self.whole() if x is self.matrix else x
            if parts and x.node.op == parts[-1].node.op == ops.Stack(1):
                parts[-1] = Node(ops.Stack(1), (*parts[-1].node.inputs, *x.node.inputs), x.node.source).outputs[0]
            else:
                parts.append(x)
        return parts[0] if len(parts) == 1 else Node(node.op, tuple(parts), node.source).outputs[0]

    def _numbers(self, feature: int) -> Tensor:
        """Return the numbers of a feature; of text, what is refused if anything is computed of it."""
        kind = self.kinds.get(feature, DType.FLOAT)
        is_text = kind == DType.STRING
        return recorded_tensor(xp.astype(self._input(feature, DType.FLOAT if is_text else kind), float))

    def _input(self, feature: int, kind: DType) -> Tensor:
        """Return the input of a feature."""
        made = self.columns.tensors.get((feature, kind), self._inputs.get(feature))
        if made is None:
            name, shape = self.columns.names[feature], (self.columns.batch,)
            made = self._inputs[feature] = input_tensor(name, kind, shape, self.columns.may_be_nan(feature))
        return made

    def _any(self) -> Tensor:
        """Return any input, which has as many rows as all of them."""
        found = [*self.columns.inputs(self._asked()).values(), *self._inputs.values()]
        return found[0] if found else self._numbers(0)

    def _asked(self) -> dict[int, Tensor]:
        """Return the inputs that some step has asked for."""
        return {feature: self._input(feature, self.kinds[feature]) for feature, _ in self.columns.tensors}
