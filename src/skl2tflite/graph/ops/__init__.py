"""All operations of the graph, as ``ops.Name``; each module of the package defines one kind of them."""

from skl2tflite.graph.op import Constant as Constant
from skl2tflite.graph.op import Input as Input
from skl2tflite.graph.op import Op as Op
from skl2tflite.graph.ops.bits import *
from skl2tflite.graph.ops.control import *
from skl2tflite.graph.ops.elementwise import *
from skl2tflite.graph.ops.indexing import *
from skl2tflite.graph.ops.linear import *
from skl2tflite.graph.ops.notes import *
from skl2tflite.graph.ops.primitives import *
from skl2tflite.graph.ops.reduction import *
from skl2tflite.graph.ops.sequence import *
from skl2tflite.graph.ops.shape import *
