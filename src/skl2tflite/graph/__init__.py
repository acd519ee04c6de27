"""Symbolic tensors, the operations on them, and graphs made of them.

The functions of :mod:`skl2tflite.graph.functions` compute on NumPy arrays and record on tensors, so code
written with them is a converter and its own oracle at once.
"""

from skl2tflite.graph import functions
from skl2tflite.graph.dtype import DType, Shape, Spec
from skl2tflite.graph.evaluate import evaluate
from skl2tflite.graph.graph import Graph
from skl2tflite.graph.op import Constant, Input, Op, apply, as_tensor, input_tensor
from skl2tflite.graph.recorder import use_functions
from skl2tflite.graph.tensor import Array, Node, Tensor

__all__ = [
    "Array",
    "Constant",
    "DType",
    "Graph",
    "Input",
    "Node",
    "Op",
    "Shape",
    "Spec",
    "Tensor",
    "apply",
    "as_tensor",
    "evaluate",
    "input_tensor",
]

use_functions(functions)
