"""Runs .tflite files for ``older_runtime.py``, in an environment that holds a runtime and NumPy alone.

Requests come on standard input and answers go to standard output, pickled; arrays travel as their dtype, shape and
bytes, so that NumPy may be of any version. It is written for Python 3.9, which the wheels of old runtimes need.
"""

import os
import pickle
import sys

import numpy as np


def interpreter_module():
    """Return the module of the runtime that this environment holds."""
    try:
        from ai_edge_litert import interpreter
    except ImportError:
        try:
            from tflite_runtime import interpreter
        except ImportError:
            from tensorflow.lite.python import interpreter
    return interpreter


def packed(array):
    if array.dtype == object:
        return ("strings", array.shape, [bytes(each) for each in array.ravel()])
    return (array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes())


def unpacked(parts):
    dtype, shape, data = parts
    if dtype == "strings":
        flat = np.empty(len(data), dtype=object)
        flat[:] = data
    else:
        flat = np.frombuffer(data, dtype)
    return flat.reshape(shape)


def loaded(request):
    """Return an interpreter of the file, in which tensors are not yet allocated."""
    module = interpreter_module()
    kind = module.OpResolverType
    resolver = kind.AUTO if request["xnnpack"] else kind.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return module.Interpreter(model_content=request["model"], num_threads=1, experimental_op_resolver_type=resolver)


def run_graph(interpreter, inputs):
    """Run the first subgraph as apps do that know no signatures: inputs and outputs in the file's order."""
    details = interpreter.get_input_details()
    for detail, array in zip(details, inputs):  # noqa: B905 - Python 3.9 has no strict
        if tuple(detail["shape"]) != array.shape:
            interpreter.resize_tensor_input(detail["index"], array.shape)
    interpreter.allocate_tensors()
    for detail, array in zip(details, inputs):  # noqa: B905 - Python 3.9 has no strict
        interpreter.set_tensor(detail["index"], array)
    interpreter.invoke()
    outputs = [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]
    return {str(number): output for number, output in enumerate(outputs)}


def answer(request, known):
    inputs = {name: unpacked(parts) for name, parts in request["inputs"].items()}
    signature = request["signature"]
    # Where there are signature runners, the interpreter itself refuses to be used.
    key = request["model"], request["xnnpack"], signature is None
    if known.get("key") != key:
        known.clear()
        known.update(key=key, interpreter=loaded(request))
    if signature is None:
        return run_graph(known["interpreter"], list(inputs.values()))
    if signature not in known:
        known[signature] = known["interpreter"].get_signature_runner(signature)
    return known[signature](**inputs)


def serve():
    """Answer requests until there are no more."""
    known = {}
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)  # of the process that started this one
        except EOFError:
            return
        try:
            reply = {"outputs": {name: packed(np.asarray(y)) for name, y in answer(request, known).items()}}
        except Exception as error:
            known.clear()
            reply = {"error": f"{type(error).__name__}: {error}"}
        pickle.dump(reply, sys.stdout.buffer, protocol=4)
        sys.stdout.buffer.flush()


def main():
    """Let a child answer, and another one where that dies of a file: loading the runtime anew would take seconds."""
    interpreter_module()
    while True:
        child = os.fork()
        if child == 0:
            serve()
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return
        pickle.dump({"error": "the process has died of the file"}, sys.stdout.buffer, protocol=4)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
