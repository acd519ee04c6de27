"""The contract's JSON schema, from the classes that it is made of."""

from __future__ import annotations

from typing import Any

import msgspec

from skl2tflite.app_contract.schema import AppContract


def json_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of what :meth:`AppContract.to_json` gives."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(AppContract),
    }
    return schema
