"""Own metrics over HTTP: who sees what, and when."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from freezegun import freeze_time
from rest_framework.test import APIClient

from competitions.log.recording import record
from competitions.metrics import trying
from competitions.models import LogKind, MetricFailure, OwnMetric
from competitions.organising.hosts import add_host
from competitions.solution.services import active_metric
from tests.factories import ENDS, NOON, TeamFactory, UserFactory, overwrite
from tests.own_metrics.metrics import MAE, competition_scoring_by, passed, submission_csv, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def competition(db):
    return competition_scoring_by()


@pytest.fixture
def host(api, competition):
    api.force_authenticate(competition.hosts.first())
    return api


def file(source: str = MAE) -> SimpleUploadedFile:
    return SimpleUploadedFile("metric.py", source.encode())


def address(competition, *rest: object) -> str:
    return "/".join([f"/api/competitions/{competition.slug}/own-metrics", *map(str, rest), ""])


def test_from_the_file_to_the_score(forked, host, competition) -> None:
    with freeze_time(NOON):
        fields = {
            "file": file(),
            "direction": "smaller_is_better",
            "params": json.dumps({"power": 2}),
            "isShown": "true",
        }
        made = host.post(address(competition), fields, format="multipart")
        assert made.status_code == 201, made.content
        answer = made.json()
        assert (answer["version"], answer["params"], answer["trialStatus"], answer["isShown"]) == (
            2,
            {"power": 2.0},
            "none",
            True,
        )
        assert answer["parameters"][0] == {
            "name": "power",
            "kind": "float",
            "default": 1.0,
            "isRequired": False,
            "isOptional": False,
        }
        assert host.post(address(competition, 2, "trial")).status_code == 202
        assert host.get(address(competition, 2)).json()["trialStatus"] == "pending"
        trying.try_out(OwnMetric.objects.get(version=2).pk, NOON)
        found = host.get(address(competition, 2)).json()
        assert (found["trialStatus"], found["trial"]["why"]) == ("passed", [])
        assert [one["name"] for one in found["trial"]["cases"]][:2] == ["perfect", "perfect_again"]
        used = host.post(address(competition, 2, "use"), {})
        assert used.json()["isActive"] is True
        assert [one["version"] for one in host.get(address(competition)).json()["results"]] == [2, 1]


@pytest.mark.parametrize(
    ("fields", "attr"),
    [
        ({"direction": "up"}, "direction"),
        ({"params": "[1]"}, "params"),
        ({"params": "{"}, "params"),
        ({"file": None}, "file"),
        ({"file": file("x = 1")}, "file"),
        ({"params": '{"power": "high"}'}, "file"),
        ({"ranked": "x" * 101}, "ranked"),
        ({"columns": '"mae"'}, "columns"),
        ({"columns": "[1]"}, "columns"),
    ],
    ids=str,
)
def test_bad_input_is_a_located_refusal(host, competition, fields, attr) -> None:
    whole = {"file": file(), "direction": "smaller_is_better", **fields}
    refused = host.post(address(competition), {k: v for k, v in whole.items() if v is not None}, format="multipart")
    assert refused.status_code == 400, refused.content
    assert attr in {one["attr"] for one in refused.json()["errors"]}


@pytest.mark.parametrize(("language", "label"), [("en", "Own metric"), ("ja", "独自の評価指標")])
def test_an_own_metric_is_called_so_in_the_readers_language(api, competition, language, label) -> None:
    answer = api.get(f"/api/competitions/{competition.slug}/", headers={"accept-language": language}).json()
    assert answer["metric"]["label"] == label


def test_participants_see_the_source_where_organisers_show_it(competition) -> None:
    reader = APIClient()
    reader.force_authenticate(TeamFactory(competition=competition).owner)
    answer = reader.get(address(competition, "current")).json()
    assert (answer["source"], answer["direction"]) == (None, "smaller_is_better")
    assert set(answer["libraries"]) == {"numpy", "pandas", "scipy", "scikit-learn", "pyarrow"}
    metric = active_metric(competition.phase)
    metric.is_shown = True
    metric.save()
    assert reader.get(address(competition, "current")).json()["source"] == MAE
    # Of versions that do not score nobody else sees anything.
    upload(competition, MAE + "# another", is_shown=True)
    assert reader.get(address(competition, 2)).status_code == 403
    assert "another" not in reader.get(address(competition, "current")).json()["source"]


def test_a_closed_room_keeps_its_metric(competition) -> None:
    competition.visibility, competition.invitation_code = "invitation", "long enough"
    competition.save()
    stranger = APIClient()
    stranger.force_authenticate(UserFactory())
    assert stranger.get(address(competition, "current")).status_code in (403, 404)


def test_failures_of_private_rows_are_shown_to_who_looked_at_the_private_leaderboard(host, competition) -> None:
    """A metric may break off with the score. Who reads that stands in the log as somebody who looked."""
    metric = active_metric(competition.phase)
    for private in (False, True):
        MetricFailure.objects.create(
            competition=competition,
            own_metric=metric,
            is_private=private,
            reason="exception",
            traceback="rows",
            at=NOON,
        )

    def shown(of=host) -> list[bool]:
        with freeze_time(ENDS + timedelta(hours=1)):
            answer = of.get(address(competition, "failures")).json()
        return sorted(one["isPrivate"] for one in answer if one["traceback"] == "rows")

    def looks(person, at) -> None:
        record(competition, LogKind.PREVIEWED, by=person, at=at, facts={"run": 1})

    organiser, other = competition.hosts.get(), UserFactory()
    add_host(competition=competition, user=other, by=organiser, at=NOON)
    assert shown() == [False]
    looks(other, ENDS)
    looks(organiser, NOON - timedelta(seconds=1))
    assert shown() == [False]
    looks(organiser, ENDS)
    assert shown() == [False, True]


def test_failures_of_private_rows_are_shown_once_the_result_is_confirmed(host, competition) -> None:
    MetricFailure.objects.create(
        competition=competition,
        own_metric=active_metric(competition.phase),
        is_private=True,
        reason="exception",
        at=NOON,
    )
    with freeze_time(ENDS):
        assert host.get(address(competition, "failures")).json() == []
        overwrite(competition, confirmed_at=ENDS)
        assert len(host.get(address(competition, "failures")).json()) == 1


def test_a_submission_that_waits_says_why(competition, monkeypatch) -> None:
    from competitions.metrics.sandboxes import Sandboxes

    monkeypatch.setattr(Sandboxes, "warm_up", lambda _self: None)
    team = TeamFactory(competition=competition)
    sender = APIClient()
    sender.force_authenticate(team.owner)
    with freeze_time(NOON):
        answer = sender.post(
            "/api/teams/submissions/",
            {"team": team.pk, "file": SimpleUploadedFile("a.csv", submission_csv(0.25).encode())},
            format="multipart",
        )
    assert answer.status_code == 202, answer.content
    assert answer.json()["submission"]["waiting"]["code"] == "no_sandbox_ready"
    assert answer.json()["result"] is None


def test_the_admin_uploads_tries_and_uses(forked, client, competition) -> None:
    host = competition.hosts.first()
    host.is_staff = True
    host.save()
    client.force_login(host)
    with freeze_time(NOON):
        sent = client.post(
            reverse("admin:competitions_ownmetric_add"),
            {"competition": competition.pk, "file": file(), "direction": "smaller_is_better", "params": '{"power": 2}'},
        )
        metric = OwnMetric.objects.get(version=2)
        page = reverse("admin:competitions_ownmetric_change", args=[metric.pk])
        assert (sent.status_code, sent.url) == (302, page)
        assert b"Let it score" in client.get(page).content
        client.post(reverse("admin:competitions_ownmetric_try", args=[metric.pk]))
        trying.try_out(metric.pk, NOON)
        shown = client.get(page).content.decode()
        assert "passed" in shown
        assert "one value everywhere" in shown
        client.post(reverse("admin:competitions_ownmetric_use", args=[metric.pk]))
        client.post(reverse("admin:competitions_ownmetric_show", args=[metric.pk]), {"is_shown": "1"})
    metric.refresh_from_db()
    assert (metric.is_active, metric.is_shown) == (True, True)
    assert client.get(reverse("admin:competitions_ownmetric_use", args=[metric.pk])).status_code == 405


def test_the_admin_of_another_host_knows_nothing_of_it(client, competition) -> None:
    other = UserFactory(is_staff=True)
    client.force_login(other)
    metric = passed(upload(competition))
    page = reverse("admin:competitions_ownmetric_change", args=[metric.pk])
    assert client.get(page).status_code in (302, 403, 404)
    assert client.post(reverse("admin:competitions_ownmetric_use", args=[metric.pk])).status_code == 404
