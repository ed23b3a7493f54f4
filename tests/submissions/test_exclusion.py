"""Disqualified teams and void submissions: out of every ranking at once, back at once, told, logged, answered."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from freezegun import freeze_time

from competitions.exceptions import LeftWithSubmissions, ReasonMissing, TeamDisqualified, TeamNotActive
from competitions.models import RequestStatus, Standing, StandingChange, Team
from competitions.teams.entries import enter
from competitions.teams.invitations import accept_invitation, invite
from competitions.teams.members import leave
from competitions.teams.merges import accept_merge, request_merge
from submissions import runs
from submissions.checking import differences
from submissions.exceptions import SubmissionVoid, TotalLimitReached
from submissions.exclusion.exceptions import AlreadyAnswered, AlreadyExcluded, AlreadyLifted, NothingToVoid
from submissions.exclusion.services import answer, disqualify, lift, void
from submissions.limits import allowance
from submissions.models import Submission
from submissions.services import select
from tests.competitions.test_log import newest, work_out
from tests.factories import AFTER, ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory, give_solution, standing_of
from tests.submissions.conftest import send
from tests.submissions.files import solution_csv

pytestmark = pytest.mark.django_db
WHY = "Two accounts of one person."


@pytest.fixture(params=["rmse", "auc"])
def metric(request):
    return request.param


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def cup(host, metric):
    cup = CompetitionFactory(slug="cup", hosts=[host], metric=metric, selectable_submissions=1)
    give_solution(cup, solution_csv(metric))
    return cup


@pytest.fixture
def teams(cup, metric):
    """Three teams, best first."""
    scores = {"rmse": (0.1, 0.2, 0.3), "auc": (0.9, 0.8, 0.7)}[metric]
    found = [TeamFactory(competition=cup, name=name) for name in ("first", "second", "third")]
    for team, score in zip(found, scores, strict=True):
        team.sent = send(team, score, score, at=NOON - timedelta(hours=1)).submission
    return found


def scored(cup, host, *, confirmed=True):
    work_out(runs.start_run(phase=cup.phase, kind="private", by=host, at=AFTER, reason="Again."), AFTER)
    if confirmed:
        runs.confirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER)
    cup.refresh_from_db()


def board(api, path="public/", at=NOON):
    with freeze_time(at):
        rows = api.get(f"/api/competitions/cup/leaderboard/{path}").json()["results"]
    return [(row["rank"], row["team"]["name"], row["disqualified"]) for row in rows]


def kinds(cup) -> list[str]:
    acts = ("disqualified", "reinstated", "voided", "restored")
    return list(cup.log.filter(kind__in=acts).order_by("sequence").values_list("kind", flat=True))


def whole(cup):
    assert list(differences(cup.phase)) == []


# --- a team -----------------------------------------------------------------------------------------------------------
def test_ranks_close_up_on_every_board_and_open_again(cup, teams, host, api):
    first = teams[0]
    exclusion = disqualify(team=first, reason=WHY, by=host, at=NOON)
    assert board(api) == [(1, "second", False), (2, "third", False), (None, "first", True)]
    whole(cup)
    with freeze_time(NOON):
        history = api.get("/api/competitions/cup/leaderboard/history/").json()
        assert [team["name"] for team in history["teams"]] == ["second", "third"]
        assert api.get("/api/competitions/cup/").json()["teamCount"] == 2
        text = b"".join(api.get("/api/competitions/cup/leaderboard/public/csv/").streaming_content).decode()
        guruguru = api.get("/competitions/cup/public/").json()["results"]
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ["1", "2", ""]
    assert text.splitlines()[3].endswith(",true,")
    assert [row["name"] for row in guruguru] == ["second", "third"]
    lift(exclusion=exclusion, reason="A mistake.", by=host, at=NOON)
    assert board(api) == [(1, "first", False), (2, "second", False), (3, "third", False)]
    whole(cup)


def test_the_final_ranking_closes_up_before_and_after_the_confirmation(cup, teams, host, api):
    first, second, _third = teams
    early = disqualify(team=second, reason=WHY, by=host, at=NOON)
    scored(cup, host)
    assert board(api, "private/", AFTER) == [(1, "first", False), (2, "third", False), (None, "second", True)]
    disqualify(team=first, reason=WHY, by=host, at=AFTER)
    cup.refresh_from_db()
    assert cup.phase.confirmed_at is not None
    with freeze_time(AFTER):
        rows = api.get("/api/competitions/cup/leaderboard/private/").json()["results"]
    assert [(row["rank"], row["publicRank"], row["change"], row["team"]["name"]) for row in rows] == [
        (1, 1, 0, "third"),
        (None, None, None, "first"),
        (None, None, None, "second"),
    ]
    # The private score of a team that was out while all were scored is there when it comes back.
    lift(exclusion=early, reason="A mistake.", by=host, at=AFTER)
    assert board(api, "private/", AFTER) == [(1, "second", False), (2, "third", False), (None, "first", True)]
    whole(cup)
    call_command("check_standings", stdout=StringIO())


def test_a_poll_is_told_that_the_board_changed(cup, teams, host, api):
    with freeze_time(NOON):
        tag = api.get("/api/competitions/cup/leaderboard/public/")["ETag"]
        disqualify(team=teams[0], reason=WHY, by=host, at=NOON)
        answer_ = api.get("/api/competitions/cup/leaderboard/public/", HTTP_IF_NONE_MATCH=tag)
    assert answer_.status_code == 200


def test_those_out_of_competition_stand_above_those_disqualified_whatever_their_scores(cup, teams, host, api):
    disqualify(team=teams[0], reason=WHY, by=host, at=NOON)
    enter(competition=cup, user=host, at=NOON)
    assert [(rank, is_out) for rank, _name, is_out in board(api)] == [
        (1, False), (2, False), (None, False), (None, True),
    ]  # fmt: skip


def test_a_disqualified_team_submits_no_more_and_keeps_what_it_has(cup, teams, host):
    first = teams[0]
    disqualify(team=first, reason=WHY, by=host, at=NOON)
    first = Team.objects.select_related("competition").get(pk=first.pk)
    assert allowance(first, first.competition.phase, NOON).reason == "team_disqualified"
    assert allowance(first, first.competition.phase, NOON).used_total == 1
    with pytest.raises(TeamDisqualified):
        send(first)
    select(submission=teams[0].sent, selected=True, by=first.owner, at=NOON)
    assert standing_of(first).total_submissions == 1


def test_no_way_out_by_leaving_dissolving_joining_or_merging(cup, teams, host):
    first, second, third = teams
    newcomer, bystander = UserFactory(), UserFactory()
    waiting = invite(team=first, username=newcomer.username, by=first.owner, at=NOON)
    asked = request_merge(from_team=first, to_team_id=second.pk, by=first.owner, at=NOON)
    disqualify(team=first, reason=WHY, by=host, at=NOON)
    # What was asked before is off, and nothing new is asked.
    waiting.refresh_from_db()
    asked.refresh_from_db()
    assert (waiting.status, asked.status) == (RequestStatus.CANCELLED, RequestStatus.CANCELLED)
    for act in (
        lambda: invite(team=first, username=bystander.username, by=first.owner, at=NOON),
        lambda: request_merge(from_team=first, to_team_id=third.pk, by=first.owner, at=NOON),
        lambda: request_merge(from_team=third, to_team_id=first.pk, by=third.owner, at=NOON),
    ):
        with pytest.raises(TeamDisqualified):
            act()
    # Who leaves may come back to it, as it is, and to no other team.
    leave(team=first, user=first.owner, at=NOON)
    into_another = invite(team=third, username=first.owner.username, by=third.owner, at=NOON)
    with pytest.raises(LeftWithSubmissions):
        accept_invitation(invitation=into_another, user=first.owner, at=NOON)
    back = enter(competition=cup, user=first.owner, at=NOON)
    assert back == first
    assert Team.objects.get(pk=first.pk).is_disqualified
    assert not Standing.objects.get(team=first).is_ranked
    with pytest.raises(TeamDisqualified):
        accept_invitation(invitation=into_another, user=first.owner, at=NOON)
    whole(cup)


def test_who_never_submitted_finds_no_way_out_either(cup, host):
    team = TeamFactory(competition=cup)
    disqualify(team=team, reason=WHY, by=host, at=NOON)
    leave(team=team, user=team.owner, at=NOON)
    assert enter(competition=cup, user=team.owner, at=NOON) == team


def test_a_request_that_escaped_is_refused_all_the_same(cup, teams, host):
    first, second, _third = teams
    asked = request_merge(from_team=second, to_team_id=first.pk, by=second.owner, at=NOON)
    disqualify(team=first, reason=WHY, by=host, at=NOON)
    asked.status = RequestStatus.PENDING
    asked.save()
    with pytest.raises(TeamDisqualified):
        accept_merge(merge_request=asked, by=first.owner, at=NOON)


def test_a_team_that_everybody_left_can_be_disqualified_and_one_that_merged_can_not(cup, teams, host):
    first, second, third = teams
    leave(team=first, user=first.owner, at=NOON)
    disqualify(team=first, reason=WHY, by=host, at=NOON)
    assert enter(competition=cup, user=first.owner, at=NOON) == first
    assert not Standing.objects.get(team=first).is_ranked
    accept_merge(
        merge_request=request_merge(from_team=second, to_team_id=third.pk, by=second.owner, at=NOON),
        by=third.owner,
        at=NOON,
    )
    with pytest.raises(TeamNotActive):
        disqualify(team=second, reason=WHY, by=host, at=NOON)


# --- a submission -----------------------------------------------------------------------------------------------------
def test_a_void_submission_ranks_no_more_and_used_its_slot(cup, teams, host, api, metric):
    first = teams[0]
    worse = send(first, *({"rmse": (0.5, 0.5), "auc": (0.5, 0.5)}[metric]), at=NOON).submission
    exclusion = void(submission=first.sent, reason=WHY, by=host, at=NOON)
    assert [name for _rank, name, _out in board(api)] == ["second", "third", "first"]
    standing = Standing.objects.get(team=first)
    assert (standing.best_public_score, standing.best_submitted_at) == (worse.public_score, worse.created_at)
    assert standing.total_submissions == 2
    assert list(StandingChange.objects.filter(team=first).values_list("score", flat=True)) == [worse.public_score]
    assert allowance(first, first.competition.phase, NOON).used_total == 2
    whole(cup)
    lift(exclusion=exclusion, reason="A mistake.", by=host, at=NOON)
    assert [name for _rank, name, _out in board(api)] == ["first", "second", "third"]
    whole(cup)


def test_a_team_whose_only_submission_is_void_has_no_rank(cup, teams, host, api):
    void(submission=teams[0].sent, reason=WHY, by=host, at=NOON)
    assert board(api) == [(1, "second", False), (2, "third", False), (None, "first", False)]
    assert StandingChange.objects.filter(team=teams[0]).count() == 0
    whole(cup)


def test_it_gives_no_slot_back(cup, teams, host):
    cup.phase.total_submission_limit = 1
    cup.phase.save()
    void(submission=teams[0].sent, reason=WHY, by=host, at=NOON)
    with pytest.raises(TotalLimitReached):
        send(Team.objects.select_related("competition", "owner").get(pk=teams[0].pk))


def test_it_is_selected_no_more_leaves_room_for_another_and_comes_back_selected(cup, teams, host):
    first = teams[0]
    select(submission=first.sent, selected=True, by=first.owner, at=NOON)
    exclusion = void(submission=first.sent, reason=WHY, by=host, at=NOON)
    first.sent.refresh_from_db()
    assert not first.sent.is_selected
    with pytest.raises(SubmissionVoid):
        select(submission=first.sent, selected=True, by=first.owner, at=NOON)
    lift(exclusion=exclusion, reason="A mistake.", by=host, at=AFTER)
    first.sent.refresh_from_db()
    assert first.sent.is_selected


def test_it_comes_back_unselected_where_another_one_took_its_place(cup, teams, host):
    first = teams[0]
    other = send(first, 0.5, 0.5, at=NOON).submission
    select(submission=first.sent, selected=True, by=first.owner, at=NOON)
    exclusion = void(submission=first.sent, reason=WHY, by=host, at=NOON)
    select(submission=other, selected=True, by=first.owner, at=NOON)
    lift(exclusion=exclusion, reason="A mistake.", by=host, at=NOON)
    assert list(Submission.objects.filter(team=first).selected()) == [other]


@pytest.mark.parametrize("when", ["before the run", "before the confirmation", "confirmed"])
def test_the_private_side_goes_by_what_is_left(cup, teams, host, api, metric, when):
    first = teams[0]
    send(first, 0.5, 0.5, at=NOON)
    if when == "before the run":
        exclusion = void(submission=first.sent, reason=WHY, by=host, at=AFTER)
        scored(cup, host)
    else:
        scored(cup, host, confirmed=when == "confirmed")
        exclusion = void(submission=first.sent, reason=WHY, by=host, at=AFTER)
    whole(cup)
    if when == "before the confirmation":
        # The run is still the newest and complete: nothing has to be scored again.
        runs.confirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER)
    assert [name for _rank, name, _out in board(api, "private/", AFTER)] == ["second", "third", "first"]
    lift(exclusion=exclusion, reason="A mistake.", by=host, at=AFTER)
    assert [name for _rank, name, _out in board(api, "private/", AFTER)] == ["first", "second", "third"]
    whole(cup)


def test_before_private_scoring_it_writes_no_private_side(cup, teams, host):
    Submission.objects.update(private_score=0.125)  # as a run that is under way has written some
    void(submission=teams[0].sent, reason=WHY, by=host, at=AFTER)
    assert not Standing.objects.filter(competition=cup).exclude(private_key=None).exists()


def test_one_that_is_refused_can_not_be_voided_and_a_late_one_moves_nothing(cup, teams, host, api):
    teams[0].submissions.update(status="refused", scored_at=None, public_score=None)
    with pytest.raises(NothingToVoid):
        void(submission=teams[0].sent, reason=WHY, by=host, at=NOON)
    late, before = send(teams[1], at=AFTER).submission, board(api)
    void(submission=late, reason=WHY, by=host, at=AFTER)
    assert board(api) == before


def test_a_merge_takes_it_along_as_it_is(cup, teams, host, api):
    first, second, _third = teams
    exclusion = void(submission=first.sent, reason=WHY, by=host, at=NOON)
    merge = request_merge(from_team=first, to_team_id=second.pk, by=first.owner, at=NOON)
    accept_merge(merge_request=merge, by=second.owner, at=NOON)
    whole(cup)
    assert Standing.objects.get(team=second).best_public_score == second.sent.public_score
    api.force_authenticate(second.owner)
    with freeze_time(NOON):
        assert [row["id"] for row in api.get(f"/api/teams/{second.pk}/exclusions/").json()["results"]] == [exclusion.pk]
    lift(exclusion=exclusion, reason="A mistake.", by=host, at=NOON)
    assert Standing.objects.get(team=second).best_public_score == first.sent.public_score
    whole(cup)


# --- how it is done ---------------------------------------------------------------------------------------------------
def test_twice_is_refused_and_so_is_a_reason_of_blanks(cup, teams, host):
    with pytest.raises(ReasonMissing):
        disqualify(team=teams[0], reason="  ", by=host, at=NOON)
    assert kinds(cup) == []
    exclusions = [
        disqualify(team=teams[0], reason=WHY, by=host, at=NOON),
        void(submission=teams[1].sent, reason=WHY, by=host, at=NOON),
    ]
    with pytest.raises(AlreadyExcluded):
        disqualify(team=teams[0], reason=WHY, by=host, at=NOON)
    with pytest.raises(AlreadyExcluded):
        void(submission=teams[1].sent, reason=WHY, by=host, at=NOON)
    for exclusion in exclusions:
        with pytest.raises(ReasonMissing):
            lift(exclusion=exclusion, reason="", by=host, at=NOON)
        lift(exclusion=exclusion, reason="A mistake.", by=host, at=NOON)
        with pytest.raises(AlreadyLifted):
            lift(exclusion=exclusion, reason="A mistake.", by=host, at=NOON)


@pytest.mark.parametrize("is_public", [True, False])
def test_the_log_tells_it_and_the_reason_where_it_is_public(cup, teams, host, api, is_public):
    exclusion = disqualify(team=teams[0], reason=WHY, is_reason_public=is_public, by=host, at=NOON)
    entry = newest(cup)
    assert (entry.kind, entry.actor, entry.reason) == ("disqualified", host, WHY if is_public else "")
    assert entry.facts == {"exclusion": exclusion.pk, "team": teams[0].pk, "reasonIsPublic": is_public}
    void(submission=teams[1].sent, reason=WHY, is_reason_public=is_public, by=host, at=NOON)
    assert (newest(cup).kind, newest(cup).facts["submission"]) == ("voided", teams[1].sent.pk)
    lift(exclusion=exclusion, reason="A mistake.", by=host, at=NOON)
    assert (newest(cup).kind, newest(cup).reason) == ("reinstated", "A mistake.")
    with freeze_time(NOON):
        assert (WHY in api.get("/api/competitions/cup/log/").content.decode()) is is_public
        assert api.get(f"/api/teams/{teams[0].pk}/exclusions/").status_code == 401


def test_the_team_reads_why_answers_once_and_the_host_reads_that(cup, teams, host, api):
    first = teams[0]
    exclusion = disqualify(team=first, reason=WHY, is_reason_public=False, by=host, at=NOON)
    address = f"/api/exclusions/{exclusion.pk}/answer/"
    with freeze_time(NOON):
        api.force_authenticate(first.owner)
        (row,) = api.get(f"/api/teams/{first.pk}/exclusions/").json()["results"]
        assert (row["reason"], row["isReasonPublic"], row["canAnswer"]) == (WHY, False, True)
        for wrong in ({}, {"answer": ""}, {"answer": "x" * 2001}, {"answer": ["a"]}, {"answer": "a\0b"}):
            assert api.post(address, wrong, format="json").status_code == 400
        assert api.post(address, {"answer": " We are two. "}, format="json").json()["answer"] == "We are two."
        assert api.post(address, {"answer": "Once more."}, format="json").json()["errors"][0]["code"] == (
            "already_answered"
        )
        api.force_authenticate(host)
        (row,) = api.get("/api/competitions/cup/exclusions/").json()["results"]
    assert (row["answer"], row["answeredBy"]["username"], row["canAnswer"]) == (
        "We are two.",
        first.owner.username,
        False,
    )
    with pytest.raises(AlreadyAnswered):
        answer(exclusion=exclusion, text="x", by=first.owner, at=NOON)
    lift(exclusion=exclusion, reason="A mistake.", by=host, at=NOON)
    with pytest.raises(AlreadyLifted):
        answer(exclusion=exclusion, text="x", by=first.owner, at=NOON)


def test_organisers_look_through_submissions_without_what_is_the_teams(cup, teams, host, api):
    Submission.objects.filter(team=teams[0]).update(memo="a secret", private_score=0.8675309)
    api.force_authenticate(host)
    with freeze_time(NOON):
        answer_ = api.get(f"/api/competitions/cup/submissions/?team={teams[0].pk}")
        assert api.get("/api/competitions/cup/submissions/?team=x").status_code == 400
    (row,) = answer_.json()["results"]
    assert (row["id"], row["team"]["name"], row["isVoid"]) == (teams[0].sent.pk, "first", False)
    assert "secret" not in answer_.content.decode()
    assert "8675309" not in answer_.content.decode()
    assert not {"memo", "privateScore", "isSelected", "cvScore"} & set(row)


def test_by_the_api_from_the_act_to_its_undoing(cup, teams, host, api):
    api.force_authenticate(host)
    with freeze_time(NOON):
        made = api.post(f"/api/submissions/{teams[0].sent.pk}/exclusions/", {"reason": WHY}, format="json")
        assert made.status_code == 201
        assert (made.json()["submission"], made.json()["filename"]) == (teams[0].sent.pk, "submission.csv")
        lifted = api.post(f"/api/exclusions/{made.json()['id']}/lift/", {"reason": "A mistake."}, format="json")
        assert lifted.json()["liftedBy"]["username"] == "host"
        out = api.post(f"/api/teams/{teams[0].pk}/exclusions/", {"reason": WHY, "isReasonPublic": False}, format="json")
        assert out.status_code == 201
        assert api.get(f"/api/teams/{teams[0].pk}/").json()["isDisqualified"] is True
        api.force_authenticate(teams[0].owner)
        assert api.get(f"/api/submissions/{teams[0].sent.pk}/").json()["isVoid"] is False


def test_a_host_of_another_competition_and_a_participant_may_not(cup, teams, host, api):
    stranger = UserFactory()
    CompetitionFactory(hosts=[stranger])
    exclusion = disqualify(team=teams[0], reason=WHY, by=host, at=NOON)
    for somebody in (stranger, teams[1].owner):
        api.force_authenticate(somebody)
        with freeze_time(NOON):
            assert api.post(f"/api/teams/{teams[2].pk}/exclusions/", {"reason": WHY}).status_code == 403
            assert api.post(f"/api/submissions/{teams[2].sent.pk}/exclusions/", {"reason": WHY}).status_code == 404
            assert api.post(f"/api/exclusions/{exclusion.pk}/lift/", {"reason": WHY}).status_code == 404
            assert api.post(f"/api/exclusions/{exclusion.pk}/answer/", {"answer": "x"}).status_code == 404
    assert kinds(cup) == ["disqualified"]


def test_in_the_admin_a_reason_excludes_and_a_reason_takes_back(cup, teams, host, client):
    host.is_staff = True
    host.save()
    client.force_login(host)
    add = reverse("admin:submissions_exclusion_add")
    fields = {"team": teams[0].pk, "submission": "", "reason": "", "is_reason_public": "on"}
    with freeze_time(NOON):
        assert client.get(add).status_code == 200
        assert "reason" in client.post(add, fields).context["adminform"].form.errors
        wrong = client.post(add, {**fields, "reason": WHY, "submission": teams[1].sent.pk})
        assert "submission" in wrong.context["adminform"].form.errors
        assert client.post(add, {**fields, "reason": WHY}).status_code == 302
        again = client.post(add, {**fields, "reason": WHY})
        assert "another organiser was quicker" in again.content.decode()
        (exclusion,) = cup.exclusions.all()
        page = reverse("admin:submissions_exclusion_change", args=[exclusion.pk])
        assert WHY in client.get(page).content.decode()
        assert client.post(page, {"lifting_reason": "A mistake."}).status_code == 302
        assert client.get(page).status_code == 200
    assert Team.objects.get(pk=teams[0].pk).is_ranking
    assert kinds(cup) == ["disqualified", "reinstated"]


def test_the_board_asks_no_more_of_the_database(cup, teams, host, api):
    def queries():
        with freeze_time(NOON), CaptureQueriesContext(connection) as seen:
            api.get("/api/competitions/cup/leaderboard/public/")
        return len(seen)

    enter(competition=cup, user=host, at=NOON)
    before = queries()
    disqualify(team=teams[0], reason=WHY, by=host, at=NOON)
    assert queries() == before


def test_the_end_does_not_close_it(cup, teams, host):
    disqualify(team=teams[0], reason=WHY, by=host, at=ENDS)
    assert newest(cup).kind == "disqualified"
