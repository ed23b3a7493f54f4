"""Two teams become one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from freezegun import freeze_time

from competitions.models import Competition, MergeRequest, Phase, Standing, StandingChange
from submissions.models import Submission
from tests.factories import ENDS, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory, overwrite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("busy_neighbour")]


@pytest.fixture
def cup():
    return CompetitionFactory(max_team_size=3, daily_submission_limit=2)


@pytest.fixture
def ants(cup):
    return TeamFactory(competition=cup, name="Ants", owner__username="ann")


@pytest.fixture
def bees(cup):
    return TeamFactory(competition=cup, name="Bees", owner__username="ben")


@pytest.fixture
def ask(client_of, ants, bees):
    """The owner of the ants asks the bees."""

    def ask(team=bees, by=ants.owner):
        return client_of(by).post(f"/api/teams/{ants.pk}/merge-requests/", {"team": team.pk})

    return ask


@pytest.fixture
def decide(client_of):
    """`decide(user, "accept")`: about the newest request."""

    def decide(user, verb):
        return client_of(user).post(f"/api/merge-requests/{MergeRequest.objects.first().pk}/{verb}/")

    return decide


def refusal(answer):
    return answer.status_code, answer.json()["errors"][0]["code"]


# --- what becomes of them ---------------------------------------------------------------------------------------------
def test_the_team_that_was_asked_goes_on_with_everybody(ask, decide, ants, bees):
    asked = ask()
    merged = decide(bees.owner, "accept")

    assert asked.status_code == 201
    assert merged.status_code == 200, merged.json()
    assert merged.json()["id"] == bees.pk
    assert {member["username"] for member in merged.json()["members"]} == {"ann", "ben"}
    ants.refresh_from_db()
    assert ants.merged_into == bees
    assert ants.merged_at == NOON
    assert MergeRequest.objects.get().status == "accepted"


@pytest.mark.parametrize(("metric", "best"), [("rmse", 0.2), ("auc", 0.9)])
def test_score_time_counters_and_history_are_those_of_both(ask, decide, ants, bees, metric, best):
    Phase.objects.update(metric=metric, daily_submission_limit=None)
    for team in (ants, bees):
        team.competition.refresh_from_db()
    hour = timedelta(hours=1)
    ants.submits(0.5, at=NOON - 5 * hour)
    bees.submits(0.4, at=NOON - 4 * hour)
    ants.submits(best, at=NOON - 3 * hour)
    bees.submits(0.6, at=NOON - 2 * hour)

    ask()
    decide(bees.owner, "accept")

    standing = Standing.objects.get(team=bees)
    assert standing.best_public_score == best
    assert standing.best_submitted_at == NOON - 3 * hour
    assert standing.last_submitted_at == NOON - 2 * hour
    assert standing.total_submissions == 4
    assert Submission.objects.filter(team=bees).count() == 4
    emptied = Standing.objects.get(team=ants)
    assert not emptied.is_ranked
    assert emptied.best_public_score is None
    assert emptied.total_submissions == 0
    better = [0.5, 0.4, best] if metric == "rmse" else [0.5, best]
    assert list(StandingChange.objects.filter(team=bees).values_list("score", flat=True)) == better


def test_the_emptied_team_is_history(client_of, ask, decide, ants, bees, cup):
    ask()
    decide(bees.owner, "accept")
    assert [team["name"] for team in client_of().get(f"/api/competitions/{cup.slug}/teams/").json()["results"]] == [
        "Bees"
    ]
    shown = client_of().get(f"/api/teams/{ants.pk}/").json()
    assert (shown["isActive"], shown["mergedInto"], shown["members"]) == (False, bees.pk, [])


def test_other_requests_of_the_emptied_team_are_off(client_of, ask, decide, ants, bees, cup):
    cats = TeamFactory(competition=cup)
    ask(cats)
    client_of(cats.owner).post(f"/api/teams/{cats.pk}/merge-requests/", {"team": bees.pk})
    ask()
    decide(bees.owner, "accept")
    states = MergeRequest.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["cancelled", "pending", "accepted"]


def test_who_is_in_by_the_merge_is_invited_no_more(client_of, ask, decide, ants, bees):
    other = UserFactory()
    for name in (ants.owner.username, other.username):
        client_of(bees.owner).post(f"/api/teams/{bees.pk}/invitations/", {"username": name})
    ask()
    decide(bees.owner, "accept")
    assert client_of(ants.owner).get("/api/invitations/").json()["count"] == 0
    assert client_of(other).get("/api/invitations/").json()["count"] == 1


# --- who --------------------------------------------------------------------------------------------------------------
def test_only_the_owner_asked_may_accept_or_refuse(ask, decide, ants, bees, cup):
    bystander = TeamFactory(competition=cup)
    superuser = UserFactory(is_superuser=True)
    ask()
    for verb in ("accept", "refuse"):
        assert refusal(decide(ants.owner, verb)) == (403, "not_the_team_owner")
        assert refusal(decide(bystander.owner, verb)) == (404, "not_found")
        assert refusal(decide(superuser, verb)) == (404, "not_found")
        assert decide(None, verb).status_code == 401
    assert MergeRequest.objects.get().status == "pending"


def test_a_member_of_the_team_asked_may_not(ask, decide, bees, cup):
    member = UserFactory()
    bees.memberships.create(user=member, competition=cup, joined_at=NOON)
    ask()
    assert refusal(decide(member, "accept")) == (403, "not_the_team_owner")


def test_the_owner_asked_refuses(ask, decide, bees, ants):
    ask()
    assert decide(bees.owner, "refuse").json()["status"] == "refused"
    assert refusal(decide(bees.owner, "accept")) == (409, "not_pending")
    assert refusal(decide(ants.owner, "cancel")) == (409, "not_pending")
    assert ask().status_code == 201


def test_the_owner_who_asks_takes_it_back(ask, decide, bees, ants):
    ask()
    assert refusal(decide(bees.owner, "cancel")) == (403, "not_the_team_owner")
    assert decide(ants.owner, "cancel").json()["status"] == "cancelled"
    assert refusal(decide(bees.owner, "accept")) == (409, "not_pending")


def test_only_an_owner_asks(ask, bees, ants, cup):
    member = UserFactory()
    ants.memberships.create(user=member, competition=cup, joined_at=NOON)
    assert refusal(ask(by=member)) == (403, "not_the_team_owner")
    assert refusal(ask(by=bees.owner)) == (403, "not_the_team_owner")


def test_members_of_both_see_the_request_and_nobody_else(client_of, ask, ants, bees):
    ask()
    for team, can_decide in ((ants, False), (bees, True)):
        shown = client_of(team.owner).get(f"/api/teams/{team.pk}/merge-requests/").json()
        assert [(one["fromTeam"]["name"], one["toTeam"]["name"]) for one in shown] == [("Ants", "Bees")]
        assert (shown[0]["canDecide"], shown[0]["canCancel"]) == (can_decide, not can_decide)
    for user in (None, bees.owner, UserFactory(is_superuser=True)):
        assert client_of(user).get(f"/api/teams/{ants.pk}/merge-requests/").status_code == 403


# --- when -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("merge_deadline", "at", "code"),
    [
        (None, ENDS - timedelta(seconds=1), None),
        (None, ENDS, "competition_ended"),
        (NOON, NOON - timedelta(seconds=1), None),
        (NOON, NOON, "merge_deadline_passed"),
    ],
)
def test_until_the_merge_deadline(ask, decide, bees, merge_deadline, at, code):
    Competition.objects.update(merge_deadline=merge_deadline)
    with freeze_time(at - timedelta(minutes=1)):
        ask()
    with freeze_time(at):
        answer = decide(bees.owner, "accept")
        if code is None:
            assert answer.status_code == 200
        else:
            assert refusal(answer) == (403, code)
            MergeRequest.objects.update(status="refused")
            assert refusal(ask()) == (403, code)


# --- how many ---------------------------------------------------------------------------------------------------------
def test_not_more_members_than_a_team_may_have(ask, decide, bees, ants, cup):
    ask()
    for _ in range(2):
        bees.memberships.create(user=UserFactory(), competition=cup, joined_at=NOON)
    assert refusal(decide(bees.owner, "accept")) == (409, "team_full")
    MergeRequest.objects.all().delete()
    assert refusal(ask()) == (409, "team_full")


def test_not_more_submissions_than_one_team_could_have_made_by_then(ask, decide, bees, ants):
    """Two a day: on the second day four, however they are spread."""
    first, second = STARTS + timedelta(hours=1), STARTS + timedelta(days=1, hours=1)
    for team in (ants, bees):
        team.submits(0.5, at=first)
        team.submits(0.5, at=first)
    with freeze_time(first + timedelta(hours=1)):
        answer = ask()
        assert refusal(answer) == (409, "too_many_submissions_together")
        assert answer.json()["errors"][0]["params"] == {"found": 4, "limit": 2}
    with freeze_time(second):
        assert ask().status_code == 201
        bees.submits(0.5, at=second)
        assert refusal(decide(bees.owner, "accept")) == (409, "too_many_submissions_together")
    with freeze_time(second + timedelta(days=1)):
        assert decide(bees.owner, "accept").status_code == 200


def test_the_total_limit_counts_too(ask, bees, ants):
    Phase.objects.update(total_submission_limit=3)
    for team in (ants, bees):
        team.submits(0.5)
        team.submits(0.5)
    assert refusal(ask()) == (409, "too_many_submissions_together")


# How many each of two teams has of five a day on the first of two days, and whether they may become one.
@pytest.mark.parametrize(
    ("bound", "each", "code"),
    [
        ("by_now", (2, 3), None),
        ("by_now", (3, 3), "too_many_submissions_together"),
        ("by_end", (3, 3), None),
        ("by_end", (5, 6), "too_many_submissions_by_the_end"),
        ("none", (5, 6), None),
    ],
)
def test_organisers_choose_how_many_submissions_together(client_of, ask, decide, ants, bees, cup, bound, each, code):
    ends_at = STARTS + timedelta(days=2)
    overwrite(cup, daily_submission_limit=5, merge_bound=bound, ends_at=ends_at)
    for team, number in zip((ants, bees), each, strict=True):
        for _number in range(number):
            team.submits(0.5, at=STARTS)
    with freeze_time(STARTS + timedelta(hours=5)):
        preview = client_of(ants.owner).get(f"/api/teams/{ants.pk}/merge-requests/preview/", {"team": bees.pk}).json()
        assert (preview["ours"], preview["theirs"], preview["total"]) == (*each, sum(each))
        assert preview["limit"] == {"by_now": 5, "by_end": 10, "none": None}[bound]
        assert (preview["refusal"] or {}).get("code") == code
        answer = ask()
        if code is None:
            assert answer.status_code == 201
            assert decide(bees.owner, "accept").status_code == 200
        else:
            assert refusal(answer) == (409, code)


def test_a_preview_asks_nobody_and_is_for_the_owner(client_of, ants, bees, cup):
    path, other = f"/api/teams/{ants.pk}/merge-requests/preview/", {"team": bees.pk}
    with freeze_time(NOON):
        assert client_of(ants.owner).get(path, other).json()["refusal"] is None
        assert client_of(bees.owner).get(path, other).status_code == 403
        assert refusal(client_of(ants.owner).get(path, {"team": ants.pk}))[1] == "same_team"
        assert client_of(ants.owner).get(path).status_code == 400
    assert not MergeRequest.objects.exists()
    with freeze_time(ENDS):
        assert client_of(ants.owner).get(path, other).json()["refusal"]["code"] == "competition_ended"


@pytest.mark.parametrize("hides", [{"board_audience": "hosts"}, {"board_freezes_at": NOON - timedelta(hours=1)}])
def test_the_sum_is_not_told_where_the_leaderboard_does_not_tell_it(client_of, ask, ants, bees, cup, hides):
    overwrite(cup, total_submission_limit=1, **hides)
    for team in (ants, bees):
        team.submits(0.5, at=NOON)
    with freeze_time(NOON):
        preview = client_of(ants.owner).get(f"/api/teams/{ants.pk}/merge-requests/preview/", {"team": bees.pk}).json()
        assert (preview["ours"], preview["theirs"], preview["total"]) == (1, None, None)
        assert refusal(ask()) == (409, "too_many_submissions_unseen")


def test_without_limits_any_number_will_do(ask, bees, ants):
    Phase.objects.update(daily_submission_limit=None)
    for _ in range(9):
        ants.submits(0.5)
    assert ask().status_code == 201


# --- with whom --------------------------------------------------------------------------------------------------------
def test_with_a_team_of_the_same_competition_that_goes_on(client_of, ask, ants, bees, cup):
    disbanded = TeamFactory(competition=cup, disbanded_at=NOON)
    for team in (TeamFactory(), disbanded):
        assert refusal(ask(team)) == (400, "no_such_team")
    assert refusal(ask(ants)) == (400, "same_team")
    answer = client_of(ants.owner).post(f"/api/teams/{ants.pk}/merge-requests/", {"team": 10**12})
    assert refusal(answer) == (400, "no_such_team")


def test_once_is_enough(client_of, ask, ants, bees):
    ask()
    assert refusal(ask()) == (409, "already_requested")
    back = client_of(bees.owner).post(f"/api/teams/{bees.pk}/merge-requests/", {"team": ants.pk})
    assert refusal(back) == (409, "already_requested")


@pytest.mark.parametrize("body", [{}, {"team": "x"}, {"team": 0}, {"team": 10**40}, {"team": [1]}, []], ids=str)
def test_nonsense_is_a_clear_error(client_of, ants, body):
    assert client_of(ants.owner).post(f"/api/teams/{ants.pk}/merge-requests/", body).status_code == 400


def test_whoever_listens_is_told(ask, decide, bees, hears):
    with hears("merge_requested", "teams_merging", "merge_request_decided", "teams_merged") as heard:
        ask()
        decide(bees.owner, "accept")
    assert heard == ["teams_merging", "merge_requested", "merge_request_decided", "teams_merged"]


def test_a_refusal_tells_of_the_decision_and_of_no_merge(ask, decide, bees, hears):
    ask()
    with hears("merge_request_decided", "teams_merged") as heard:
        decide(bees.owner, "refuse")
    assert heard == ["merge_request_decided"]


@pytest.mark.parametrize("gone", ["ants", "bees"])
def test_a_team_that_is_no_more_is_not_merged(ask, decide, ants, bees, gone):
    """Its open requests go with it; one that stayed behind must not bring it back."""
    ask()
    team = {"ants": ants, "bees": bees}[gone]
    team.disbanded_at = NOON
    team.save()
    assert refusal(decide(bees.owner, "accept")) == (409, "team_not_active")
    ants.refresh_from_db()
    assert ants.merged_into is None


def test_a_team_that_is_out_of_competition_already_is_not_taken_out_again(ask, decide, ants, bees):
    ask()
    for team in (ants, bees):
        type(team).objects.filter(pk=team.pk).update(out_of_competition_at=STARTS)
    assert decide(bees.owner, "accept").status_code == 200
    bees.refresh_from_db()
    assert bees.out_of_competition_at == STARTS
