"""The hidden answer: checked, kept in versions, read quickly, shown to nobody."""

from __future__ import annotations

import io
import shutil
import threading

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from competitions.exceptions import ChangedMeanwhile, MetricInUse, SolutionRefused
from competitions.models import Competition, Phase, Solution, Standing
from competitions.organising.editing import edit_competition
from competitions.solution import services as solutions
from competitions.solution.services import active_solution, mark_used, prepared_solution, replace_solution
from scoring import public_score, read_predictions
from tests.factories import AFTER, NOON, CompetitionFactory, TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("busy_neighbour")]

# 41.5 and the like appear nowhere else: what may leave the server is searched for them.
CSV = b"id,target,Usage\n1,41.5,Public\n2,42.5,Public\n3,43.5,Private\n4,44.5,Ignored\n"
SWAPPED = CSV.replace(b"43.5,Private", b"43.5,Public").replace(b"42.5,Public", b"42.5,Private")


@pytest.fixture(autouse=True)
def _nothing_in_memory():
    solutions._in_memory.clear()


@pytest.fixture
def host():
    return UserFactory()


@pytest.fixture
def cup(host):
    return CompetitionFactory(hosts=[host])


def replace(cup, content=CSV, *, at=NOON, **kwargs):
    return replace_solution(
        phase=cup.phase, file=io.BytesIO(content), filename="solution.csv", by=None, at=at, **kwargs
    )


def put(client, cup, content=CSV, **fields):
    body = {"file": SimpleUploadedFile("answers.csv", content), **fields}
    return client.put(f"/api/competitions/{cup.slug}/solution/", body, format="multipart")


def test_a_solution_scores(cup):
    solution = replace(cup)
    prepared = prepared_solution(solution)
    perfect = read_predictions(b"id,target\n1,41.5\n2,42.5\n3,0\n4,0\n", prepared)
    assert public_score(prepared, perfect) == 0


def test_its_facts_are_kept(cup):
    solution = replace(cup)
    assert (solution.rows, solution.public_rows, solution.private_rows, solution.ignored_rows) == (4, 2, 1, 1)
    assert solution.expected_columns == ["id", "target"]
    assert (solution.id_column, solution.target_columns, solution.usage_column) == ("id", ["target"], "Usage")
    assert solution.metric == "rmse"


def test_the_newest_version_is_the_one_that_scores(cup):
    first, second = replace(cup), replace(cup, CSV.replace(b"41.5", b"40.5"))
    assert (first.version, second.version) == (1, 2)
    assert active_solution(cup.phase) == second
    assert first.digest != second.digest
    assert cup.solutions.filter(is_active=True).count() == 1


def test_whoever_listens_is_told(cup, hears):
    with hears("solution_replaced") as heard:
        replace(cup)
    assert heard == ["solution_replaced"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"id,target\n1,2\n", "missing_columns"),
        (b"id,target,Usage\n1,2,Public\n1,2,Private\n", "duplicate_ids"),
        (b"id,target,Usage\n1,2,Public\n2,3,Secret\n", "unknown_usage"),
        (b"id,target,Usage\n1,2,Public\n2,x,Private\n", "not_a_number"),
        (b"\x00\x01\x02", None),
    ],
    ids=str,
)
def test_a_file_that_can_not_score_is_refused_and_leaves_nothing(cup, content, code):
    with pytest.raises(SolutionRefused) as refused:
        replace(cup, content)
    assert refused.value.problems[0]["detail"]
    if code:
        assert refused.value.problems[0]["code"] == code
    assert not cup.solutions.exists()


MORE_PUBLIC = [
    pytest.param(
        CSV.replace(b"43.5,Private", b"43.5,Public").replace(b"42.5,Public", b"42.5,Private"), id="a private row"
    ),
    pytest.param(CSV.replace(b"44.5,Ignored", b"44.5,Public"), id="an ignored row, private before perhaps"),
    pytest.param(CSV + b"5,45.5,Public\n", id="a row that was not there"),
    pytest.param(CSV.replace(b"Public", b"X").replace(b"Private", b"Public").replace(b"X", b"Private"), id="swapped"),
]


@pytest.mark.parametrize("content", MORE_PUBLIC)
@pytest.mark.parametrize("at", [NOON, AFTER], ids=["running", "ended"])
def test_no_row_becomes_public_once_a_submission_was_received(cup, content, at):
    """Rescored by such a file, the public leaderboard would tell private scores."""
    replace(cup)
    replace(cup, content)
    replace(cup)
    TeamFactory(competition=cup).submits(0.5)
    with pytest.raises(SolutionRefused) as refused:
        replace(cup, content, at=at, accept_refusals=True)
    assert [problem["code"] for problem in refused.value.problems] == ["public_rows_added"]
    assert active_solution(cup.phase).version == 3


def test_nor_by_way_of_a_version_that_refuses_every_submission(cup):
    """What counts at the moment, nothing after such a rescoring, is not asked: what was ever received is."""
    replace(cup)
    team = TeamFactory(competition=cup)
    sent = team.submits(0.5)
    replace(cup, CSV + b"5,45.5,Private\n", accept_refusals=True)
    Standing.objects.filter(team=team).update(total_submissions=0, best_public_score=None, public_key=None)
    type(sent).objects.update(status="refused", public_score=None)
    with pytest.raises(SolutionRefused) as refused:
        replace(cup, SWAPPED)
    assert [problem["code"] for problem in refused.value.problems] == ["public_rows_added"]


def test_nor_step_by_step_by_rows_left_out_for_a_while(cup):
    replace(cup)
    TeamFactory(competition=cup).submits(0.5)
    mark_used(replace(cup, CSV.replace(b"42.5,Public", b"42.5,Ignored")), NOON)
    with pytest.raises(SolutionRefused):
        replace(cup)


def test_a_version_nothing_was_scored_by_binds_nobody(cup):
    replace(cup)
    TeamFactory(competition=cup).submits(0.5)
    replace(cup, CSV.replace(b"42.5,Public", b"42.5,Ignored"))
    assert replace(cup).public_rows == 2


def test_the_id_column_stays(cup):
    replace(cup)
    TeamFactory(competition=cup).submits(0.5)
    with pytest.raises(SolutionRefused) as refused:
        replace(cup, b"id,target,Usage\n1,1,Public\n2,2,Private\n", id_column="target", accept_refusals=True)
    assert [problem["code"] for problem in refused.value.problems] == ["id_column_changed"]


@pytest.mark.parametrize(
    "content",
    [CSV + b"5,45.5,Private\n", CSV.replace(b"4,44.5,Ignored\n", b""), CSV.replace(b"target", b"price")],
    ids=["a row more", "a row less", "another column"],
)
def test_a_version_that_submissions_do_not_fit_is_asked_back(client_of, cup, host, content):
    replace(cup)
    TeamFactory(competition=cup).submits(0.5)
    asked = put(client_of(host), cup, content, reason="Rows were missing.")
    assert (asked.status_code, asked.json()["errors"][0]["code"]) == (409, "submissions_would_be_refused")
    assert "1 of them" in asked.json()["errors"][0]["detail"]
    assert active_solution(cup.phase).version == 1
    assert put(client_of(host), cup, content, reason="Rows were missing.", acceptRefusals=True).status_code == 200


def test_before_the_first_submission_everything_is_free(cup):
    replace(cup)
    TeamFactory(competition=cup)
    assert replace(cup, SWAPPED).version == 2
    assert replace(cup, b"key,price,Usage\n1,1,Public\n2,2,Private\n").version == 3


def test_nor_does_it_without_a_column_of_usage(cup):
    replace(cup)
    TeamFactory(competition=cup).submits(0.5)
    with pytest.raises(SolutionRefused):
        replace(cup, b"id,target\n1,1\n2,2\n3,3\n4,4\n", usage_column="")


def test_answers_and_fewer_public_rows_may_be_corrected_with_submissions(cup):
    replace(cup)
    TeamFactory(competition=cup).submits(0.5)
    replace(cup, CSV.replace(b"41.5", b"40.5"))
    assert replace(cup, CSV.replace(b"42.5,Public", b"42.5,Private")).public_rows == 1


def test_a_metric_changed_meanwhile_is_noticed_and_the_file_is_deleted(cup):
    Phase.objects.filter(competition=cup.pk).update(metric="mae")
    with pytest.raises(ChangedMeanwhile):
        replace(cup)
    storage = Solution._meta.get_field("file").storage
    assert storage.listdir(f"competitions/{cup.pk}/solution")[1] == []


# --- the cache of arrays ----------------------------------------------------------------------------------------------
def test_arrays_are_mapped_from_a_folder_named_by_their_digest(cup, settings):
    prepared = prepared_solution(replace(cup))
    assert (settings.PREPARED_SOLUTIONS_DIR / prepared.digest).is_dir()
    array = prepared.splits["public"].truth[0]
    while isinstance(array, np.ndarray) and not isinstance(array, np.memmap):
        array = array.base  # arithmetic on a view is quicker than on the map itself
    assert isinstance(array, np.memmap)


def test_a_lost_folder_is_built_again(cup, settings):
    solution = replace(cup)
    shutil.rmtree(settings.PREPARED_SOLUTIONS_DIR)
    assert prepared_solution(solution).digest == solution.digest


def test_a_broken_folder_is_built_again(cup, settings):
    solution = replace(cup)
    (settings.PREPARED_SOLUTIONS_DIR / solution.digest / "solution.json").write_text('{"version": -1}')
    assert prepared_solution(solution).public_rows == 2
    assert [path for path in settings.PREPARED_SOLUTIONS_DIR.iterdir() if path.name.startswith(".building")] == []


def test_an_old_version_is_built_by_the_metric_it_was_checked_for(cup, settings):
    solution = replace(cup)
    Phase.objects.filter(competition=cup.pk).update(metric="mae")
    shutil.rmtree(settings.PREPARED_SOLUTIONS_DIR)
    assert prepared_solution(Solution.objects.get(pk=solution.pk)).metric.name == "rmse"


def test_a_process_loads_it_once(cup, monkeypatch):
    solution = replace(cup)
    first = prepared_solution(solution)
    monkeypatch.setattr(solutions, "_load", None)
    assert prepared_solution(solution) is first


def test_many_threads_build_it_once(cup, settings, monkeypatch):
    solution = replace(cup)
    shutil.rmtree(settings.PREPARED_SOLUTIONS_DIR)
    built = []
    write = solutions._write
    monkeypatch.setattr(solutions, "_write", lambda *args: (built.append(1), write(*args)))
    threads = [threading.Thread(target=prepared_solution, args=[solution]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1


# --- a new metric -----------------------------------------------------------------------------------------------------
def test_a_new_metric_makes_a_version_checked_for_it(cup, host):
    old = replace(cup)
    edit_competition(competition=cup, changes={"metric": "mae"}, by=host, at=NOON)
    new = active_solution(cup.phase)
    assert (new.version, new.metric, new.file.name) == (2, "mae", old.file.name)
    assert prepared_solution(new).metric.name == "mae"


def test_a_metric_the_solution_can_not_be_scored_by_is_refused(cup, host):
    replace(cup)
    with pytest.raises(SolutionRefused):
        edit_competition(competition=cup, changes={"metric": "auc"}, by=host, at=NOON)
    assert Competition.objects.get(pk=cup.pk).phase.metric == "rmse"
    assert active_solution(cup.phase).version == 1


@pytest.mark.parametrize(
    "changes", [{"metric": "mae"}, {"metric": "pinball", "metric_params": {"alpha": 0.5}}, {"score_digits": 9}]
)
def test_what_scores_are_made_of_is_fixed_once_a_submission_was_received(cup, host, changes):
    replace(cup)
    team = TeamFactory(competition=cup)
    team.submits(0.5)
    Standing.objects.filter(team=team).update(total_submissions=0)
    with pytest.raises(MetricInUse):
        edit_competition(competition=cup, changes=changes, by=host, at=NOON)


# --- the API ----------------------------------------------------------------------------------------------------------
def test_hosts_upload_it_and_read_its_facts(client_of, cup, host):
    first = put(client_of(host), cup)
    again = put(client_of(host), cup, usageColumn="", targetColumns=["target"])
    facts = client_of(host).get(f"/api/competitions/{cup.slug}/solution/")

    assert (first.status_code, again.status_code, facts.status_code) == (201, 200, 200)
    assert first.json()["publicRows"] == 2
    assert facts.json()["version"] == 2
    assert facts.json()["publicRows"] == facts.json()["privateRows"] == 4
    for answer in (first, again, facts):
        assert not any(value in answer.content for value in (b"41.5", b"42.5", b"43.5", b"44.5"))


def test_nobody_else_learns_anything(client_of, cup):
    replace(cup)
    member = TeamFactory(competition=cup).owner
    for user, status in ((None, 403), (UserFactory(), 403), (member, 403), (UserFactory(is_staff=True), 403)):
        answer = client_of(user).get(f"/api/competitions/{cup.slug}/solution/")
        assert answer.status_code == status
    assert put(client_of(member), cup).status_code == 403
    assert put(client_of(), cup).status_code == 401


def test_a_refused_file_is_answered_with_every_problem(client_of, cup, host):
    answer = put(client_of(host), cup, b"id,target,Usage\n1,2,Public\n2,x,Private\n3,y,Private\n")
    assert answer.status_code == 400
    first = answer.json()["errors"][0]
    assert (first["code"], first["attr"], first["row"], first["column"]) == ("not_a_number", "file", 2, "target")


@pytest.mark.parametrize("body", [{}, {"file": "text"}, {"targetColumns": ["a\0b"]}], ids=str)
def test_nonsense_is_a_clear_error(client_of, cup, host, body):
    answer = client_of(host).put(f"/api/competitions/{cup.slug}/solution/", body, format="multipart")
    assert answer.status_code == 400


def test_without_one_there_is_nothing_to_tell(client_of, cup, host):
    answer = client_of(host).get(f"/api/competitions/{cup.slug}/solution/")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "no_solution")
