"""The shapes that operators give which move numbers; see :mod:`skl2tflite.backends.tflite.shapes`."""

from __future__ import annotations

from collections.abc import Sequence

from skl2tflite.backends.tflite.program import DYNAMIC
from skl2tflite.backends.tflite.shapes import Misfit, Shape, Use, alike, axis_of, broadcast, rule, size


@rule("RESHAPE")
def reshape(use: Use) -> Sequence[Shape | None]:
    """Give the shape that the second operand, or else an option, says."""
    asked = use.vector(1) if len(use.shapes) == 2 else use.options("newShape")
    if asked is None:
        return [None]
    if asked.count(-1) > 1 or min(asked, default=0) < -1:
        raise Misfit(f"asks for shape {tuple(asked)}")
    total, rest = size(use.shapes[0]), size([n for n in asked if n != -1])
    if -1 in asked:
        if total != DYNAMIC and (total % rest if rest else total):
            raise Misfit(f"makes {tuple(asked)} of {use.shapes[0]}")
        length = DYNAMIC if total == DYNAMIC or not rest else total // rest
        return [tuple(length if n == -1 else n for n in asked)]
    if total not in (DYNAMIC, rest):
        raise Misfit(f"makes {tuple(asked)} of {use.shapes[0]}")
    return [tuple(asked)]


@rule("BROADCAST_TO")
def broadcast_to(use: Use) -> Sequence[Shape | None]:
    """Give the shape that the second operand says."""
    asked = use.vector(1)
    if asked is None:
        return [None]
    if min(asked, default=0) < 0 or not alike(broadcast([use.shapes[0], tuple(asked)]), tuple(asked)):
        raise Misfit(f"makes {tuple(asked)} of {use.shapes[0]}")
    return [tuple(asked)]


@rule("FILL")
def fill(use: Use) -> Sequence[Shape | None]:
    """Give the shape that the first operand says."""
    asked = use.vector(0)
    if asked is not None and min(asked, default=0) < 0:
        raise Misfit(f"fills {tuple(asked)}")
    return [None if asked is None else tuple(asked)]


@rule("TILE")
def tile(use: Use) -> Sequence[Shape | None]:
    """Repeat each axis."""
    times, shape = use.vector(1), use.shapes[0]
    if times is None:
        return [None]
    if len(times) != len(shape) or min(times, default=0) < 0:
        raise Misfit(f"repeats {shape} by {tuple(times)}")
    return [tuple(DYNAMIC if n == DYNAMIC else n * t for n, t in zip(shape, times, strict=True))]


@rule("CONCATENATION")
def concatenation(use: Use) -> Sequence[Shape | None]:
    """Add up an axis."""
    first = use.shapes[0]
    at = axis_of(use.option("axis"), len(first))
    if any(len(shape) != len(first) for shape in use.shapes):
        raise Misfit(f"joins {', '.join(map(str, use.shapes[:5]))}")
    sides = [(*shape[:at], 0, *shape[at + 1 :]) for shape in use.shapes]
    if not all(alike(side, sides[0]) for side in sides):
        raise Misfit(f"joins {', '.join(map(str, use.shapes[:5]))} along axis {at}")
    lengths = [shape[at] for shape in use.shapes]
    return [(*first[:at], DYNAMIC if DYNAMIC in lengths else sum(lengths), *first[at + 1 :])]


@rule("PACK")
def pack(use: Use) -> Sequence[Shape | None]:
    """Join along a new axis."""
    first = use.shapes[0]
    at = axis_of(use.option("axis"), len(first) + 1)
    if not all(alike(shape, first) for shape in use.shapes) or use.option("valuesCount") != len(use.shapes):
        raise Misfit(f"joins {use.option('valuesCount')} of {', '.join(map(str, use.shapes[:5]))}")
    return [(*first[:at], len(use.shapes), *first[at:])]


@rule("UNPACK")
def unpack(use: Use) -> Sequence[Shape | None]:
    """Take an axis apart."""
    shape = use.shapes[0]
    at = axis_of(use.option("axis"), len(shape))
    if use.option("num") != use.n_results or not alike(shape[at : at + 1], (use.n_results,)):
        raise Misfit(f"takes {shape} apart into {use.n_results} along axis {at}")
    return [shape[:at] + shape[at + 1 :]] * use.n_results


@rule("SPLIT")
def split(use: Use) -> Sequence[Shape | None]:
    """Cut an axis into equal parts."""
    axis, shape = use.number(0), use.shapes[1]
    if use.option("numSplits") != use.n_results:
        raise Misfit(f"gives {use.option('numSplits')} parts to {use.n_results} tensors")
    if axis is None:
        return [None] * use.n_results
    at = axis_of(axis, len(shape))
    if shape[at] != DYNAMIC and shape[at] % use.n_results:
        raise Misfit(f"cuts {shape[at]} into {use.n_results} parts")
    length = DYNAMIC if shape[at] == DYNAMIC else shape[at] // use.n_results
    return [(*shape[:at], length, *shape[at + 1 :])] * use.n_results


@rule("SPLIT_V")
def split_v(use: Use) -> Sequence[Shape | None]:
    """Cut an axis into parts of given lengths."""
    lengths, axis, shape = use.vector(1), use.number(2), use.shapes[0]
    if lengths is None or axis is None:
        return [None] * use.n_results
    at = axis_of(axis, len(shape))
    if use.option("numSplits") != use.n_results or len(lengths) != use.n_results:
        raise Misfit(f"gives {len(lengths)} parts to {use.n_results} tensors")
    if lengths.count(-1) > 1 or min(lengths) < -1 or (shape[at] != DYNAMIC and sum(lengths) > shape[at]):
        raise Misfit(f"cuts {shape[at]} into {lengths}")
    if -1 not in lengths and shape[at] not in (DYNAMIC, sum(lengths)):
        raise Misfit(f"cuts {shape[at]} into {lengths}")
    rest = DYNAMIC if shape[at] == DYNAMIC else shape[at] - sum(n for n in lengths if n != -1)
    return [(*shape[:at], rest if n == -1 else n, *shape[at + 1 :]) for n in lengths]


@rule("SLICE")
def cut(use: Use) -> Sequence[Shape | None]:
    """Give a part that begins at a place and has a size."""
    begins, sizes, shape = use.vector(1), use.vector(2), use.shapes[0]
    if begins is None or sizes is None:
        return [None]
    if not len(begins) == len(sizes) == len(shape):
        raise Misfit(f"cuts {shape} at {begins}, {sizes} long")
    result = []
    for begin, length, n in zip(begins, sizes, shape, strict=True):
        if begin < 0 or length < -1 or (n != DYNAMIC and (begin > n or begin + length > n)):
            raise Misfit(f"cuts {shape} at {begins}, {sizes} long")
        result.append(length if length != -1 else DYNAMIC if n == DYNAMIC else n - begin)
    return [tuple(result)]


@rule("STRIDED_SLICE")
def strided_slice(use: Use) -> Sequence[Shape | None]:
    """Give a part as Python's slices do; new axes and ellipses are left to the runtime."""
    begins, ends, strides = (use.vector(i) for i in (1, 2, 3))
    if begins is None or ends is None or strides is None or use.option("newAxisMask") or use.option("ellipsisMask"):
        return [None]
    shape = use.shapes[0]
    if not len(begins) == len(ends) == len(strides) <= len(shape) or 0 in strides:
        raise Misfit(f"cuts {shape} from {begins} to {ends} by {strides}")
    result = []
    for axis, n in enumerate(shape):
        if axis >= len(begins):
            result.append(n)
        elif use.option("shrinkAxisMask") >> axis & 1:
            if n != DYNAMIC and not -n <= begins[axis] < n:
                raise Misfit(f"takes position {begins[axis]} of {n}")
        elif n == DYNAMIC:
            result.append(DYNAMIC)
        else:
            begin = None if use.option("beginMask") >> axis & 1 else begins[axis]
            end = None if use.option("endMask") >> axis & 1 else ends[axis]
            result.append(len(range(*slice(begin, end, strides[axis]).indices(n))))
    return [tuple(result)]


@rule("PAD", "PADV2")
def pad(use: Use) -> Sequence[Shape | None]:
    """Lengthen each axis on both sides."""
    added, shape = use.numbers(1), use.shapes[0]
    if added is None:
        return [None]
    if added.shape != (len(shape), 2) or (added < 0).any():
        raise Misfit(f"adds {added.shape} lengths to {shape}")
    return [tuple(DYNAMIC if n == DYNAMIC else n + int(sum(each)) for n, each in zip(shape, added, strict=True))]


@rule("TRANSPOSE")
def transpose(use: Use) -> Sequence[Shape | None]:
    """Put the axes in another order."""
    order, shape = use.vector(1), use.shapes[0]
    if order is None:
        return [None]
    if sorted(order) != list(range(len(shape))):
        raise Misfit(f"puts the axes of {shape} in the order {order}")
    return [tuple(shape[axis] for axis in order)]


@rule("EXPAND_DIMS")
def expand_dims(use: Use) -> Sequence[Shape | None]:
    """Add an axis."""
    axis, shape = use.number(1), use.shapes[0]
    if axis is None:
        return [None]
    at = axis_of(axis, len(shape) + 1)
    return [(*shape[:at], 1, *shape[at:])]


@rule("SQUEEZE")
def squeeze(use: Use) -> Sequence[Shape | None]:
    """Leave axes of length 1 out: those named, or all where none is."""
    shape = use.shapes[0]
    axes = {axis_of(axis, len(shape)) for axis in use.options("squeezeDims")}
    if not axes:
        return [None if DYNAMIC in shape else tuple(n for n in shape if n != 1)]
    if any(shape[axis] not in (1, DYNAMIC) for axis in axes):
        raise Misfit(f"leaves axes {sorted(axes)} of {shape} out")
    return [tuple(n for axis, n in enumerate(shape) if axis not in axes)]


@rule("SHAPE")
def shape_of(use: Use) -> Sequence[Shape | None]:
    """Give one number for each axis."""
    return [(len(use.shapes[0]),)]


@rule("WHERE")
def where(use: Use) -> Sequence[Shape | None]:
    """Give one row for each place, and one number for each axis in it."""
    return [(DYNAMIC, len(use.shapes[0]))]


@rule("RANGE")
def counted(use: Use) -> Sequence[Shape | None]:
    """Give the numbers from one to another."""
    start, stop, step = (use.number(i) for i in range(3))
    if start is None or stop is None or step is None:
        return [(DYNAMIC,)]
    if step == 0:
        raise Misfit("counts in steps of 0")
    return [(max(0, -((start - stop) // step)),)]


@rule("ONE_HOT")
def one_hot(use: Use) -> Sequence[Shape | None]:
    """Add an axis of a given length."""
    depth, shape = use.number(1), use.shapes[0]
    if depth is None:
        return [None]
    if depth < 0:
        raise Misfit(f"makes {depth} of a position")
    at = axis_of(use.option("axis"), len(shape) + 1)
    return [(*shape[:at], depth, *shape[at:])]
