"""Display names that pass for nobody else's, and headers of every page."""

from __future__ import annotations

import pytest

from accounts.names import clean_display_name
from tests.factories import CompetitionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "invisible", ["\u3164", "\uffa0", "\u115f", "\u034f", "\u17b5", "\ufe00", "\U000e0100", "\u2065"]
)
def test_code_points_that_show_nothing_are_left_out(invisible):
    assert clean_display_name(invisible) == ""
    assert clean_display_name(f"al{invisible}ice") == "alice"


@pytest.mark.parametrize("name", ["👩‍🔬 Curie", "❤️ love", "渦"])
def test_signs_made_of_several_stay_whole(name):
    assert clean_display_name(name) == name


@pytest.fixture
def host():
    host = UserFactory(username="boss", display_name="Uzu Hosts")
    CompetitionFactory(hosts=[host])
    UserFactory(username="keeper", is_staff=True)
    return host


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Uzu Hosts", 400),
        ("ＵＺＵ  hosts", 400),
        ("BOSS", 400),
        ("keeper", 400),
        ("admin", 400),
        ("Alice", 200),
        ("alice", 200),
    ],
)
def test_nobody_is_called_as_those_who_run_things(api, host, name, status):
    api.force_authenticate(UserFactory(username="alice"))
    answer = api.patch("/api/me/", {"displayName": name}, format="json")
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["errors"][0]["attr"] == "displayName"


def test_they_themselves_are(api, host):
    api.force_authenticate(host)
    assert api.patch("/api/me/", {"displayName": "Uzu Hosts"}, format="json").status_code == 200


@pytest.mark.parametrize("path", ["/api/session/", "/", "/admin/login/", "/nowhere"])
def test_every_answer_does_without_camera_and_place(client, path):
    policy = client.get(path)["Permissions-Policy"]
    assert "camera=()" in policy
    assert "geolocation=()" in policy
