"""Examples for the API's description: of what is sent and answered, and of every refusal an endpoint names.

They are made from the shapes, so that no endpoint is without one and none goes out of date; `main.example_values` tells
what a field of a name holds. Only the description that people read has them: types for programs need none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.fields import Field

from foundation.refusals import Refusal, unfilled
from main.errors import entry, kind_of, problem_entry
from main.example_values import params, values
from main.examples import IN_ADDRESSES
from main.openapi import COMMON, METHODS
from main.openapi_refusals import params_of
from scoring.messages import MESSAGES

JSON = "application/json"
DEEPEST = 8

FORMATS: dict[str, Any] = {
    "date-time": "2026-06-05T12:00:00Z",
    "time": "00:00:00",
    "uuid": "8c6d1f0e-3b5a-4d67-9f6b-2a1c0e7d4b93",
    "uri": "https://uzu.example.org/",
    "email": "alice@example.org",
}
PLACE = {"row": 3, "id": "17", "column": "target", "expected": None, "found": "n/a", "more": 2}


def with_examples(description: dict[str, Any]) -> dict[str, Any]:
    """`description`, with an example wherever an endpoint of ours takes or answers JSON and has none of its own."""
    shapes, known = description["components"]["schemas"], refusals_by_code()
    for path, item in description["paths"].items():
        if path.startswith("/api/auth/"):
            continue  # allauth's description has examples
        for operation in (item[method] for method in METHODS & item.keys()):
            give_addresses(path, operation.get("parameters", []))
            give_example(operation.get("requestBody", {}), shapes)
            for status, response in operation["responses"].items():
                if status < "4":
                    give_example(response, shapes)
                else:
                    give_refusals(response, int(status), known)
    return description


def give_addresses(path: str, parameters: Sequence[dict[str, Any]]) -> None:
    """What to try in the place of each parameter of the address."""
    collections = {name: word for word, name in re.findall(r"/([\w-]+)/\{(\w+)\}", path)}
    for parameter in parameters:
        name = parameter["name"]
        told = IN_ADDRESSES.get(f"{collections.get(name)}/{name}", IN_ADDRESSES.get(name))
        if parameter["in"] == "path" and told is not None and suits(told, parameter["schema"], {}):
            parameter.setdefault("example", told)


def give_example(message: dict[str, Any], shapes: Mapping[str, Any]) -> None:
    content = message.get("content", {}).get(JSON)
    if content and not content.keys() & {"example", "examples"}:
        content["example"] = example_of(content["schema"], shapes)


def give_refusals(response: dict[str, Any], status: int, known: Mapping[str, Any]) -> None:
    """An example for each code that the response names."""
    content = response.get("content", {}).get(JSON)
    if not content or content.keys() & {"example", "examples"}:
        return
    codes = re.findall(r"`(\w+)`", response.get("description", ""))
    entries = {code: entry_of(code, known) for code in codes if code in known or code in MESSAGES}
    if entries or str(status) not in COMMON:
        content["examples"] = {
            code: {"value": {"type": kind_of(status), "errors": [error]}} for code, error in entries.items()
        }
    else:
        content["example"] = COMMON[str(status)][1]


# --- values -----------------------------------------------------------------------------------------------------------
def example_of(schema: Mapping[str, Any], shapes: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value of this shape. `name`: `Shape.field`, where it is one."""
    field = name.rpartition(".")[2]
    told = values()
    for key in (name, field):
        if key in told and suits(told[key], schema, shapes):
            return told[key]
    if "$ref" in schema:
        shape = schema["$ref"].rpartition("/")[2]
        return example_of(shapes[shape], shapes, f"{shape}.", depth + 1)
    for together in ("allOf", "oneOf", "anyOf"):
        if together in schema:
            chosen = {"type": "null"} if depth > DEEPEST else schema[together][0]
            return example_of(chosen, shapes, name, depth)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    return plain_example(schema, shapes, name, depth)


def plain_example(schema: Mapping[str, Any], shapes: Mapping[str, Any], name: str, depth: int) -> Any:
    kind = types_of(schema)[0]
    if kind == "object":
        shape, fields = name.partition(".")[0], schema.get("properties", {})
        return {field: example_of(of, shapes, f"{shape}.{field}", depth) for field, of in fields.items()}
    if kind == "array":
        return [] if depth > DEEPEST else [example_of(schema["items"], shapes, name, depth)]
    plain = {
        "string": "text"[: schema.get("maxLength", 4)],
        "integer": max(1, schema.get("minimum", 1)),
        "number": 0.5,
        "boolean": False,
    }
    return plain.get(kind)


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """The JSON types, the most telling first."""
    found = schema.get("type", "object" if "properties" in schema else "null")
    return [found] if isinstance(found, str) else sorted(found, key=lambda name: name == "null")


def suits(value: Any, schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> bool:
    """Whether the value may stand here: one name means a text in one shape and an object in another."""
    if "$ref" in schema:
        return suits(value, shapes[schema["$ref"].rpartition("/")[2]], shapes)
    for together in ("allOf", "oneOf", "anyOf"):
        if together in schema:
            return any(suits(value, part, shapes) for part in schema[together])
    if "enum" in schema:
        return value in schema["enum"]
    if not schema.get("type") and "properties" not in schema:
        return True
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return ("null" if value is None else names[type(value)]) in types_of(schema)


# --- refusals ---------------------------------------------------------------------------------------------------------
def refusals_by_code() -> dict[str, tuple[Any, str | None]]:
    """Code to words and field, of every refusal of ours and of the framework."""
    known: dict[str, tuple[Any, str | None]] = {"required": (Field.default_error_messages["required"], None)}
    for error in subclasses(APIException):
        known.setdefault(error.default_code, (error.default_detail, None))
    for refusal in subclasses(Refusal):
        known[refusal.code] = (unfilled(refusal.message), refusal.attr)
    return known


def subclasses(of: type[Any]) -> Iterator[type[Any]]:
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


def entry_of(code: str, known: Mapping[str, tuple[Any, str | None]]) -> dict[str, Any]:
    """The error with this code, as an answer has it."""
    if code not in known:
        template = MESSAGES[code]
        place = {key: value if f"%({key})" in template else None for key, value in PLACE.items()}
        return problem_entry(
            {"code": code, **place, "more": PLACE["more"], "params": params_of(template, {**params(), **PLACE})},
            attr="file",
        )
    message, attr = known[code]
    filled = params_of(str(message), params(), code=code)
    return entry(code, str(message) % filled if filled else str(message), attr, filled)
