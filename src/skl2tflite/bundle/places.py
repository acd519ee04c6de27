"""The places that bundles are made for: a new one is a package beside this file, and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from skl2tflite.bundle import android, cpp, ios, micro, python, web
from skl2tflite.bundle.place import Place

PLACES: Mapping[str, Place] = MappingProxyType(
    {place.name: place for place in (*micro.PLACES, *web.PLACES, cpp.PLACE, android.PLACE, ios.PLACE, python.PLACE)}
)
