"""What the examples of the API's description hold. Each room tells its own values in its `examples.py`:

    VALUES = {"Upload.name": "plot.png", "likeCount": 3}    # by `Shape.field`, or by the field's name alone
    PARAMS = {"too_long.limit": 200}                        # what words of refusals are made of: `code.name`, or `name`

A name alone means the same in every shape, and one room tells it.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule


@lru_cache(maxsize=1)
def values() -> dict[str, Any]:
    """What a field of a name holds, as all rooms tell."""
    return gathered("VALUES")


@lru_cache(maxsize=1)
def params() -> dict[str, Any]:
    """What the words of a refusal are made of, as all rooms tell."""
    return gathered("PARAMS")


def gathered(name: str) -> dict[str, Any]:
    """The dictionaries of this name, of all rooms that have an `examples.py`, as one.

    Raises:
        ValueError: two rooms tell the same thing.
    """
    found: dict[str, Any] = {}
    for room in apps.get_app_configs():
        if room.module is None or not module_has_submodule(room.module, "examples"):
            continue
        told = getattr(import_module(f"{room.name}.examples"), name, {})
        if twice := found.keys() & told.keys():
            raise ValueError(f"{room.name}.examples tells again: {', '.join(sorted(twice))}")
        found |= told
    return found
