"""An own metric of files: from the zip with the manifest to the score, at every door, and what a call never holds."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from freezegun import freeze_time
from rest_framework.test import APIClient

from accounts.tokens import create_token
from competitions.exceptions import SolutionRefused
from competitions.metrics.services import use_metric
from competitions.metrics.trying import findings
from competitions.models import DataFile, OwnMetric
from competitions.solution.services import replace_solution
from submissions import runs
from submissions.exceptions import InvalidFile
from submissions.models import Submission
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory
from tests.matrix import kaggle, scenario as cast
from tests.own_metrics.metrics import MAE, competition_scoring_by, give, passed, tried, upload
from tests.own_metrics.test_scoring import answers
from tests.scoring.test_folders import FILES, MANIFEST, NAMES, zipped
from tests.submissions.conftest import send

pytestmark = pytest.mark.django_db

# The share of files that agree with those of the solution; the number of files is shown beside it.
SCORE = """
import pathlib


class ParticipantVisibleError(Exception):
    pass


def score(solution_dir: str, submission_dir: str):
    true, sent = pathlib.Path(solution_dir), pathlib.Path(submission_dir)
    names = [str(one.relative_to(sent)) for one in sent.rglob("*") if one.is_file()]
    if any((sent / name).read_bytes() == b"rude" for name in names):
        raise ParticipantVisibleError("Mind your manners")
    return {"share": sum((true / n).read_bytes() == (sent / n).read_bytes() for n in names) / len(names), "files": len(names)}
"""


def give_files(competition, files=FILES, *, at=STARTS, **more):
    more.setdefault("by", competition.hosts.first())
    content = zipped({"manifest.csv": MANIFEST, **files})
    return replace_solution(phase=competition.phase, file=BytesIO(content), filename="solution.zip", at=at, **more)


@pytest.fixture
def competition():
    competition = CompetitionFactory(slug="cup", hosts=[UserFactory()])
    metric = upload(competition, SCORE, direction="larger_is_better", columns=["files"])
    use_metric(metric=metric, by=competition.hosts.first(), at=STARTS)
    competition.refresh_from_db()
    give_files(competition)
    return competition


def sends(competition, files, **fields):
    team = fields.pop("team", None) or TeamFactory(competition=competition)
    return send(team, file=BytesIO(zipped(files)), filename="files.zip", at=fields.pop("at", NOON), **fields)


HALF = {**FILES, "a.txt": b"wrong"}


@pytest.mark.parametrize("kind", ["forked", "sandboxed"])
def test_a_zip_is_scored_in_the_request(kind, competition, request) -> None:
    request.getfixturevalue(kind)
    outcome = sends(competition, HALF)
    assert (outcome.submission.public_score, outcome.submission.private_score) == (0.5, None)
    assert outcome.submission.public_numbers == {"files": 2.0}


def test_a_public_call_holds_the_public_files_alone(monkeypatch, competition) -> None:
    asked = answers(monkeypatch, {"score": 1.0})
    sends(competition, {name: f"guess of {name}" for name in NAMES})
    [(request, files)] = asked
    from scoring.folders import encoded

    held = b"".join([json.dumps(request).encode(), *files.values()])
    for name, is_public in zip(NAMES, [True, False, True, False], strict=True):
        for text in (f"guess of {name}", f"truth of {name}"):
            assert (encoded(text.encode()).encode() in held) == is_public


def test_private_files_are_scored_after_the_end(forked, competition) -> None:
    sent = sends(competition, {**HALF, "7": b"wrong"}).submission
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.DONE
    sent.refresh_from_db()
    assert (sent.private_score, sent.private_numbers) == (0.5, {"files": 2.0})


def test_another_solution_rescores_what_is_stored(forked, competition) -> None:
    sent = sends(competition, HALF).submission
    give_files(competition, {**FILES, "a.txt": b"wrong"}, at=NOON, reason="A file was wrong.")
    run = runs.start_run(phase=competition.phase, kind="rescore", by=None, at=NOON, reason="A file was wrong.")
    assert runs.work(run.pk, now=lambda: NOON) is runs.Outcome.DONE
    sent.refresh_from_db()
    assert sent.public_score == 1.0


def test_what_the_metric_says_reaches_the_participant(forked, competition) -> None:
    with pytest.raises(InvalidFile) as refused:
        sends(competition, {**FILES, "a.txt": b"rude"})
    assert refused.value.problems[0]["params"]["text"] == "Mind your manners"


@pytest.mark.parametrize("files", [{}, {**FILES, "b": b""}, {"a.txt": b""}], ids=["none", "more", "fewer"])
def test_other_names_never_reach_the_metric(monkeypatch, competition, files) -> None:
    asked = answers(monkeypatch, {"score": 1.0})
    with pytest.raises(InvalidFile) as refused:
        sends(competition, files)
    assert asked == []
    assert refused.value.submission.status == Submission.Status.REFUSED
    assert {one["code"] for one in refused.value.problems} <= {"missing_files", "unknown_files"}


def test_a_table_is_no_zip(monkeypatch, competition) -> None:
    answers(monkeypatch, {"score": 1.0})
    with pytest.raises(InvalidFile) as refused:
        send(TeamFactory(competition=competition), file=BytesIO(b"id,target\n1,2\n"), at=NOON)
    assert [one["code"] for one in refused.value.problems] == ["not_a_zip"]


def test_texts_of_a_table_may_be_replaced_too(monkeypatch) -> None:
    """What changed is told in numbers, whatever the columns hold."""
    answers(monkeypatch, {"score": 1.0})
    csv = "id,target,Usage\n" + "".join(f"{n},word{n},{'Public' if n < 4 else 'Private'}\n" for n in range(8))
    competition = competition_scoring_by(csv=csv)
    send(
        TeamFactory(competition=competition),
        file=BytesIO(csv.replace(",Usage", "").replace(",Public", "").replace(",Private", "").encode()),
        at=NOON,
    )
    solution = give(competition, csv.replace("word1", "other").replace("word5", "other"), at=NOON, reason="Wrong.")
    [entry] = competition.log.filter(kind="solution", facts__version=solution.version)
    assert entry.facts["changed"]["truth"] == {"public": 1, "private": 1}


# --- every door -------------------------------------------------------------------------------------------------------
def test_the_web_and_the_api_take_it(forked, competition) -> None:
    team = TeamFactory(competition=competition)
    client = APIClient()
    client.force_authenticate(team.owner)
    fields = {"team": team.pk, "file": SimpleUploadedFile("files.zip", zipped(HALF))}
    with freeze_time(NOON):
        answer = client.post("/api/teams/submissions/", fields, format="multipart")
        schema = client.get("/api/competitions/cup/solution/schema/")
    assert answer.status_code == 201, answer.content
    assert answer.json()["submission"]["publicNumbers"] == [{"name": "files", "score": 2.0}]
    assert answer.json()["result"]["score"] == 0.5
    if schema.status_code == 200:
        assert schema.json()["uzu"]["areFiles"] is True


def test_the_kaggle_command_takes_it(forked, competition) -> None:
    team = TeamFactory(competition=competition)
    scene = cast.Scenario({"owner": team.owner}, {}, {"team": team}, asking="owner")
    with freeze_time(NOON):
        secret = create_token(user=team.owner, name="script", at=NOON)[1]
        scene.things["tokens"] = {"owner": secret}
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        token = kaggle.sent("submission", zipped(HALF), "files.zip")(scene)
        answer = client.post(
            "/api/v1/competitions.CompetitionApiService/CreateSubmission",
            {"competitionName": "cup", "blobFileTokens": token},
            format="json",
        )
    assert answer.status_code == 200, answer.content
    assert team.submissions.get().public_score == 0.5


def test_the_guruguru_command_takes_it(forked, competition) -> None:
    team = TeamFactory(competition=competition)
    with freeze_time(NOON):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {create_token(user=team.owner, name='script', at=NOON)[1]}")
        fields = {"team": team.pk, "file": SimpleUploadedFile("files.zip", zipped(HALF))}
        answer = client.post("/teams/submissions/", fields, format="multipart")
    assert answer.status_code < 300, answer.content
    assert team.submissions.get().public_score == 0.5


# --- hosts ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped(FILES), "no_manifest"),
        (zipped({"manifest.csv": MANIFEST, "more": b""}), "not_in_manifest"),
        (b"id,target,Usage\n1,2,Public\n2,3,Private\n", "not_a_zip"),
    ],
    ids=["no manifest", "unlisted", "table"],
)
def test_bad_solutions_are_located_refusals_over_the_api(competition, content, code) -> None:
    client = APIClient()
    client.force_authenticate(competition.hosts.first())
    with freeze_time(STARTS):
        answer = client.put(
            "/api/competitions/cup/solution/", {"file": SimpleUploadedFile("s.zip", content)}, format="multipart"
        )
    assert answer.status_code == 400, answer.content
    assert code in {one["code"] for one in answer.json()["errors"]}


def test_it_is_tried_out_on_files_made_of_the_solution(forked, competition) -> None:
    sample = DataFile(competition=competition, name="sample.zip", size=1, sha256="0" * 64, is_sample_submission=True)
    sample.file.save("sample.zip", ContentFile(zipped(dict.fromkeys(NAMES, b"?"))))
    metric = tried(upload(competition, SCORE, direction="larger_is_better", ranked="share"))
    assert (metric.trial_status, metric.trial["why"], metric.columns) == ("passed", [], ["files"])
    scores = {one["name"]: one["score"] for one in metric.trial["cases"]}
    assert (scores["perfect"], scores["shuffled"], scores["constant"], scores["sample"]) == (1.0, 0.0, 0.5, 0.0)
    assert {one["name"] for one in metric.trial["cases"]} >= {"blanks", "perfect_again", "sample_again"}


def test_a_metric_of_tables_does_not_fit_a_solution_of_files(competition) -> None:
    metric = upload(competition, MAE, direction="smaller_is_better")
    with pytest.raises(SolutionRefused):
        findings(metric, competition.solutions.get(), tell=lambda _step: None)
    with pytest.raises(SolutionRefused):
        use_metric(metric=passed(metric), by=competition.hosts.first(), at=STARTS)


def test_a_metric_of_files_does_not_fit_a_table() -> None:
    competition = CompetitionFactory(hosts=[UserFactory()])
    give(competition)
    with pytest.raises(SolutionRefused) as refused:
        use_metric(metric=passed(upload(competition, SCORE)), by=competition.hosts.first(), at=STARTS)
    assert refused.value.problems[0]["code"] == "not_a_zip"


def test_another_version_keeps_the_solution(forked, competition) -> None:
    sent = sends(competition, HALF).submission
    metric = tried(upload(competition, SCORE + "\n# another", direction="larger_is_better"))
    use_metric(metric=metric, by=competition.hosts.first(), at=NOON + timedelta(hours=1), reason="Clearer.")
    competition.refresh_from_db()
    assert OwnMetric.objects.get(is_active=True).takes_files
    assert competition.solutions.get(is_active=True).expected_columns == ["file", "content"]
    assert sends(competition, HALF).submission.public_score == sent.public_score
