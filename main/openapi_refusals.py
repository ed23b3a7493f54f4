"""Examples of refusals, made from the classes that are raised: code, field, and words in the language asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import APIException

from foundation.openapi import Reason, code_of, status_of
from foundation.refusals import Refusal, unfilled
from main import example_values
from main.errors import camel, entry, kind_of


def examples_of(reasons: tuple[Reason, ...]) -> dict[str, dict[str, Any]]:
    """By code, for the `examples` of a response."""
    return {code_of(reason): {"value": answer_of(reason)} for reason in reasons}


def answer_of(reason: Reason) -> dict[str, Any]:
    """The whole answer to a request that is refused for this reason."""
    code = code_of(reason)
    message = str(reason.default_detail) if issubclass(reason, APIException) else unfilled(reason.message)
    attr = getattr(reason, "attr", None)
    params = params_of(message, example_values.params(), code=code)
    error = entry(code, message % params if params else message, attr, params)
    if not issubclass(reason, Refusal):
        # Errors of fields and of the framework carry no parameters.
        error = {"code": code, "detail": error["detail"], "attr": camel(attr)}
    return {"type": kind_of(status_of(reason)), "errors": [error]}


def params_of(message: str, values: Mapping[str, Any], *, code: str = "") -> dict[str, Any]:
    """What stands in the places of `message`, numbers where it wants some. `code.name` goes before `name`."""
    places = re.findall(r"%\((\w+)\)([ds])", message)
    texts = {name: values.get(f"{code}.{name}", values.get(name, "…" if kind == "s" else 3)) for name, kind in places}
    numbers = {name for name, kind in places if kind == "d" and not isinstance(texts[name], int)}
    return {name: 3 if name in numbers else value for name, value in texts.items()}
