"""The demo: real data, real models, a competition in each state, and people one can sign in as."""

import io
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from competitions.leaderboards.standings import private_rank, public_rank
from competitions.models import Competition, Standing, Team
from main.demo import build, ladder, people, season, stories
from main.demo.problems import PROBLEMS, csv
from submissions.models import Submission
from submissions.services.submitting import submit

NOW = datetime(2026, 6, 20, 9, 41, tzinfo=UTC)
FEW = tuple(crew for crew in people.CREWS if crew.members[0] in ("sakura", "alice", "bob", "lena"))


ATTEMPTS = {}


@pytest.fixture
def demo(db, monkeypatch):
    """A smaller demo: fewer teams, and each model fitted once for all tests."""
    fit = season._attempt

    def remembered(story, problem, rung, *, seed):
        key = (story.slug, rung.memo, seed)
        if key not in ATTEMPTS:
            ATTEMPTS[key] = fit(story, problem, rung, seed=seed)
        return ATTEMPTS[key]

    monkeypatch.setattr(season, "_attempt", remembered)
    monkeypatch.setattr(build, "CREWS", FEW)
    make()


def make(**options):
    build.build(password=options.get("password", "uzu-demo"), at=NOW, say=lambda _text: None)


def states(at=NOW):
    return {competition.slug: competition.phase.state(at) for competition in Competition.objects.all()}


def test_one_runs_one_is_confirmed_one_is_to_come(demo):
    assert states() == {"demo-diabetes": "running", "demo-breast-cancer": "confirmed", "demo-digits": "upcoming"}


def test_both_directions_are_there(demo):
    metrics = dict(Competition.objects.values_list("slug", "current_phase__metric"))
    assert metrics == {"demo-diabetes": "rmse", "demo-breast-cancer": "auc", "demo-digits": "log_loss"}


def test_models_get_better_the_further_up_the_ladder():
    for name, rungs, scorer, sign in (
        ("diabetes", ladder.REGRESSION, "neg_root_mean_squared_error", -1.0),
        ("breast_cancer", ladder.CLASSIFICATION, "roc_auc", 1.0),
    ):
        problem = PROBLEMS[name]()
        first, last = (
            ladder.attempt(problem, rung, seed=1, scoring=scorer, sign=sign).cv_score for rung in (rungs[1], rungs[-1])
        )
        assert (last > first) is (sign > 0)


def test_submissions_are_spread_over_the_time_and_in_the_limits(demo):
    running = Competition.objects.get(slug="demo-diabetes")
    made = list(Submission.objects.filter(competition=running).order_by("pk"))
    assert len(made) == sum(crew.submissions for crew in FEW) + 1
    assert [one.created_at for one in made] == sorted(one.created_at for one in made)
    assert running.phase.starts_at < made[0].created_at < made[-1].created_at < NOW
    assert len({one.created_at.date() for one in made}) >= 4
    assert Submission.objects.filter(competition=running, status="refused").count() == 1


def test_the_finished_one_has_a_result_and_the_running_one_has_none(demo):
    finished = Standing.objects.filter(competition__slug="demo-breast-cancer", total_submissions__gt=0)
    assert sorted(private_rank(standing) for standing in finished) == [1, 2, 3]
    assert not Submission.objects.filter(competition__slug="demo-diabetes", private_score__isnull=False).exists()
    late = Submission.objects.get(is_late=True)
    assert late.private_score is not None
    assert private_rank(late.team.standings.get()) == private_rank(Standing.objects.get(team=late.team))


def test_a_team_without_a_submission_stands_without_a_rank(demo):
    assert (
        public_rank(Team.objects.get(competition__slug="demo-diabetes", owner__username="lena").standings.get()) is None
    )


@pytest.mark.parametrize("slug", ["demo-diabetes", "demo-breast-cancer", "demo-digits"])
def test_the_files_it_offers_are_enough_to_submit(demo, slug):
    """Who downloads them, fits nothing and submits the sample gets a score."""
    competition = Competition.objects.get(slug=slug)
    names = list(competition.data_files.values_list("name", flat=True))
    assert names == ["sample_submission.csv", "test.csv", "train.csv"]
    sample = competition.data_files.get(is_sample_submission=True)
    team = Team.objects.get(competition=competition, owner__username="lena")
    with sample.file.open() as file:
        outcome = submit(
            user=team.owner,
            team=team,
            file=io.BytesIO(file.read()),
            filename=sample.name,
            at=max(NOW, competition.phase.starts_at),
        )
    assert outcome.submission.status == "scored"
    assert outcome.submission.public_score is not None


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_participants_get_does_not_hold_the_answers(name):
    problem = PROBLEMS[name]()
    assert problem.label in problem.train
    assert problem.label not in problem.test
    assert set(problem.train["id"]).isdisjoint(problem.test["id"])
    assert problem.files()["test.csv"] == csv(problem.test)
    assert set(problem.answers["Usage"]) == {"Public", "Private"}


def test_host_alice_and_bob_can_sign_in_and_the_others_can_not(demo):
    users = get_user_model().objects.in_bulk(field_name="username")
    assert {name for name, user in users.items() if user.check_password("uzu-demo")} == {"host", "alice", "bob"}
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == len(users)
    assert Competition.objects.filter(hosts=users["host"]).count() == len(stories.STORIES)


def test_the_host_runs_private_scoring_in_the_admin(demo, client):
    """With nothing set up by hand: from the password on."""
    signed_in = client.post("/admin/login/?next=/admin/", {"username": "host", "password": "uzu-demo"})
    assert signed_in.headers["Location"] == "/admin/"
    competition = Competition.objects.get(slug="demo-breast-cancer")
    assert (
        client.get(f"/admin/competitions/competition/{competition.pk}/change/").context["scoring"]["no_private"] is None
    )
    assert client.get("/admin/competitions/competition/add/").status_code == 200
    assert not get_user_model().objects.filter(is_staff=True).exclude(username="host").exists()


def test_an_account_that_is_somebody_elses_is_left_alone(db):
    get_user_model().objects.create_user("Alice", "alice@university.example", "her own password")
    with pytest.raises(CommandError, match="alice"):
        call_command("demo")
    assert get_user_model().objects.get().check_password("her own password")
    assert not Competition.objects.exists()


def test_people_of_the_demo_may_have_changed_their_address(demo):
    get_user_model().objects.filter(username="host").update(email="elsewhere@example.com")
    make()
    assert Competition.objects.count() == len(stories.STORIES)


def test_made_again_it_replaces_itself_and_leaves_others_alone(demo, monkeypatch):
    mine = Competition.objects.create(
        title="Mine", slug="mine", metric="rmse", starts_at=NOW, ends_at=datetime(2026, 7, 1, tzinfo=UTC)
    )
    before = set(Competition.objects.values_list("pk", flat=True))
    make()
    after = set(Competition.objects.values_list("pk", flat=True))
    assert before & after == {mine.pk}
    assert len(after) == len(before)


def test_production_wants_a_password_of_its_own(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="--password"):
        call_command("demo")
    assert not get_user_model().objects.exists()


def test_a_database_with_competitions_is_left_as_it_is(db):
    Competition.objects.create(
        title="Mine", slug="mine", metric="rmse", starts_at=timezone.now(), ends_at=datetime(2099, 1, 1, tzinfo=UTC)
    )
    call_command("demo", if_empty=True)
    assert Competition.objects.count() == 1
