"""Numbers shown beside the score: made of the same rows, kept under the same rules, and fixed when the metric is.

By the files of this room the mean absolute error is a quarter of the root mean squared one.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from freezegun import freeze_time
from rest_framework.test import APIClient

from competitions.columns import columns_of
from competitions.exceptions import MetricInUse, SolutionRefused
from competitions.leaderboards.queries import PRIVATE, Leaderboard
from competitions.models import Competition, LogRow
from competitions.organising.editing import edit_competition
from competitions.solution.services import replace_solution
from submissions import runs
from submissions.models import Submission
from submissions.services.late import score_late_privately
from tests.factories import AFTER, ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory, give_solution, standing_of
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import solution_csv, upload

pytestmark = pytest.mark.django_db
LATER = AFTER + timedelta(hours=1)
MAE, WORST = {"metric": "mae", "params": {}}, {"metric": "pinball", "params": {"alpha": 0.25}}


@pytest.fixture
def cup():
    return competition_with_solution("rmse", further_metrics=[MAE, WORST], score_digits=4, hosts=[UserFactory()])


def asks(user=None):
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def board(cup, side="public", user=None):
    answer = asks(user).get(f"/api/competitions/{cup.slug}/leaderboard/{side}/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def own(team, user=None):
    return asks(user or team.owner).get(f"/api/teams/{team.pk}/submissions/").json()["results"]


def private_run(cup, at=AFTER):
    run = runs.start_run(phase=cup.phase, kind="private", by=None, at=at)
    assert runs.work(run.pk, now=lambda: at) is runs.Outcome.DONE


# --- what is kept, and who sees it ------------------------------------------------------------------------------------
def test_a_submission_brings_them_with_the_digits_of_the_competition(cup):
    team = TeamFactory(competition=cup)
    sent = send(team, 0.12345, private=7.0).submission
    assert (sent.public_score, sent.private_score) == (0.1235, None)
    assert sent.public_numbers == {"mae": 0.0309, 'pinball{"alpha": 0.25}': 0.0231}
    assert sent.private_numbers == {}


def test_the_leaderboard_has_a_column_for_each(cup):
    team, other = TeamFactory(competition=cup), TeamFactory(competition=cup)
    send(team, 0.4)
    send(team, 0.2, at=NOON + timedelta(hours=1))
    body = board(cup)
    assert body["columns"] == [
        {"name": "MAE", "direction": "smaller_is_better"},
        {"name": "Pinball loss (alpha=0.25)", "direction": "smaller_is_better"},
    ]
    assert [(row["score"], row["numbers"]) for row in body["results"]] == [(0.2, [0.05, 0.0375]), (None, [None, None])]
    assert board(cup, user=team.owner)["me"]["numbers"] == [0.05, 0.0375]
    assert standing_of(other).best_public_score is None


def test_of_teams_that_merged_the_deciding_submission_tells_them(cup):
    team, other = TeamFactory(competition=cup), TeamFactory(competition=cup)
    send(team, 0.4)
    better = send(other, 0.2, at=NOON + timedelta(hours=1)).submission
    Submission.objects.filter(pk=better.pk).update(team=team)
    standing = standing_of(team)
    standing.best_public_score, standing.public_key = 0.2, 0.2
    standing.best_submitted_at = better.created_at
    standing.save()
    assert board(cup)["results"][0]["numbers"] == [0.05, 0.0375]


def test_without_any_a_board_asks_nothing_of_submissions(django_assert_num_queries):
    cup = competition_with_solution("rmse")
    send(TeamFactory(competition=cup), 0.4)
    plain = Leaderboard(cup.phase, fresh=True)
    plain.sizes  # noqa: B018 -- counted beforehand
    with django_assert_num_queries(2):  # standings, members
        assert list(plain.rows(0, 10)[0].numbers) == []


def test_any_page_of_them_is_one_query_more(cup, django_assert_num_queries):
    for number in range(6):
        send(TeamFactory(competition=cup), 0.1 * (number + 1))
    plain = Leaderboard(cup.phase, fresh=True)
    plain.sizes  # noqa: B018
    with django_assert_num_queries(3):
        assert all(row.numbers[0] is not None for row in plain.rows(0, 10))


@pytest.mark.parametrize("asker", ["owner", "host", "nobody", "staff"])
def test_private_ones_open_with_the_confirmation(cup, asker):
    team = TeamFactory(competition=cup)
    send(team, 0.4, private=0.61)
    people = {"owner": team.owner, "host": cup.hosts.get(), "nobody": None, "staff": UserFactory(is_staff=True)}
    private_run(cup)
    hidden = "0.1525"  # a quarter of the private score

    def everything(user):
        client = asks(user)
        addresses = [f"/api/competitions/{cup.slug}/leaderboard/public/", f"/api/competitions/{cup.slug}/"]
        addresses += [f"/api/competitions/{cup.slug}/leaderboard/public/csv/"]
        addresses += [f"/api/teams/{team.pk}/submissions/", f"/api/submissions/{team.submissions.get().pk}/"]
        answers = [client.get(one) for one in addresses]
        return "".join((b"".join(one.streaming_content) if one.streaming else one.content).decode() for one in answers)

    with freeze_time(AFTER):
        assert hidden not in everything(people[asker])
        runs.confirm_private_leaderboard(phase=cup.phase, by=None, at=AFTER)
        assert hidden in everything(team.owner)
        assert board(cup, "private", people[asker])["results"][0]["numbers"][0] == pytest.approx(0.1525)


def test_a_private_run_keeps_them_in_full_and_the_preview_shows_few_digits(cup):
    team = TeamFactory(competition=cup)
    sent = send(team, 0.4, private=0.123456).submission
    private_run(cup)
    sent.refresh_from_db()
    assert sent.private_numbers["mae"] == pytest.approx(0.030864)
    assert sent.public_numbers == {"mae": 0.1, 'pinball{"alpha": 0.25}': 0.075}
    cup.refresh_from_db()
    assert Leaderboard(cup.phase, PRIVATE, fresh=True).rows(0, 1)[0].numbers[0] == 0.0309
    runs.confirm_private_leaderboard(phase=cup.phase, by=None, at=AFTER)
    cup.refresh_from_db()
    assert Leaderboard(cup.phase, PRIVATE, fresh=True).rows(0, 1)[0].numbers[0] == pytest.approx(0.030864)


def test_a_rescoring_works_them_out_anew(cup):
    team = TeamFactory(competition=cup)
    sent = send(team, 0.4).submission
    shifted = upload(solution_csv("rmse", shift=1.0)).file
    replace_solution(phase=cup.phase, file=shifted, filename="s.csv", by=cup.hosts.get(), at=NOON, reason="Wrong.")
    run = runs.start_run(phase=cup.phase, kind="rescore", by=None, at=NOON, reason="Wrong.")
    assert runs.work(run.pk, now=lambda: NOON) is runs.Outcome.DONE
    sent.refresh_from_db()
    # One row is 1.6 instead of 1, the others are 0 instead of 1.
    assert sent.public_numbers["mae"] == pytest.approx((0.6 + 15) / 16, abs=1e-4)
    assert sent.private_numbers == {}


def test_late_ones_have_them_as_they_have_scores(cup):
    early = TeamFactory(competition=cup)
    send(early, 0.4, at=ENDS - timedelta(hours=1))
    late = send(TeamFactory(competition=cup), 0.4, private=0.8, at=AFTER).submission
    assert (late.public_numbers["mae"], late.private_numbers) == (0.1, {})
    private_run(cup)
    runs.confirm_private_leaderboard(phase=cup.phase, by=None, at=LATER)
    score_late_privately(cup.phase.pk, LATER)
    late.refresh_from_db()
    assert late.private_numbers["mae"] == pytest.approx(0.2)
    cup.refresh_from_db()
    later = send(TeamFactory(competition=cup), 0.4, private=0.6, at=LATER).submission
    assert later.private_numbers["mae"] == pytest.approx(0.15)


def test_a_number_that_is_not_defined_for_a_file_is_left_out(cup):
    auc = CompetitionFactory(metric="auc", further_metrics=[{"metric": "log_loss", "params": {}}])
    give_solution(auc, solution_csv("auc"))
    team = TeamFactory(competition=auc)
    ids = range(1, 33)
    file = io.BytesIO(("id,target\n" + "".join(f"{one},{one}\n" for one in ids)).encode())
    sent = send(team, file=file).submission
    assert sent.public_numbers == {"log_loss": None}
    assert own(team)[0]["publicNumbers"] == [{"name": "Log loss", "score": None}]
    assert board(auc)["results"][0]["numbers"] == [None]


def test_the_csv_has_them_last(cup):
    send(TeamFactory(competition=cup, name="=ours"), 0.4)
    answer = asks().get(f"/api/competitions/{cup.slug}/leaderboard/public/csv/")
    header, row = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert header[-2:] == ["MAE", "Pinball loss (alpha=0.25)"]
    assert row[-2:] == ["0.1", "0.075"]


# --- choosing them ----------------------------------------------------------------------------------------------------
def edit(cup, further, **more):
    return edit_competition(competition=cup, changes={"further_metrics": further}, by=cup.hosts.get(), at=NOON, **more)


def test_a_host_chooses_them_and_everybody_reads_which(cup):
    host = cup.hosts.get()
    further = [{"metric": "mse", "params": {}}, {"metric": "pinball", "params": {"alpha": 0.9}}]
    sent = asks(host).patch(f"/api/competitions/{cup.slug}/", {"furtherMetrics": further}, format="json")
    assert sent.status_code == 200, sent.content
    body = asks().get(f"/api/competitions/{cup.slug}/").json()
    assert body["furtherMetrics"] == further
    assert [one["name"] for one in body["scoreColumns"]] == ["MSE", "Pinball loss (alpha=0.9)"]
    entry = LogRow.objects.filter(competition=cup, kind="metric").get()
    assert "mse" in json.dumps(entry.facts)


@pytest.mark.parametrize(
    "further",
    [
        [{"metric": "nothing"}],
        [{"metric": "rmse"}],
        [MAE] * 2,
        [{"metric": "mae", "params": {"alpha": 1}}],
        [{"metric": "mae", "params": {"group_column": "g"}}],
        [MAE, WORST, *({"metric": "pinball", "params": {"alpha": n / 10}} for n in range(1, 5))],
        "mae",
        [1],
        [{"params": {}}],
        [{"metric": "own_smaller_is_better"}],
    ],
    ids=str,
)
def test_bad_ones_are_a_located_refusal(cup, further):
    answer = asks(cup.hosts.get()).patch(f"/api/competitions/{cup.slug}/", {"furtherMetrics": further}, format="json")
    assert answer.status_code == 400, answer.content
    assert all(one["attr"].startswith("furtherMetrics") for one in answer.json()["errors"])


def test_one_that_the_solution_does_not_fit_is_refused_when_either_comes(cup):
    with pytest.raises(SolutionRefused) as refused:
        edit(cup, [{"metric": "auc", "params": {}}])
    assert refused.value.problems[0]["code"] == "other_inputs"
    assert "AUC" in refused.value.problems[0]["detail"]
    edit(cup, [{"metric": "rmsle", "params": {}}])
    negative = upload(solution_csv("rmse", shift=-1.0)).file
    cup.refresh_from_db()
    with pytest.raises(SolutionRefused) as refused:
        replace_solution(phase=cup.phase, file=negative, filename="s.csv", by=cup.hosts.get(), at=NOON)
    assert refused.value.problems[0]["code"] == "truth_out_of_range"


def test_another_metric_must_fit_them_too(cup):
    change = partial(edit_competition, competition=cup, by=cup.hosts.get(), at=NOON)
    with pytest.raises(SolutionRefused):
        change(changes={"metric": "r2_zero_mean", "metric_params": {}, "further_metrics": [{"metric": "auc"}]})
    edited = change(changes={"metric": "mae", "metric_params": {}, "further_metrics": [{"metric": "rmse"}]})
    assert [one.key for one in columns_of(edited.phase)] == ["rmse"]
    with pytest.raises(ValidationError):
        change(changes={"metric": "rmse"})  # it would be beside itself


def test_they_are_fixed_once_a_submission_was_received(cup):
    send(TeamFactory(competition=cup), 0.4)
    with pytest.raises(MetricInUse):
        edit(cup, [MAE], reason="I want fewer.")
    assert Competition.objects.get(pk=cup.pk).phase.further_metrics == [MAE, WORST]


@pytest.mark.parametrize("is_in_use", [False, True])
def test_the_admin_has_them_as_it_has_the_metric(cup, is_in_use, admin_client):
    if is_in_use:
        send(TeamFactory(competition=cup), 0.4)
    page = admin_client.get(f"/admin/competitions/competition/{cup.pk}/change/").content.decode()
    assert ('name="further_metrics"' in page) is not is_in_use
