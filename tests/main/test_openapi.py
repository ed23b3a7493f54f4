"""The description of the API: everything is in it, and says what it is."""

import collections
import re

import jsonschema
import pytest
from django.urls import URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from openapi_spec_validator import OpenAPIV31SpecValidator

from main.docs import schema_in
from main.openapi import METHODS, is_foreign
from main.openapi_texts import SIGN_IN

# allauth's own description is taken in as it is; where a link in an email leads is a page.
NOT_THE_API = ("api/auth/", "api/notifications/unsubscribe/")


@pytest.fixture(scope="module")
def schema():
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(schema):
    """(method, path, operation) of every endpoint."""
    return [
        (method, path, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def routes(resolver=None, prefix=""):
    """Every address pattern of the URL configuration."""
    for pattern in (resolver or get_resolver()).url_patterns:
        full = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, full)
        else:
            yield re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", "{}", full).replace("^", "").replace("$", "")


def test_it_is_openapi_3_1_and_valid(schema):
    assert schema["openapi"].startswith("3.1")
    validate_schema(schema)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_parameters_references_and_defaults_hold_together(language):
    """What the JSON schema of OpenAPI can't say: a parameter that its path lacks, a default that is not of its type."""
    faults = OpenAPIV31SpecValidator(schema_in(language)).iter_errors()
    assert [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in faults] == []


def test_it_says_where_the_api_is(schema):
    assert [server["url"] for server in schema["servers"]] == ["/"]


def test_generating_it_leaves_no_doubt(schema):
    """A warning is an endpoint whose shape could not be told."""
    warnings = {**GENERATOR_STATS._warn_cache, **GENERATOR_STATS._error_cache}
    assert not warnings, "\n".join(warnings)


def test_every_endpoint_has_a_line_that_sums_it_up(operations):
    """What the page shows of an endpoint that is folded up."""
    assert [
        path for _m, path, operation in operations if not re.match(r"[A-Z].* ?", operation.get("summary", ""))
    ] == []


def test_every_endpoint_has_a_name_of_its_own(operations):
    names = collections.Counter(operation.get("operationId") for _m, _p, operation in operations)
    assert None not in names
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z][a-zA-Z0-9]*", name)] == []


VERBS = [
    "abort",
    "accept",
    "add",
    "announce",
    "answer",
    "begin",
    "cancel",
    "change",
    "clone",
    "complete",
    "confirm",
    "convert",
    "count",
    "create",
    "delete",
    "describe",
    "disqualify",
    "download",
    "edit",
    "enter",
    "get",
    "give",
    "hide",
    "import",
    "invite",
    "leave",
    "lift",
    "like",
    "list",
    "make",
    "measure",
    "preview",
    "put",
    "read",
    "refuse",
    "remove",
    "rename",
    "replace",
    "report",
    "request",
    "resend",
    "reset",
    "resolve",
    "select",
    "set",
    "sign",
    "start",
    "submit",
    "transfer",
    "try",
    "unconfirm",
    "unhide",
    "unlike",
    "unread",
    "unselect",
    "update",
    "upload",
    "use",
    "void",
]


def test_the_name_of_every_endpoint_begins_with_a_verb(operations):
    names = [operation["operationId"] for _m, _p, operation in operations]
    assert [name for name in names if re.match("[a-z]+", name)[0] not in VERBS] == []


def test_a_time_of_the_day_is_described_as_it_is_answered(schema):
    """OpenAPI's `time` has a zone, as RFC 3339 says."""
    shown = schema["components"]["schemas"]["Competition"]["properties"]["limitResetsAt"]
    assert re.fullmatch(shown["pattern"], "00:00:00")
    assert "format" not in shown


def test_sign_in_names_what_it_answers_without_a_csrf_token(schema):
    silent = [
        f"{method} {path}"
        for path, item in schema["paths"].items()
        for method in METHODS & item.keys() - {"get"}
        if path.startswith("/api/auth/") and "csrf_failed" not in item[method]["responses"]["403"]["description"]
    ]
    assert silent == []


def test_every_endpoint_says_how_it_goes_well(schema):
    """Signing out, which allauth answers by 401, is the one exception."""
    silent = [
        f"{method} {path}"
        for path, item in schema["paths"].items()
        for method in METHODS & item.keys()
        if not any(status.startswith(("2", "3")) for status in item[method]["responses"])
    ]
    assert silent == ["delete /api/auth/browser/v1/auth/session"]


def test_every_endpoint_says_what_it_does(operations):
    silent = [
        f"{method.upper()} {path}"
        for method, path, operation in operations
        if len((operation.get("description") or operation.get("summary") or "").split()) < 3
    ]
    assert silent == []


def test_every_endpoint_says_for_whom_it_is(operations):
    people = (
        r"everybody|whoever|who may|signed.in|open as|author|members?\b|owner|organiser|participant|moderator|staff"
    )
    people += r"|\byours?\b|\byou may|invited only"
    silent = [
        f"{method.upper()} {path}"
        for method, path, operation in operations
        if not re.search(people, operation.get("description", ""), re.IGNORECASE)
    ]
    assert silent == []


def test_every_endpoint_says_how_it_fails(operations):
    careless = [
        f"{method.upper()} {path}"
        for method, path, operation in operations
        if not path.startswith("/api/auth/")
        and {} not in operation.get("security", [{}])
        and not any(status.startswith("4") for status in operation["responses"])
    ]
    assert careless == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_endpoint_shows_what_is_sent_and_answered(language):
    """JSON without an example, and examples that are not of the shape they stand beside."""
    shown = schema_in(language)
    bare, wrong = [], []
    for name, message in messages_of(shown):
        for content in (kind for mime, kind in message.get("content", {}).items() if mime == "application/json"):
            examples = [each["value"] for each in content.get("examples", {}).values()]
            examples += [content["example"]] if "example" in content else []
            if not examples:
                bare.append(name)
            shape = jsonschema.Draft202012Validator({**content["schema"], "components": shown["components"]})
            wrong += [f"{name}: {error.message}" for each in examples for error in shape.iter_errors(each)]
    assert bare == []
    assert wrong == []


def messages_of(description):
    """Every body that an endpoint of ours takes or answers, with the name of where it stands."""
    for path, item in description["paths"].items():
        for method in METHODS & item.keys() if not path.startswith("/api/auth/") else ():
            yield f"{method} {path} request", item[method].get("requestBody", {})
            for status, response in item[method]["responses"].items():
                yield f"{method} {path} {status}", response


def test_refusals_are_shown_as_they_are_answered_in_the_language_of_the_page():
    merging = schema_in("ja")["paths"]["/api/teams/{id}/merge-requests/"]["post"]["responses"]["409"]
    assert merging["content"]["application/json"]["examples"]["team_full"]["value"] == {
        "type": "client_error",
        "errors": [
            {
                "code": "team_full",
                "detail": "このコンペのチームは 5 人までです。これでは 6 人になります。",
                "attr": None,
                "params": {"limit": 5, "size": 6},
            }
        ],
    }


def test_signing_in_is_told_in_our_words(operations):
    told = {
        f"{method} {path.partition('/v1/')[2]}": operation["description"]
        for method, path, operation in operations
        if path.startswith("/api/auth/")
    }
    assert told.keys() == SIGN_IN.keys()
    assert [name for name, text in told.items() if "allauth" in text] == []


def test_every_address_below_api_is_in_it(schema):
    described = {re.sub(r"\{\w+\}", "{}", path) for path in schema["paths"]}
    forgotten = {
        f"/{route}"
        for route in routes()
        if route.startswith("api/") and not is_foreign(f"/{route}") and not route.startswith(NOT_THE_API)
    } - described
    assert forgotten == set()


def test_the_ways_to_sign_in_are_named(schema):
    assert set(schema["components"]["securitySchemes"]) >= {"cookieAuth", "token"}


def test_errors_are_described_once(schema):
    assert schema["components"]["schemas"]["Errors"]["properties"]["type"]["enum"][0] == "validation_error"


def test_sign_up_and_sign_in_are_part_of_it(schema):
    assert "/api/auth/browser/v1/auth/login" in schema["paths"]


@pytest.mark.django_db
def test_it_is_served_as_json_and_as_yaml(client):
    as_json = client.get("/api/schema/")
    assert as_json.status_code == 200
    assert "json" in as_json.headers["Content-Type"]
    as_yaml = client.get("/api/schema/", headers={"Accept": "application/yaml"})
    assert as_yaml.text.startswith("openapi: 3.1")


@pytest.mark.django_db
def test_the_page_to_try_it_needs_nothing_from_elsewhere(client):
    page = client.get("/docs").text
    assert "swagger-ui-bundle.js" in page
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", page)
    assert "style=" not in page
