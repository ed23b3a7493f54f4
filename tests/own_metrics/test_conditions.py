"""What organisers are told before they choose another metric, and what is told of the machine's sandboxes."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.utils import timezone
from freezegun import freeze_time

from competitions.metrics import runner, sandbox_state as state, trying
from competitions.metrics.services import use_metric
from competitions.models import Competition, OwnMetric, Phase
from competitions.organising.editing import edit_competition
from competitions.organising.readiness import readiness
from sandbox import Choice
from sandbox.attacks import Finding as Attack
from sandbox.choosing import Examined
from sandbox.runners.bubblewrap import BubblewrapRunner
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, give_solution
from tests.own_metrics.metrics import MAE, SOLUTION, competition_scoring_by, passed, submission_csv, upload
from tests.submissions.conftest import send

pytestmark = pytest.mark.django_db
NO_PACKAGE = "bubblewrap: sandbox: install the package `bubblewrap`"


@pytest.fixture
def competition(db):
    return competition_scoring_by()


@pytest.fixture
def host(api, competition):
    api.force_authenticate(competition.hosts.first())
    return api


@pytest.fixture
def found(settings, tmp_path):
    """`found("landlock", "…")`: this is what the examination of the machine came to, so many seconds ago."""
    settings.SANDBOX_FINDINGS = tmp_path / "sandbox.json"

    def write(name: str, summary: str = "", *, ago: float = 0.0) -> None:
        kept = {"key": runner._key(), "name": name, "summary": summary, "at": time.time() - ago}
        settings.SANDBOX_FINDINGS.write_text(json.dumps(kept))

    return write


def address(competition: Competition, *rest: object) -> str:
    return "/".join([f"/api/competitions/{competition.slug}/own-metrics", *map(str, rest), ""])


def told(host, competition: Competition, *, at=NOON) -> dict:
    with freeze_time(at):
        return host.get(address(competition, "conditions")).json()


# --- what a change would mean -----------------------------------------------------------------------------------------
def test_before_submissions_everything_is_open_and_nothing_has_to_be_explained(host, competition) -> None:
    answer = told(host, competition, at=STARTS - timedelta(days=1))
    fixed = {name: answer[name] for name in ("mayBeBuiltIn", "mayBeOwn", "direction", "needsReason", "scores")}
    assert fixed == {"mayBeBuiltIn": True, "mayBeOwn": True, "direction": None, "needsReason": False, "scores": 0}
    assert (answer["solutionVersion"], answer["columns"], answer["hasSample"]) == (1, ["id", "target"], False)
    assert set(answer["libraries"]) == {"numpy", "pandas", "scipy", "scikit-learn", "pyarrow"}


def test_once_one_was_received_it_says_what_is_fixed_and_what_follows(forked, host, competition) -> None:
    send(TeamFactory(competition=competition), file=BytesIO(submission_csv(1.0).encode()))
    answer = told(host, competition)
    assert {name: answer[name] for name in ("mayBeBuiltIn", "mayBeOwn", "direction", "needsReason", "scores")} == {
        "mayBeBuiltIn": False,
        "mayBeOwn": True,
        "direction": "smaller_is_better",
        "needsReason": True,
        "scores": 1,
    }
    assert (answer["tellsParticipants"], answer["opensObjections"], answer["rescorings"]) == (True, False, 5)
    Phase.objects.update(confirmed_at=AFTER)
    answer = told(host, competition, at=AFTER)
    assert (answer["closesResult"], answer["opensObjections"], answer["rescorings"]) == (True, True, None)


def test_where_a_built_in_metric_scored_an_own_one_comes_too_late(api, forked) -> None:
    competition = CompetitionFactory(hosts=[UserFactory()])
    give_solution(competition, SOLUTION)
    send(TeamFactory(competition=competition), file=BytesIO(submission_csv(1.0).encode()))
    api.force_authenticate(competition.hosts.first())
    assert told(api, competition)["mayBeOwn"] is False


def test_a_built_in_metric_takes_the_place_of_an_own_one(host, competition) -> None:
    edit_competition(
        competition=competition, changes={"metric": "mae"}, by=competition.hosts.first(), at=STARTS - timedelta(days=1)
    )
    assert [one["isActive"] for one in host.get(address(competition)).json()["results"]] == [False]


# --- versions ---------------------------------------------------------------------------------------------------------
def test_a_version_tells_when_it_began_to_score_and_why(host, competition) -> None:
    upload(competition, params={"power": 2})
    by = competition.hosts.first()
    for version, reason in ((2, "The power was wrong."), (1, "It was right."), (2, "No, it was not.")):
        use_metric(metric=passed(OwnMetric.objects.get(version=version)), by=by, at=NOON, reason=reason)
    found = {one["version"]: one for one in host.get(address(competition)).json()["results"]}
    assert [use["reason"] for use in found[2]["uses"]] == ["The power was wrong.", "No, it was not."]
    assert [use["reason"] for use in found[1]["uses"]][-1] == "It was right."
    assert found[2]["uses"][0]["actor"]["username"] == by.username


def test_a_list_of_versions_asks_the_log_once(host, competition, django_assert_max_num_queries) -> None:
    for power in range(2, 8):
        upload(competition, params={"power": power})
    with django_assert_max_num_queries(12):
        assert len(host.get(address(competition)).json()["results"]) == 7


def test_organisers_read_the_source_of_every_version(host, competition) -> None:
    upload(competition, MAE + "# another")
    assert host.get(address(competition, 1)).json()["source"] == MAE
    assert host.get(address(competition, 2)).json()["source"].endswith("# another")
    assert "source" not in host.get(address(competition)).json()["results"][0]


# --- reading a source -------------------------------------------------------------------------------------------------
def test_parameters_are_read_and_nothing_is_kept(host, competition) -> None:
    answer = host.post(address(competition, "signature"), {"source": MAE}).json()
    assert [(one["name"], one["kind"], one["default"]) for one in answer["parameters"]] == [("power", "float", 1.0)]
    assert OwnMetric.objects.count() == 1


@pytest.mark.parametrize(
    ("source", "code", "params"),
    [
        ("x = 1\ny = (\n", "metric_syntax", {"line": 2}),
        ("x = 1", "metric_without_score", {}),
        ("def score(a, b, c): pass", "metric_signature", {}),
        ("", "empty_file", {}),
    ],
    ids=["syntax", "without score", "signature", "empty"],
)
def test_what_is_no_metric_is_told_with_its_line(host, competition, source, code, params) -> None:
    refused = host.post(address(competition, "signature"), {"source": source})
    assert refused.status_code == 400
    (problem,) = refused.json()["errors"]
    assert (problem["code"], problem.get("params", {})) == (code, params)


def test_what_holds_no_text_is_a_refusal_too(host, competition) -> None:
    for sent in ({}, {"source": None}, {"source": ["x"]}, {"source": "x\0"}):
        assert host.post(address(competition, "signature"), sent).status_code == 400


# --- how far a trial is -----------------------------------------------------------------------------------------------
def test_a_trial_tells_how_far_it_is(monkeypatch, host, competition) -> None:
    seen = []

    def looks(*_: object) -> dict:
        answer = host.get(address(competition, 2)).json()
        seen.append((answer["trialStatus"], answer["trial"]["step"]))
        return {}

    monkeypatch.setattr(trying, "_results", looks)
    metric = upload(competition)
    trying.start_trial(metric=metric, by=competition.hosts.first(), at=NOON)
    assert host.get(address(competition, 2)).json()["trial"] is None
    trying.try_out(metric.pk, NOON)
    assert seen == [("pending", "cases"), ("pending", "again"), ("pending", "private")]
    assert host.get(address(competition, 2)).json()["trial"]["step"] == ""


# --- the machine ------------------------------------------------------------------------------------------------------
def test_where_no_sandbox_holds_it_says_what_is_off_why_and_what_to_install(found, client, host, competition) -> None:
    found("", f"{NO_PACKAGE}\nlandlock: sandbox: this kernel has no Landlock")
    sandbox = told(host, competition)["sandbox"]
    assert (sandbox["status"], sandbox["runner"], sandbox["reasons"]) == ("missing", "", [])
    assert "switched off" in sandbox["text"]
    assert "apt-get install bubblewrap" in sandbox["remedy"]
    assert "own_metrics_switched_off" in [one.code for one in readiness(competition)]
    client.force_login(UserFactory(is_staff=True))
    for page in ("/admin/", "/admin/status/"):
        shown = client.get(page).content.decode()
        assert "metrics are switched off" in shown, page
        assert "apt-get install bubblewrap" in shown
        assert "this kernel has no Landlock" in shown


def test_why_is_for_the_staff(found, host, competition) -> None:
    found("", NO_PACKAGE)
    by = competition.hosts.first()
    by.is_staff = True
    by.save()
    host.force_authenticate(by)
    assert told(host, competition)["sandbox"]["reasons"] == [NO_PACKAGE]


def test_where_the_second_best_is_used_it_says_what_to_install_for_more(found, client, host, competition) -> None:
    found("landlock", NO_PACKAGE)
    sandbox = told(host, competition)["sandbox"]
    assert (sandbox["status"], sandbox["runner"], sandbox["text"]) == ("ready", "landlock", "")
    assert "bubblewrap" in sandbox["remedy"]
    assert "own_metrics_switched_off" not in [one.code for one in readiness(competition)]
    client.force_login(UserFactory(is_staff=True))
    assert "switched off" not in client.get("/admin/").content.decode()
    assert "landlock" in client.get("/admin/status/").content.decode()


def test_a_kind_that_does_not_exist_is_named(found, settings, host, competition) -> None:
    settings.METRIC_RUNNER = "jail"
    found("")
    assert "UZU_METRIC_RUNNER" in told(host, competition)["sandbox"]["remedy"]


def test_what_nobody_examined_is_not_called_off(found, client, host, competition) -> None:
    assert told(host, competition)["sandbox"]["status"] == "unexamined"
    client.force_login(UserFactory(is_staff=True))
    assert "switched off" not in client.get("/admin/").content.decode()


def test_a_machine_without_one_is_examined_again_after_a_while(found, monkeypatch, host, competition) -> None:
    """And until then, and meanwhile, it is still called what it was."""
    examined = []
    choice = Choice(BubblewrapRunner(), (Examined(BubblewrapRunner(), (Attack("x", held=True),)),))
    monkeypatch.setattr(runner, "choose", lambda _kinds: examined.append(1) or choice)
    monkeypatch.setattr(runner, "_known", None)
    monkeypatch.setattr(state, "threading", SimpleNamespace(Thread=lambda target, **_: SimpleNamespace(start=target)))
    monkeypatch.setattr(state, "_looking", threading.Lock())
    found("", NO_PACKAGE, ago=runner.FORGOTTEN_AFTER - 60)
    state.look_soon(timezone.now())
    assert examined == []
    found("", NO_PACKAGE, ago=runner.FORGOTTEN_AFTER + 60)
    assert told(host, competition, at=timezone.now())["sandbox"]["status"] == "missing"
    state.look_soon(timezone.now())
    state.look_soon(timezone.now())
    assert examined == [1]
    assert told(host, competition, at=timezone.now())["sandbox"]["status"] == "ready"
