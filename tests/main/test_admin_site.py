"""The front page of the Django admin."""

from __future__ import annotations

import pytest

from tests.factories import UserFactory


@pytest.mark.django_db
def test_what_can_be_changed_stands_before_what_can_only_be_looked_at(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    [app] = [app for app in client.get("/admin/").context["app_list"] if app["app_label"] == "competitions"]
    view_only = [model["view_only"] for model in app["models"]]
    assert view_only == sorted(view_only)
    assert {True, False} == set(view_only)
    assert app["models"][0]["object_name"] == "Competition"
