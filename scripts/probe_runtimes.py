"""Measure what older runtimes execute and write ``src/skl2tflite/backends/tflite/runtimes.json``.

The files of one operator that ``probe_targets.py`` builds, for the dtypes and ranks that today's LiteRT has, are run on
each release of ``older_runtime.py``, in an environment of its own, with and without XNNPACK, by the way of signatures
and by that of the first subgraph. What today's LiteRT does and a release does not is written down: the rank up to which
the release is right, 0 where it lacks the operator for that dtype; of operators of two operands apart for those that
differ in shape. Needs a POSIX system and, for the oldest releases, Python 3.9. It takes about half an hour.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from older_runtime import RELEASES, OlderRuntime, OlderRuntimeError, made_environment
from probe_targets import (
    BINARY,
    CASES,
    NAN_CASES,
    OUTPUT,
    QUANTIZED,
    Case,
    Const,
    Graph,
    Node,
    agrees,
    file_of,
    lowest_version,
    text_of,
    with_nan,
)
from sklearn.decomposition import MiniBatchNMF
from sklearn.feature_selection import SelectKBest

import skl2tflite

RUNTIMES = OUTPUT.with_name("runtimes.json")


def broadcasts(node: Node) -> bool:
    """Return whether the first two operands of an elementwise operator differ in shape."""
    shapes = [x.array.shape if isinstance(x, Const) else x.shape for x in node.operands[:2] if x is not None]
    return node.operator in {*BINARY, "SELECT_V2"} and len(set(shapes)) > 1


def files(case: Case, dtype: str, rank: int, broadcast: bool) -> Iterator[tuple[bytes, dict[str, np.ndarray], Node]]:
    """Yield files of one use of an operator, what to give them, and what they are to give."""
    for node in case.uses(dtype, rank):
        if broadcasts(node) == broadcast:
            inputs = [operand for operand in node.operands if isinstance(operand, np.ndarray)]
            graph = Graph(inputs, [(node, node.version(dtype, rank))], node.results)
            named = {f"x{number}": x for number, x in enumerate(inputs)}
            yield file_of(graph, quantized=QUANTIZED in dtype), named, node


def is_right(
    runtimes: list[OlderRuntime], file: bytes, inputs: Mapping[str, np.ndarray], results: list[np.ndarray]
) -> bool:
    """Return whether a release computes a file right, in every way to run it.

    Files of ours take no single numbers, of which LiteRT 1.0.1 dies where they are given by a signature.
    """
    signatures = ("main", None) if all(x.ndim for x in inputs.values()) else (None,)
    for runtime in runtimes:
        for signature in signatures:
            try:
                outputs = runtime.run(file, inputs, signature)
            except OlderRuntimeError:
                return False
            # Called y0, y1, … by the signature, and 0, 1, … without.
            if not agrees([outputs[name] for name in sorted(outputs)], results):
                return False
    return True


def highest_rank(runtimes: list[OlderRuntime], case: Case, dtype: str, most: int, broadcast: bool) -> int:
    """Return the rank up to which a release is right, at most that of today's.

    Parameters
    ----------
    runtimes : list of OlderRuntime
        The release with and without XNNPACK.
    case : Case
        Of the operator.
    dtype : str
    most : int
        Up to which rank today's is.
    broadcast : bool
        Whether operands are to differ in shape, or to be alike.
    """
    highest = 0
    for rank in case.ranks:
        uses = [] if rank > most else list(files(case, dtype, rank, broadcast))
        if rank > most or not all(is_right(runtimes, file, inputs, node.results) for file, inputs, node in uses):
            break
        highest = rank
    return highest


def patterns() -> dict[str, skl2tflite.TFLiteModel]:
    """Return files whose operators are right each by itself, by what they do."""
    X = np.random.default_rng(0).random((40, 7)).astype(np.float32)
    loop = MiniBatchNMF(3, beta_loss="kullback-leibler", batch_size=40, random_state=0).fit(X)
    zeros = SelectKBest(k=6).fit(X, X[:, 0] > 0.5)
    return {
        "a loop over any number of rows": skl2tflite.convert(loop, X, methods=("transform",)),
        "BROADCAST_TO any number of rows": skl2tflite.convert(zeros, methods=("inverse_transform",)),
    }


def runs(python: Path, model: skl2tflite.TFLiteModel) -> bool:
    """Return whether a release runs a file's first subgraph when the number of rows changes."""
    (name,), (method,) = model.inputs, model.methods
    X = np.random.default_rng(1).random((9, model.inputs[name][1][1])).astype(np.float32)
    for xnnpack in (True, False):
        runtime = OlderRuntime(python, xnnpack)
        try:
            for rows in (3, 1, 2, 9):
                (result,) = runtime.run(bytes(model), {name: X[:rows]}).values()
                if not np.allclose(result, model.run(method, X[:rows]), rtol=1e-4, atol=1e-4):
                    return False
        except OlderRuntimeError:
            return False
        finally:
            runtime.close()
    return True


def loses_nan(python: Path, operator: str) -> bool:
    """Return whether a release gives a number where an operator gives NaN, with XNNPACK or without."""
    version = lowest_version(operator, "float32", 2, frozenset())
    runtimes = [OlderRuntime(python, xnnpack) for xnnpack in (True, False)]
    try:
        for node in with_nan(operator, 2):
            inputs = [operand for operand in node.operands if isinstance(operand, np.ndarray)]
            if not all(x.ndim for x in inputs):
                continue
            file = file_of(Graph(inputs, [(node, version)], node.results))
            for runtime in runtimes:
                try:
                    outputs = runtime.run(file, {f"x{number}": x for number, x in enumerate(inputs)}, "main")
                except OlderRuntimeError:
                    continue  # which the limits tell
                (result,) = outputs.values()
                if not np.isnan(result[np.isnan(node.results[0])]).all():
                    return True
        return False
    finally:
        for runtime in runtimes:
            runtime.close()


def probe(python: Path, kernels: Mapping[str, Mapping[str, list[int]]]) -> dict[tuple[str, str], int]:
    """Return, by operator and dtype, the highest rank of a release where that is not today's."""
    runtimes = [OlderRuntime(python, xnnpack) for xnnpack in (True, False)]
    limits: dict[tuple[str, str], int] = {}
    for operator, dtypes in kernels.items():
        for dtype, (_, most) in dtypes.items():
            rank = highest_rank(runtimes, CASES[operator], dtype, most, False)
            if rank < most:
                limits[operator, dtype] = rank
            if operator in {*BINARY, "SELECT_V2"}:
                rank = highest_rank(runtimes, CASES[operator], dtype, most, True)
                if rank < most and rank < limits.get((operator, dtype), most):
                    limits[operator, f"{dtype} broadcast"] = rank
    for runtime in runtimes:
        runtime.close()
    return limits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--environments", type=Path, default=OUTPUT.parents[4] / ".runtimes", help="where these are made"
    )
    parser.add_argument("--release", action="append", choices=list(RELEASES), help="default: every release")
    given = parser.parse_args()
    kernels = json.loads(OUTPUT.read_text("utf-8"))["targets"]["litert"]
    known = json.loads(RUNTIMES.read_text("utf-8")) if RUNTIMES.exists() else {}
    limits, failing, nan = known.get("limits", {}), known.get("patterns", {}), known.get("nan", {})
    models = patterns()
    for release in given.release or RELEASES:
        print(release, file=sys.stderr)
        python = made_environment(given.environments, release)
        for pattern, model in models.items():
            others = set(failing.get(pattern, ())) - {release}
            failing[pattern] = [r for r in RELEASES if r in others or (r == release and not runs(python, model))]
        for operator in (each for each in NAN_CASES if "float32" in kernels.get(each, {})):
            others = set(nan.get(operator, ())) - {release}
            nan[operator] = [r for r in RELEASES if r in others or (r == release and loses_nan(python, operator))]
        found = probe(python, kernels)
        for dtypes in limits.values():
            for known in dtypes.values():
                known.pop(release, None)
        for (operator, dtype), rank in found.items():
            limits.setdefault(operator, {}).setdefault(dtype, {})[release] = rank
        write(limits, failing, nan)


def write(
    limits: Mapping[str, Mapping[str, Mapping[str, int]]],
    failing: Mapping[str, list[str]],
    nan: Mapping[str, list[str]],
) -> None:
    """Write what was found.

    Parameters
    ----------
    limits : mapping
        Of an operator, by dtype and release.
    failing : mapping of str to list of str
        Releases that do not run a pattern.
    nan : mapping of str to list of str
        Releases that lose NaN in an operator.
    """
    known = {operator: {dtype: each for dtype, each in dtypes.items() if each} for operator, dtypes in limits.items()}
    report = {
        "generated": {
            "command": "python scripts/probe_runtimes.py",
            "patterns": "releases that stop with an error when the number of rows changes",
            "nan": "operator: releases that give a number where it gives NaN",
            "limits": "operator: dtype: release: highest rank that it computes right, where that is less than today's",
        },
        "limits": {operator: dtypes for operator, dtypes in known.items() if dtypes},
        # What today's release loses, files put back for all of them.
        "nan": {operator: each for operator, each in nan.items() if each and list(RELEASES)[-1] not in each},
        "patterns": failing,
        "releases": list(RELEASES),
    }
    RUNTIMES.write_text(text_of(report) + "\n", "utf-8")


if __name__ == "__main__":
    main()
