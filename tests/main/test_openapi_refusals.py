"""Refusals in the API's description, made of the classes that are raised; and the examples that each room tells."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pytest
from django.apps import apps
from django.utils import translation

from accounts.serializers import InvisibleName
from competitions.exceptions import NotTeamOwner, TeamFull
from discussions.exceptions import InvalidTags
from foundation.openapi import refuses
from main import example_values
from main.docs import schema_in
from main.openapi_refusals import answer_of


def test_each_status_names_the_codes_of_its_refusals():
    described = refuses(NotTeamOwner, TeamFull, InvalidTags)
    assert {status: answer.description for status, answer in described.items()} == {
        403: "`not_the_team_owner`",
        409: "`team_full`",
        400: "`invalid_tags`",
    }


def test_an_example_is_what_the_refusal_would_answer():
    assert answer_of(InvalidTags) == {
        "type": "validation_error",
        "errors": [
            {
                "code": "invalid_tags",
                "detail": "At most 5 tags of at most 30 characters each.",
                "attr": "tags",
                "params": {"count": 5, "length": 30},
            }
        ],
    }


def test_an_example_speaks_the_language_of_the_description():
    with translation.override("ja"):
        assert (
            answer_of(TeamFull)["errors"][0]["detail"] == "このコンペのチームは 5 人までです。これでは 6 人になります。"
        )


def test_an_error_of_a_field_is_named_as_refusals_are():
    assert answer_of(InvisibleName)["errors"] == [
        {"code": "invisible_name", "detail": "This name has nothing to see in it.", "attr": "displayName"}
    ]


def test_an_endpoint_shows_each_refusal_it_names():
    moderating = schema_in("en")["paths"]["/api/discussions/{id}/hide/"]["post"]["responses"]
    assert set(moderating["409"]["content"]["application/json"]["examples"]) == {"removed"}
    assert set(moderating["403"]["content"]["application/json"]["examples"]) == {"not_a_moderator"}


def test_an_example_value_is_told_by_one_room_only(monkeypatch):
    room = SimpleNamespace(module=ModuleType("room"), name="room")
    told = SimpleNamespace(VALUES={"likeCount": 3})
    monkeypatch.setattr(apps, "get_app_configs", lambda: [room, room])
    monkeypatch.setattr(example_values, "module_has_submodule", lambda _module, _name: True)
    monkeypatch.setattr(example_values, "import_module", lambda _name: told)
    with pytest.raises(ValueError, match="likeCount"):
        example_values.gathered("VALUES")


def test_bodies_are_json_but_where_a_file_is_sent():
    forms = {
        f"{method} {path}"
        for path, item in schema_in("en")["paths"].items()
        for method, operation in item.items()
        if not path.startswith("/api/auth/")
        and set(operation.get("requestBody", {}).get("content", {})) - {"application/json"}
    }
    assert forms == {
        "patch /api/competitions/{competition}/",
        "post /api/competition-bundles/",
        "post /api/competitions/{competition}/data/",
        "post /api/competitions/{competition}/own-metrics/",
        "put /api/competitions/{competition}/data/uploads/{upload}/parts/{number}/",
        "put /api/competitions/{competition}/workbench/uploads/{upload}/parts/{number}/",
        "put /api/competitions/{competition}/solution/",
        "post /api/competitions/{competition}/trials/",
        "post /api/competitions/{competition}/phases/{phase}/own-metrics/",
        "put /api/competitions/{competition}/phases/{phase}/solution/",
        "post /api/competitions/{competition}/phases/{phase}/trials/",
        "put /api/me/avatar/",
        "post /api/notebooks/convert/",
        "post /api/teams/submissions/",
        "post /api/uploads/",
    }
