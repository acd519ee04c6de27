"""Measure the flash of TensorFlow Lite Micro, kernel by kernel: ``src/skl2tflite/backends/tflite/flash.json``.

A program that runs a model is linked without any operator and with each one alone; the linker's map tells which
sections that drew in. A section counts once, however many operators need it: so the sizes of several add up.

Needs ``arm-none-eabi-g++`` and TFLM compiled for the target with the options in FLAGS, for instance, in a checkout
of tflite-micro, by

    make -f tensorflow/lite/micro/tools/make/Makefile TARGET=cortex_m_generic TARGET_ARCH=cortex-m4+fp microlite
"""

import argparse
import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.bundle.cpp_names import resolver_method

OUTPUT = Path(__file__).parents[1] / "src/skl2tflite/backends/tflite/flash.json"
COMPILER = "arm-none-eabi-g++"
FLAGS = (
    "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard", "-mthumb", "-Os", "-std=c++17", "-fno-rtti",
    "-fno-exceptions", "-fno-threadsafe-statics", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables",
    "-ffunction-sections", "-fdata-sections", "-DTF_LITE_STATIC_MEMORY", "-DTF_LITE_STRIP_ERROR_STRINGS", "-DNDEBUG",
)  # fmt: skip
LINK = ("-specs=nano.specs", "-specs=nosys.specs", "-Wl,--gc-sections")

PROGRAM = """
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

extern const unsigned char g_model[];
const unsigned char g_model[16] = {0};
static uint8_t arena[1024];
volatile float number;

int main() {
  static tflite::MicroMutableOpResolver<%d> resolver;
  %s
  static tflite::MicroInterpreter interpreter(tflite::GetModel(g_model), resolver, arena, sizeof(arena));
  if (interpreter.AllocateTensors() != kTfLiteOk) return 1;
  interpreter.input(0)->data.f[0] = number;
  interpreter.Invoke();
  number = interpreter.output(0)->data.f[0];
  return interpreter.arena_used_bytes();
}
"""
# Of a linker's map: section, address, size and object file, once long names are joined with what follows.
SECTION = re.compile(r"^ (\.[^\s*]+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$", re.MULTILINE)
IN_FLASH = (".text", ".rodata", ".data", ".init", ".fini", ".ARM.exidx", ".ARM.extab", ".eh_frame")


def linked(operators: Sequence[str], library: Path, includes: Sequence[Path], folder: Path) -> Counter[tuple[str, str]]:
    """Return the bytes of each section of a program that has these operators."""
    source, map_file = folder / "main.cc", folder / "main.map"
    added = " ".join(f"resolver.{resolver_method(operator)}();" for operator in operators)
    source.write_text(PROGRAM % (max(1, len(operators)), added))
    command = [COMPILER, *FLAGS, *(f"-I{path}" for path in includes), str(source), str(library), *LINK]
    subprocess.run(
        [*command, f"-Wl,-Map={map_file}", "-o", str(folder / "main.elf")], check=True, stderr=subprocess.DEVNULL
    )
    text = map_file.read_text().partition("Linker script and memory map")[2]
    sections: Counter[tuple[str, str]] = Counter()
    for name, address, size, file in SECTION.findall(re.sub(r"^ (\.\S+)\n\s+", r" \1 ", text, flags=re.MULTILINE)):
        if name.startswith(IN_FLASH) and int(address, 16):
            origin = "main.o" if file.startswith(str(tempfile.gettempdir())) else file
            sections[name, origin] += int(size, 16)
    return sections


def measure(library: Path, includes: Sequence[Path]) -> dict[str, object]:
    """Return what goes into the file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = linked([], library, includes, folder)
        sizes: Counter[tuple[str, str]] = Counter()
        needed_by: dict[tuple[str, str], set[str]] = {}
        for operator in sorted(get_target("micro").operators):
            sections = linked([operator], library, includes, folder)
            for section, size in (sections - bare).items():
                sizes[section] = max(sizes[section], size)
                needed_by.setdefault(section, set()).add(operator)
            print(f"{operator}: {(sections - bare).total()}", flush=True)
    shared: Counter[tuple[str, ...]] = Counter()
    for section, operators in needed_by.items():
        shared[tuple(sorted(operators))] += sizes[section]
    version = subprocess.run([COMPILER, "-dumpfullversion"], check=True, capture_output=True, text=True).stdout.strip()
    return {
        "about": f"{COMPILER} {version} {' '.join(FLAGS[:3])} -Os, newlib-nano; written by scripts/measure_flash.py",
        "interpreter": bare.total(),
        "kernels": [[size, list(operators)] for operators, size in sorted(shared.items())],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, help="TFLM compiled for the target: libtensorflow-microlite.a")
    parser.add_argument("include", type=Path, nargs="+", help="folders with TFLM's and its dependencies' headers")
    arguments = parser.parse_args()
    measured = measure(arguments.library, arguments.include)
    kernels = ",\n".join(f"    {json.dumps(kernel)}" for kernel in measured.pop("kernels"))
    rest = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in measured.items())
    OUTPUT.write_text(f'{{\n{rest},\n  "kernels": [\n{kernels}\n  ]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
