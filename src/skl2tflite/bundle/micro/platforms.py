"""The platforms that bundles are made for: which files go where, and how they are built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from skl2tflite.bundle.micro.libraries import ARDUINO, TODAY, ZEPHYR, Library


@dataclass(frozen=True)
class Platform:
    """A platform: where the files of its projects are, and how they are built.

    Attributes
    ----------
    title : str
        Its name, as people write it.
    sources : str
        Folder of the model's files. Here, and in all texts below, ``{name}`` stands for the model's name.
    extension : str
        Extension of C++ files.
    files : mapping of str to str
        The template of each of the project's own files, by the file's path.
    example : str
        The file with the example.
    does : str
        What the example does after it has checked the golden vectors; the README says so.
    build : str
        How to build the folder, in Markdown.
    library : Library
        The release of TFLM that it builds with.
    """

    title: str
    sources: str
    extension: str
    files: Mapping[str, str]
    example: str
    does: str
    build: str
    library: Library = TODAY


_BLINKS = "blinks what the model says of each"

PLATFORMS: Mapping[str, Platform] = MappingProxyType(
    {
        "tflm": Platform(
            "any target of its own build",
            "{name}",
            ".cc",
            {"{name}/main.cc": "tflm/main.cc", "{name}/Makefile.inc": "tflm/Makefile.inc"},
            "{name}/main.cc",
            "prints the answers",
            """Copy the folder `{name}` into `tensorflow/lite/micro/examples` of a checkout of
[tflite-micro](https://github.com/tensorflow/tflite-micro), then, from its root:

```
make -f tensorflow/lite/micro/tools/make/Makefile test_{name}_test
make -f tensorflow/lite/micro/tools/make/Makefile TARGET=cortex_m_generic TARGET_ARCH=cortex-m4+fp {name}_test
```""",
        ),
        "arduino": Platform(
            "Arduino",
            "{name}",
            ".cpp",
            {"{name}/{name}.ino": "arduino/sketch.ino"},
            "{name}/{name}.ino",
            _BLINKS,
            """Install the library *Chirale_TensorFLowLite* (Library Manager), open `{name}/{name}.ino`, choose the
board and upload. Or:

```
arduino-cli lib install Chirale_TensorFLowLite
arduino-cli compile --fqbn arduino:mbed_nano:nano33ble --upload -p /dev/ttyACM0 {name}
```

The library runs on boards with mbed or ESP32 cores (Nano 33 BLE, Nano ESP32, Nicla, Portenta, Giga).""",
            ARDUINO,
        ),
        "esp-idf": Platform(
            "ESP-IDF",
            "main",
            ".cc",
            {
                "CMakeLists.txt": "esp-idf/CMakeLists.txt",
                "main/CMakeLists.txt": "esp-idf/main_CMakeLists.txt",
                "main/idf_component.yml": "esp-idf/idf_component.yml",
                "main/main.cc": "esp-idf/main.cc",
            },
            "main/main.cc",
            _BLINKS,
            """With ESP-IDF 5.1 or later, which fetches `espressif/esp-tflite-micro` by itself:

```
idf.py set-target esp32
idf.py build flash monitor
```

The LED is on GPIO 2, as on most ESP32 boards: `kLed` in `main/main.cc`.""",
        ),
        "zephyr": Platform(
            "Zephyr",
            "src",
            ".cc",
            {"CMakeLists.txt": "zephyr/CMakeLists.txt", "prj.conf": "zephyr/prj.conf", "src/main.cc": "zephyr/main.cc"},
            "src/main.cc",
            _BLINKS,
            """Fetch the module once, in the west workspace, then build here:

```
west config manifest.project-filter -- +tflite-micro
west update
west build -b nucleo_f446re .
west flash
```

The LED is the board's `led0`. A processor without floating-point unit needs no `CONFIG_FPU`.""",
            ZEPHYR,
        ),
        "platformio": Platform(
            "PlatformIO",
            "src",
            ".cpp",
            {"platformio.ini": "platformio/platformio.ini", "src/main.cpp": "arduino/sketch.ino"},
            "src/main.cpp",
            _BLINKS,
            """```
pio run -e nano33ble -t upload
pio device monitor
```

`esp32dev` is there too; other boards with mbed or ESP32 cores need a section of their own in `platformio.ini`.""",
            ARDUINO,
        ),
    }
)

SOURCES = ("model_data.h", "model_data.cc", "model.h", "model.cc", "golden.h", "golden.cc")
"""Templates of the model's own files."""


def layout(platform: Platform, name: str) -> dict[str, str]:
    """Return the template of each file of a bundle, by its path."""
    made = {path.format(name=name): template for path, template in platform.files.items()}
    folder = platform.sources.format(name=name)
    for template in SOURCES:
        path = template.removesuffix(".cc") + platform.extension if template.endswith(".cc") else template
        made[f"{folder}/{name}_{path}"] = template
    return made | {"README.md": "README.md"}
