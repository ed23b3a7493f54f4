"""The scoring panel in the admin, and that no list shows a private score before its time."""

from __future__ import annotations

import pytest
from django.urls import reverse
from freezegun import freeze_time

from competitions.models import Competition
from submissions import runs
from submissions.models import ScoringRun, Submission
from tests.factories import AFTER, NOON, TeamFactory, UserFactory
from tests.neighbour import ours
from tests.submissions.conftest import competition_with_solution, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def host(db):
    return UserFactory(is_staff=True)


@pytest.fixture
def competition(host):
    return competition_with_solution("rmse", hosts=[host])


@pytest.fixture
def team(competition):
    return TeamFactory(competition=competition, name="Maelström")


@pytest.fixture
def page(client, host, competition):
    """`page(name, at=..., **data)`: GET, or POST with data, of one of the competition's admin addresses."""

    def ask(name="change", *, at=AFTER, user=host, **data):
        with freeze_time(at):
            client.force_login(user)
            name = name if name == "change" else f"scoring_{name}"
            url = reverse(f"admin:competitions_competition_{name}", args=[competition.pk])
            return client.post(url, data, follow=True) if data else client.get(url, follow=True)

    return ask


def text(answer) -> str:
    return answer.content.decode()


def score_privately(competition):
    run = runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    runs.work(run.pk, now=lambda: AFTER)


def test_while_it_runs_the_button_is_off_and_says_why(page, competition):
    shown = text(page(at=NOON))
    assert "Run private scoring" in shown
    assert 'aria-describedby="no-private"' in shown
    assert "closed to everybody, organisers included" in shown
    answer = page("start", at=NOON, kind="private")
    assert "closed to everybody, organisers included" in text(answer)
    assert not ours(ScoringRun).exists()


def test_the_whole_way_from_the_button_to_the_open_leaderboard(page, competition, team, host):
    send(team, 0.5, 0.25)
    assert "Run private scoring first" in text(page())
    shown = text(page("start", kind="private"))
    run = ours(ScoringRun).get()
    assert (run.kind, run.started_by) == ("private", host)
    assert 'data-progress="' in shown
    assert "<progress" in shown
    counts = {"done": 0, "total": 0, "failed": 0}
    assert page("progress").json() == {"active": True, "status": "queued", "waits_for": "", **counts}
    assert "Scoring is under way" in text(page("start", kind="rescore", reason="x"))

    runs.work(run.pk, now=lambda: AFTER)
    assert page("progress").json() == {"active": False}
    shown = text(page())
    assert "Preview of the private leaderboard" in shown
    assert "0.25" not in shown
    preview = text(page("preview"))
    assert "Maelström" in preview
    assert "0.25" in preview
    assert b",0.25," in page("preview_csv").getvalue()

    assert "is open" in text(page("confirm", sure=1))
    assert ours(Competition).get().phase.confirmed_by == host
    assert "closed again" in text(page("unconfirm", sure=1, reason="A row was wrong."))
    assert ours(Competition).get().phase.confirmed_at is None


def test_a_rescoring_takes_a_reason(page, competition, team):
    send(team)
    assert "Say why" in text(page("start", at=NOON, kind="rescore", reason=" "))
    page("start", at=NOON, kind="rescore", reason="Row 7 was wrong.")
    assert ours(ScoringRun).get().reason == "Row 7 was wrong."
    assert page("start", at=NOON, kind="nonsense").status_code == 200


@pytest.mark.parametrize("name", ["start", "confirm", "unconfirm"])
def test_what_changes_something_is_never_a_get(page, name):
    assert page(name).status_code == 405


def test_others_of_the_staff_neither_see_nor_press_it(page, competition):
    other = UserFactory(is_staff=True)
    assert "Run private scoring" not in text(page(user=other))
    assert page("start", user=other, kind="private").status_code == 404
    assert page("preview", user=other).status_code == 404
    assert not ours(ScoringRun).exists()


def test_the_preview_is_closed_before_the_end_and_before_scoring(page, competition, team):
    send(team, 0.5, 0.25)
    for name in ("preview", "preview_csv"):
        assert "closed to everybody" in text(page(name, at=NOON))
        assert "Run private scoring first" in text(page(name))


def test_the_page_has_no_inline_script_or_style(page, competition, team):
    send(team)
    runs.start_run(phase=competition.phase, kind="private", by=None, at=AFTER)
    panel = text(page()).partition('<section class="scoring-panel')[2].partition("</section>")[0]
    assert "<script" not in panel
    assert "style=" not in panel
    assert " on" + "click" not in panel


# --- lists --------------------------------------------------------------------------------------------------------------
@pytest.fixture
def listing(client, host):
    def ask(model, *, at=AFTER, user=host, **params):
        with freeze_time(at):
            client.force_login(user)
            return client.get(reverse(f"admin:submissions_{model}_changelist"), params)

    return ask


def test_no_list_or_page_shows_a_private_score_before_the_confirmation(listing, client, competition, team, host):
    submission = send(team, 0.5, 0.125).submission
    score_privately(competition)
    root = UserFactory(is_staff=True, is_superuser=True)
    for user in (host, root):
        assert "0.125" not in text(listing("submission", user=user))
        assert "0.125" not in text(listing("scoringrun", user=user))
        with freeze_time(AFTER):
            one = client.get(reverse("admin:submissions_submission_change", args=[submission.pk]))
            standings = client.get(reverse("admin:competitions_standing_changelist"))
        assert one.status_code == 200
        assert "0.125" not in text(one) + text(standings)
    runs.confirm_private_leaderboard(phase=competition.phase, by=None, at=AFTER)
    assert "0.125" in text(listing("submission"))


@pytest.mark.alone  # the list is of the whole site
def test_submissions_can_not_be_ordered_or_filtered_by_their_private_scores(listing, competition, team):
    for hour, private in enumerate([0.5, 0.125, 0.25]):
        send(team, 0.5, private)
        assert hour < 3
    score_privately(competition)
    root = UserFactory(is_staff=True, is_superuser=True)
    plain = [row.pk for row in listing("submission", user=root).context["cl"].result_list]
    for number in range(20):
        ordered = [row.pk for row in listing("submission", user=root, o=str(number)).context["cl"].result_list]
        assert ordered in (plain, plain[::-1])
    assert ours(Submission).filter(private_score__gt=0.3).count() == 1


@pytest.mark.parametrize(
    ("room", "model", "lookup"),
    [
        ("submissions", "submission", "private_score"),
        ("submissions", "submission", "private_score__gt"),
        ("submissions", "submission", "private_score__isnull"),
        ("submissions", "submission", "team__standing__private_key__gt"),
        ("competitions", "standing", "private_key__gt"),
        ("competitions", "standing", "best_private_score__gt"),
        ("competitions", "standing", "private_submitted_at__isnull"),
        ("competitions", "team", "standing__best_private_score__gt"),
    ],
)
def test_no_address_filters_by_the_private_side(client, competition, team, room, model, lookup):
    send(team, 0.5, 0.125)
    score_privately(competition)
    with freeze_time(AFTER):
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        answer = client.get(reverse(f"admin:{room}_{model}_changelist"), {lookup: "0"})
    assert answer.status_code == 400


def test_submissions_and_runs_can_only_be_looked_at(listing, client, team, host, competition):
    submission = send(team).submission
    url = reverse("admin:submissions_submission_change", args=[submission.pk])
    with freeze_time(AFTER):
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        assert client.post(url, {"public_score": 0}).status_code == 403
        assert client.get(reverse("admin:submissions_submission_add")).status_code == 403
        assert client.get(reverse("admin:submissions_scoringrun_add")).status_code == 403


def test_staff_see_the_submissions_of_competitions_they_organise(listing, team):
    send(team)
    assert len(listing("submission").context["cl"].result_list) == 1
    assert len(listing("submission", user=UserFactory(is_staff=True)).context["cl"].result_list) == 0
