"""Examples for the API's description: of what is sent and answered, and of every refusal an endpoint names.

They are made from the shapes, so that no endpoint is without one and none goes out of date; `VALUES` tells what a field
of a name holds. Only the description that people read has them: types for programs need none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.fields import Field

from accounts.refusals import Refusal
from main.errors import entry, kind_of, problem_entry
from main.openapi import COMMON, METHODS
from scoring.messages import MESSAGES

JSON = "application/json"
DEEPEST = 8

# What fields hold: by `Shape.field`, or by the field's name alone where it means the same everywhere.
VALUES: dict[str, Any] = {
    # people
    "username": "alice",
    "displayName": "Alice",
    "avatar": "/media/avatars/alice.webp",
    "bio": "Trees, mostly boosted.",
    "email": "alice@example.org",
    "password": "correct horse battery",
    "label": "GitHub",
    "language": "en",
    "languages": ["en", "ja"],
    "timeZone": "Asia/Tokyo",
    "UserRef.name": "Alice",
    "Member.name": "Alice",
    "Me.name": "Alice",
    "Profile.name": "Alice",
    "Token.name": "laptop",
    "TokenRequest.name": "laptop",
    "CreatedToken.name": "laptop",
    "prefix": "uzu_Ab12Cd",
    "token": "uzu_Ab12Cd…",
    "csrfToken": "hN3v…",
    "Site.name": "Uzu",
    "Site.version": "0.1.0",
    "LegalText.name": "terms",
    "emailVerified": True,
    "signUpOpen": True,
    "lastUsedAt": None,
    "expiresAt": None,
    # competitions
    "competition": "summer-cup",
    "slug": "summer-cup",
    "PageRef.slug": "overview",
    "Page.slug": "overview",
    "PageRequest.slug": "overview",
    "PatchedPageRequest.slug": "overview",
    "title": "Summer Cup",
    "Page.title": "Overview",
    "PageRef.title": "Overview",
    "PageRequest.title": "Overview",
    "PatchedPageRequest.title": "Overview",
    "summary": "Predict what the summer brings.",
    "emoji": "🌻",
    "banner": None,
    "Metric.name": "rmse",
    "Metric.label": "RMSE",
    "metric": "rmse",
    "metricParams": {},
    "invitationCode": None,
    "EnterRequest.invitationCode": "",
    "AcceptInvitationRequest.invitationCode": "",
    "acceptRules": True,
    "hostedCompetitions": [],
    "scoreDigits": 4,
    "dailySubmissionLimit": 5,
    "totalSubmissionLimit": None,
    "selectableSubmissions": 2,
    "maxTeamSize": 5,
    "startsAt": "2026-06-01T09:00:00Z",
    "endsAt": "2026-06-08T09:00:00Z",
    "entryDeadline": None,
    "mergeDeadline": None,
    "state": "running",
    "isPublished": True,
    "canEnter": True,
    "rulesRequired": True,
    "teamCount": 12,
    "participantCount": 15,
    "allowsLateSubmissions": True,
    "hasSolution": None,
    "confirmedAt": None,
    "DataFile.name": "train.csv",
    "DataFile.description": "What to learn from.",
    "DataFile.url": "/api/competitions/summer-cup/data/1/download/",
    "size": 204800,
    "filename": "predictions.csv",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "idColumn": "id",
    "usageColumn": "Usage",
    "weightColumn": "",
    "targetColumns": ["target"],
    "expectedColumns": ["id", "target"],
    # teams and scores
    "name": "Whales",
    "mergedInto": None,
    "isActive": True,
    "MergeRequest.toTeam": {"id": 2, "name": "Bees"},
    "Invitation.invitedBy": {"username": "bob", "name": "Bob", "avatar": None},
    "Submission.status": "scored",
    "isBest": True,
    "decidedAt": None,
    "privateScore": None,
    "privateRank": None,
    "score": 0.8123,
    "publicScore": 0.8123,
    "previousBest": 0.79,
    "cvScore": 0.809,
    "memo": "5 folds",
    "problems": [],
    "source": "web",
    # talk
    "body": "What works: $x^2$.",
    "html": "<p>What works.</p>",
    "markdown": "# Notes",
    "excerpt": "What works",
    "text": "Alice answered you",
    "ReportCreateRequest.text": "It advertises something.",
    "Report.text": "It advertises something.",
    "reason": "Advertising",
    "DiscussionList.title": "What works?",
    "Discussion.title": "What works?",
    "DiscussionCreateRequest.title": "What works?",
    "PatchedDiscussionEditRequest.title": "What works?",
    "likeCount": 3,
    "commentCount": 2,
    "Preference.label": "New discussions",
    "digestHour": 8,
    "Upload.name": "plot.png",
    "contentType": "image/png",
    "kernel": "python3",
    "nbformat": "4.5",
    "tags": ["eda"],
    "hidden": None,
    "editedAt": None,
    "editedBy": None,
    "resolvedAt": None,
    "resolvedBy": None,
    # lists and files
    "next": None,
    "previous": None,
    "count": 1,
    "url": "/competitions/summer-cup",
    "Link.url": "https://github.com/alice",
    "LinkRequest.url": "https://github.com/alice",
    "error": "",
}
FORMATS: dict[str, Any] = {
    "date-time": "2026-06-05T12:00:00Z",
    "time": "00:00:00",
    "uuid": "8c6d1f0e-3b5a-4d67-9f6b-2a1c0e7d4b93",
    "uri": "https://uzu.example.org/",
    "email": "alice@example.org",
}
# What the words of a refusal are made of.
PARAMS: dict[str, Any] = {"team": "Whales", "resets_at": "2026-06-06T00:00:00Z", "limit": 5, "size": 6, "found": 9}
PLACE = {"row": 3, "id": "17", "column": "target", "expected": None, "found": "n/a", "more": 2}


def with_examples(description: dict[str, Any]) -> dict[str, Any]:
    """`description`, with an example wherever an endpoint of ours takes or answers JSON and has none of its own."""
    shapes, known = description["components"]["schemas"], refusals_by_code()
    for path, item in description["paths"].items():
        if path.startswith("/api/auth/"):
            continue  # allauth's description has examples
        for operation in (item[method] for method in METHODS & item.keys()):
            give_example(operation.get("requestBody", {}), shapes)
            for status, response in operation["responses"].items():
                if status < "4":
                    give_example(response, shapes)
                else:
                    give_refusals(response, int(status), known)
    return description


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
    for key in (name, field):
        if key in VALUES and suits(VALUES[key], schema, shapes):
            return VALUES[key]
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
        known[refusal.code] = (refusal.message, refusal.attr)
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
            {"code": code, **place, "more": PLACE["more"], "params": params_of(template, {**PARAMS, **PLACE})},
            attr="file",
        )
    message, attr = known[code]
    params = params_of(str(message), PARAMS)
    return entry(code, str(message) % params if params else str(message), attr, params)


def params_of(message: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the places of `message`, numbers where it wants some."""
    places = re.findall(r"%\((\w+)\)([ds])", message)
    texts = {name: values.get(name, "…" if kind == "s" else 3) for name, kind in places}
    numbers = {name for name, kind in places if kind == "d" and not isinstance(texts[name], int)}
    return {name: 3 if name in numbers else value for name, value in texts.items()}
