"""How the OpenAPI description is made: names, errors, the ways to sign in, and the endpoints of allauth."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import yaml
from allauth.headless import spec as headless_spec
from django.urls import Resolver404, resolve
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from rest_framework.permissions import SAFE_METHODS

from foundation.openapi import ERROR, ERRORS, RefusalResponse
from main.openapi_refusals import examples_of
from main.openapi_texts import SIGN_IN, SIGN_IN_NAMES, SIGN_IN_WHERE_ON, SIGN_IN_WHERE_ON_NAMES

# Parameters of a query that are not checked, or (a page that is not there) answered by 404.
NEVER_REFUSED = {"page", "format", "lang"}
METHODS = {"get", "post", "put", "patch", "delete"}
# The shapes of allauth's answers that say no, as its own description names them.
SIGN_IN_ERRORS = ("ErrorResponse", "ConflictResponse", "ForbiddenResponse")


def error_example(kind: str, code: str, detail: str, attr: str | None = None) -> dict[str, Any]:
    return {"type": kind, "errors": [{"code": code, "detail": detail, "attr": attr}]}


# By status: what it means, and an example.
COMMON = {
    "400": (
        "Something sent is missing or wrong; `attr` says what.",
        error_example("validation_error", "required", "This field is required.", "name"),
    ),
    "401": (
        "Nobody is signed in, or the token is not good.",
        error_example("client_error", "not_authenticated", "Authentication credentials were not provided."),
    ),
    "403": (
        "This user may not do this, or not now; `code` says why.",
        error_example("client_error", "permission_denied", "You do not have permission to perform this action."),
    ),
    "404": (
        "There is no such thing, or not for this user.",
        error_example("client_error", "not_found", "Not found."),
    ),
    "412": (
        "It has changed since the `ETag` or the time that the request names.",
        error_example(
            "client_error", "precondition_failed", "It is no longer what the conditions of the request ask for."
        ),
    ),
    "429": (
        "Too many requests; `Retry-After` says when to come back.",
        error_example("client_error", "throttled", "Request was throttled."),
    ),
}


class AutoSchema(SpectacularAutoSchema):
    """drf-spectacular's, with camelCase operation ids and the errors every endpoint may answer."""

    def get_operation_id(self) -> str:
        words = super().get_operation_id()
        return re.sub(r"_+([a-zA-Z0-9])", lambda match: match.group(1).upper(), words)

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if "/phases/{phase}/" in self.path:
            # The same view as at the address that names no phase (`competitions.phases.addresses`).
            operation["operationId"] += "OfPhase"
            for parameter in operation["parameters"]:
                if parameter["name"] == "phase":
                    parameter["description"] = "The number of the phase."
        operation.setdefault("summary", in_words(operation["operationId"]))
        for status in self.common_errors(operation):
            description, example = COMMON[status]
            operation["responses"].setdefault(
                status,
                {
                    "description": description,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Errors"}, "example": example}
                    },
                },
            )
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _get_response_for_code(self, serializer: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The refusals that a view names by their classes, with an example of each."""
        response: dict[str, Any] = super()._get_response_for_code(serializer, *args, **kwargs)
        if isinstance(serializer, RefusalResponse):
            for content in response["content"].values():
                content["examples"] = examples_of(serializer.reasons)
        return response

    def common_errors(self, operation: dict[str, Any]) -> list[str]:
        """Which of the common errors this endpoint may answer, by what it takes and whom it lets in."""
        found = []
        parameters = operation.get("parameters", [])
        asked = {parameter["name"] for parameter in parameters if parameter.get("in") == "query"}
        if "requestBody" in operation or asked - NEVER_REFUSED:
            found.append("400")
        if {} not in operation.get("security", []):
            found.append("401")
            found.append("403")
        # A page beyond the last is not found either.
        if "page" in asked or any(parameter.get("in") == "path" for parameter in parameters):
            found.append("404")
        # Whoever is told that nothing has changed may also ask for what has not.
        if "304" in operation["responses"]:
            found.append("412")
        counted = self.view.get_throttles()
        if counted and (self.method not in SAFE_METHODS or any(getattr(one, "counts_reads", False) for one in counted)):
            found.append("429")
        return found


def in_words(operation_id: str) -> str:
    """`downloadDataFile` as a line of a table of contents: "Download data file"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", operation_id).capitalize()


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A personal API token (`uzu_…`)."}


class BasicTokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.BasicTokenAuthentication"
    name = "basic"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "basic", "description": "User name, and a personal API token as password."}


class TimeOfDay(OpenApiSerializerFieldExtension):
    """A time of the day has no zone here, as a clock on the wall; OpenAPI's `time` would need one."""

    target_class = "rest_framework.fields.TimeField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$"}


# --- hooks, in the order of the settings ------------------------------------------------------------------------------
def only_the_api(endpoints: list[tuple[Any, ...]], **_: Any) -> list[tuple[Any, ...]]:
    """Leave out what speaks another protocol: the routes that existing command lines ask for keep their own shapes."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/") and not is_foreign(endpoint[0])]


def is_foreign(path: str) -> bool:
    return path.startswith("/api/v1/")


def add_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The two schemas that every error answer refers to, and the same references where a view names a status only."""
    result["components"].setdefault("schemas", {}).update({"Error": ERROR, "Errors": ERRORS})
    for status, response in each_response(result):
        # 416 says what it has to say in its headers.
        if status >= "4" and status != "416" and "content" not in response:
            response["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}
    return result


def tidy_tags(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Groups written alike, whatever room they come from."""
    for item in result["paths"].values():
        for method in METHODS & item.keys():
            item[method]["tags"] = [tag[:1].upper() + tag[1:] for tag in item[method].get("tags", [])]
    return result


def each_response(result: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (status, response)
        for item in result["paths"].values()
        for method, operation in item.items()
        if method in METHODS
        for status, response in operation.get("responses", {}).items()
        if "$ref" not in response
    ]


def add_sign_in(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Take in allauth's own description of its endpoints for browsers: sign-up, sign-in, email, passwords."""
    text = (resources.files(headless_spec) / "doc" / "openapi.yaml").read_text(encoding="utf-8")
    text = text.replace("/_allauth/{client}/v1/", "/api/auth/browser/v1/")
    text = text.replace("/_allauth/browser/v1/", "/api/auth/browser/v1/")
    text = text.replace("#/components/schemas/", "#/components/schemas/Auth")
    spec = yaml.safe_load(text)
    components = spec["components"]
    for name, schema in components["schemas"].items():
        result["components"]["schemas"][f"Auth{name}"] = schema
    for name in SIGN_IN_ERRORS:
        add_our_format(result["components"]["schemas"][f"Auth{name}"])
    for kind in ("parameters", "responses", "requestBodies", "examples"):
        result["components"].setdefault(kind, {}).update(components.get(kind, {}))
    for path, item in spec["paths"].items():
        if not is_served(path):
            continue
        operations = {method: operation for method, operation in item.items() if method in METHODS}
        for method, operation in operations.items():
            describe_sign_in(method, path, operation, shared=item.get("parameters", []))
        result["paths"][path] = operations
    return result


def add_our_format(shape: dict[str, Any]) -> None:
    """What `main.middleware.SignInErrorsMiddleware` adds to an error of allauth."""
    theirs = shape["properties"].get("errors", {}).get("items", {}).get("properties", {})
    ours = {name: ERROR["properties"][name] for name in ERROR["required"]}
    shape["properties"] |= {
        "type": ERRORS["properties"]["type"],
        "errors": {
            "type": "array",
            "items": {"type": "object", "required": ERROR["required"], "properties": {**theirs, **ours}},
        },
    }
    shape["required"] = ["status", "type", "errors"]


def is_served(path: str) -> bool:
    """Whether this part of allauth is switched on here."""
    try:
        resolve(re.sub(r"\{\w+\}", "x", path))
    except Resolver404:
        return False
    return path.startswith("/api/auth/")


def describe_sign_in(method: str, path: str, operation: dict[str, Any], *, shared: list[dict[str, Any]]) -> None:
    name = f"{method} {path.partition('/v1/')[2]}"
    operation["tags"] = ["sign-in"]
    operation["operationId"] = {**SIGN_IN_NAMES, **SIGN_IN_WHERE_ON_NAMES}[name]
    operation["summary"], operation["description"] = {**SIGN_IN, **SIGN_IN_WHERE_ON}[name]
    operation["security"] = [{}, {"cookieAuth": []}]
    # Only browsers are served: neither the kind of client nor its session token is left to choose.
    operation["parameters"] = [
        parameter
        for parameter in [*shared, *operation.get("parameters", [])]
        if parameter.get("$ref") not in ("#/components/parameters/Client", "#/components/parameters/SessionToken")
    ]
    if method != "get":
        operation["responses"]["403"] = without_csrf_token(operation["responses"].get("403", {}))
    if name == "post account/password/change":  # allauth's description leaves out how it goes well
        operation["responses"]["200"] = {"$ref": "#/components/responses/Authenticated"}
    if name == "post auth/provider/redirect":  # told, not redirected to
        operation["responses"] = {
            "200": {"description": "Where to send the browser."},
            **{status: told for status, told in operation["responses"].items() if status != "302"},
        }
    operation["responses"] = dict(sorted(operation["responses"].items()))


def without_csrf_token(refused: dict[str, Any]) -> dict[str, Any]:
    """What a request without the CSRF token gets, beside what `refused` says of this status."""
    shapes = [{"$ref": "#/components/schemas/Errors"}, {"$ref": "#/components/schemas/AuthForbiddenResponse"}]
    why = [refused["description"].strip()] if refused else []
    return {
        "description": " ".join([*why, "Without a good CSRF token: `csrf_failed`."]),
        "content": {"application/json": {"schema": {"anyOf": shapes} if refused else shapes[0]}},
    }
