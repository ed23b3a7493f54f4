"""Leaderboards that stand still, and leaderboards that not everybody sees: at every door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import TestCase
from freezegun import freeze_time
from rest_framework.test import APIClient

from competitions import permissions as can
from competitions.access import BOARD
from competitions.exceptions import FreezeInThePast, LeaderboardOpened
from competitions.log.recording import ReasonMissing
from competitions.models import BoardAudience, Competition, Phase, Standing
from competitions.organising.editing import edit_competition
from discussions.services.posts import create_discussion
from foundation import signing
from submissions import runs
from submissions.checking import differences
from submissions.exclusion.services import lift, void
from submissions.models import Submission
from tests.competitions.test_log import work_out
from tests.factories import AFTER, ENDS, NOON, CompetitionFactory, TeamFactory, UserFactory, submits
from tests.submissions.conftest import competition_with_solution, send
from tests.test_walk import number_anew
from tests.walk.doors import ALL_DOORS
from tests.walk.world import API, World, predictions, without_names_by_chance

pytestmark = [pytest.mark.django_db, pytest.mark.alone]

HOUR = timedelta(hours=1)
LAST_HOUR = ENDS - HOUR
# Who may learn nothing of what the other teams sent in: not their own members, not who organises.
OTHERS = ("anonymous", "participant", "outsider")


# With what may be asked for at a leaderboard.
MORE = (
    *("leaderboard/public/?search=our", "leaderboard/history/?team=1,2,3&top=9"),
    *("leaderboard/public/?bracket=student", "leaderboard/public/csv/?bracket=student"),
    "leaderboard/history/?bracket=student",
)


# --- every door -------------------------------------------------------------------------------------------------------
@pytest.fixture
def told(settings, monkeypatch, tmp_path) -> Any:
    """What all doors tell the others, in a world where a team goes on submitting or rests after `freezes_at`."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
    # So that there is a better file than the one that the team begins with.
    monkeypatch.setattr("tests.walk.world.predictions", lambda number: predictions(number + 3))
    with freeze_time(NOON) as frozen:
        signing.current_signer(NOON)

        def tell(*, goes_on: bool, freezes_at: Any) -> list[tuple[str, str]]:
            frozen.move_to(NOON)
            with transaction.atomic():
                number_anew()
                world = World(0, frozen, monkeypatch)
                Phase.objects.filter(competition__slug="cup").update(board_freezes_at=freezes_at)
                frozen.move_to(NOON + HOUR)
                if goes_on:
                    with TestCase.captureOnCommitCallbacks(execute=True):
                        go_on(world)
                frozen.move_to(NOON + 2 * HOUR)
                world.book.lines.clear()
                for door in ALL_DOORS:
                    for role in OTHERS if door.kind in ("site", "kaggle") else ():
                        world.look(door, role)
                for path in MORE:
                    world.ask("participant", "get", API + path)
                mail.outbox.clear()
                world.read_the_mail()
                transaction.set_rollback(True)
            # What is stored differs, of course; what is told must not.
            lines = [tuple(map(without_names_by_chance, line)) for line in world.book.lines]
            return [line for line in lines if line[0] != "what is stored"]

        yield tell


def go_on(world: World) -> None:
    """Of one team a better file, a worse one and one that is refused, by several doors."""
    team = world.scenario.things["team"]
    for number, role in ((0, "owner"), (9, "member")):
        file = SimpleUploadedFile("submission.csv", predictions(number) if number else PERFECT)
        assert world.ask(role, "post", "/api/teams/submissions/", team=team.pk, file=file).status_code == 201
    refused = SimpleUploadedFile("submission.csv", b"id,target\n1,1\n")
    world.ask("owner", "post", "/api/teams/submissions/", team=team.pk, file=refused)


PERFECT = ("id,target\n" + "".join(f"{one},{one / 4}\n" for one in range(1, 11))).encode()


def test_no_door_tells_others_what_was_submitted_after_it_stood_still(told):
    rests = told(goes_on=False, freezes_at=NOON + timedelta(minutes=30))
    goes_on = told(goes_on=True, freezes_at=NOON + timedelta(minutes=30))
    assert len(rests) > 100
    assert differing(rests, goes_on) == []


def test_the_doors_would_tell_it_if_it_did_not(told):
    """The comparison above looks at the right places."""
    found = differing(told(goes_on=False, freezes_at=None), told(goes_on=True, freezes_at=None))
    assert {
        "anonymous get /api/competitions/cup/leaderboard/public/",
        f"participant get {API}leaderboard/history/",
        f"participant get {API}leaderboard/public/?bracket=student",
        f"participant get {API}leaderboard/public/csv/?bracket=student",
        f"participant get {API}leaderboard/history/?bracket=student",
    } <= {*found}


def differing(a: list[tuple[str, str]], b: list[tuple[str, str]]) -> list[str]:
    assert [what for what, _told in a] == [what for what, _told in b]
    return [what for (what, one), (_what, other) in zip(a, b, strict=True) if one != other]


# --- what stands still ------------------------------------------------------------------------------------------------
@pytest.fixture
def host():
    return UserFactory()


@pytest.fixture
def cup(host):
    cup = competition_with_solution("rmse", board_freezes_at=LAST_HOUR)
    cup.hosts.add(host)
    return cup


def shown(client: Any, cup: Competition, at: Any, path: str = "public/") -> Any:
    cache.clear()
    with freeze_time(at):
        return client.get(f"/api/competitions/{cup.slug}/leaderboard/{path}").json()


def confirm(cup: Competition, host: Any) -> None:
    work_out(runs.start_run(phase=cup.phase, kind="private", by=host, at=AFTER), AFTER)
    runs.confirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER)


def test_the_last_hour_shows_when_the_result_is_confirmed(cup, host):
    early, late = (TeamFactory(competition=cup, name=name) for name in ("early", "late"))
    send(early, 0.5, at=LAST_HOUR - timedelta(seconds=1))
    send(late, 0.25, at=LAST_HOUR)
    anybody = APIClient()
    before = shown(anybody, cup, ENDS - timedelta(minutes=1))
    assert [(row["rank"], row["team"]["name"], row["submissions"]) for row in before["results"]] == [
        (1, "early", 1),
        (None, "late", 0),
    ]
    assert before["frozenSince"] is not None
    assert shown(anybody, cup, AFTER)["results"] == before["results"]
    assert [*differences(cup.phase)] == []
    confirm(cup, host)
    after = shown(anybody, cup, AFTER)
    assert [(row["rank"], row["team"]["name"], row["submissions"]) for row in after["results"]] == [
        (1, "late", 1),
        (2, "early", 1),
    ]
    assert after["frozenSince"] is None
    assert [row["publicRank"] for row in shown(anybody, cup, AFTER, "private/")["results"]] == [2, 1]
    runs.unconfirm_private_leaderboard(phase=cup.phase, by=host, at=AFTER, reason="Wait.")
    assert shown(anybody, cup, AFTER)["results"] == after["results"]  # what everybody saw is not hidden again


def test_a_team_is_told_its_own_score_and_no_place(cup):
    team = TeamFactory(competition=cup)
    TeamFactory(competition=cup).submits(0.75)
    send(team, 0.5, at=LAST_HOUR - HOUR)
    worse = send(team, 0.75, at=LAST_HOUR).update
    assert (worse.is_best, worse.previous_best, worse.rank_before, worse.rank_after, worse.teams) == (
        *(False, 0.5, None, None, None),
    )
    better = send(team, 0.25, at=LAST_HOUR + timedelta(minutes=1)).update
    assert (better.is_best, better.previous_best, better.rank_after) == (True, 0.5, None)
    client = APIClient()
    client.force_authenticate(team.owner)
    with freeze_time(LAST_HOUR + timedelta(minutes=2)):
        rows = client.get(f"/api/teams/{team.pk}/submissions/").json()["results"]
    assert sorted(row["publicScore"] for row in rows) == [0.25, 0.5, 0.75]


def test_merges_rescorings_and_exclusions_leave_it_the_board_of_that_moment(cup, host):
    one, other = TeamFactory(competition=cup), TeamFactory(competition=cup)
    send(one, 0.5, at=LAST_HOUR - HOUR)
    send(one, 0.125, at=LAST_HOUR)
    hidden = send(other, 0.25, at=LAST_HOUR).submission
    exclusion = void(submission=hidden, reason="Two accounts.", by=host, at=LAST_HOUR)
    lift(exclusion=exclusion, reason="No.", by=host, at=LAST_HOUR)
    work_out(
        runs.start_run(phase=cup.phase, kind="rescore", by=host, at=LAST_HOUR, reason="Anew."), LAST_HOUR + HOUR / 2
    )
    standings = Standing.objects.filter(competition=cup).order_by("team").values_list("best_public_score", flat=True)
    assert list(standings) == [0.5, None]
    assert [*differences(cup.phase)] == []


def test_the_score_of_a_linked_submission_waits_with_the_board(cup):
    team = TeamFactory(competition=cup)
    early, late = (send(team, score, at=at).submission for score, at in ((0.5, NOON), (0.25, LAST_HOUR)))
    answers = []
    for submission in (early, late):
        post = create_discussion(
            by=team.owner, competition=cup, title="How", body="So.", submission_id=submission.pk, at=LAST_HOUR
        )
        with freeze_time(LAST_HOUR):
            answers.append(APIClient().get(f"/api/discussions/{post.pk}/").json()["submission"]["publicScore"])
    assert answers == [0.5, None]


def test_a_shared_experiment_waits_with_the_board(cup):
    team = TeamFactory(competition=cup)
    answers = []
    for at in (NOON, LAST_HOUR):
        sent = send(team, 0.5, at=at, experiment={"tags": ["lgbm"]}).submission
        Submission.objects.filter(pk=sent.pk).update(shares_experiment=True)
        owner = APIClient()
        owner.force_authenticate(team.owner)
        path = f"/api/submissions/{sent.pk}/experiment/"
        with freeze_time(LAST_HOUR):
            answers.append([APIClient().get(path).status_code, owner.get(path).status_code])
    assert answers == [[200, 200], [404, 200]]
    Phase.objects.filter(competition=cup.pk).update(board_audience="hosts")
    assert APIClient().get(f"/api/submissions/{team.submissions.earliest('pk').pk}/experiment/").status_code == 404


# --- what may change, and when ----------------------------------------------------------------------------------------
def change(cup: Competition, host: Any, at: Any, reason: str = "", **changes: Any) -> Competition:
    return edit_competition(competition=cup, changes=changes, by=host, at=at, reason=reason)


def test_a_board_stands_still_from_now_on_and_not_from_a_moment_that_has_passed(host):
    cup = CompetitionFactory(hosts=[host])
    submits(TeamFactory(competition=cup), 0.5)
    with pytest.raises(FreezeInThePast):
        change(cup, host, NOON, board_freezes_at=NOON - timedelta(minutes=1))
    with pytest.raises(FreezeInThePast):
        change(cup, host, NOON, board_freeze_minutes=60 * 24 * 9)
    change(cup, host, NOON, board_freezes_at=NOON + timedelta(minutes=1))
    assert cup.log.get().kind == "board"


def test_opening_a_board_that_stands_still_needs_a_reason_and_shows_what_waited(cup, host):
    team = TeamFactory(competition=cup)
    send(team, 0.5, at=LAST_HOUR)
    at = LAST_HOUR + timedelta(minutes=1)
    with pytest.raises(ReasonMissing):
        change(cup, host, at, board_freezes_at=None)
    assert shown(APIClient(), cup, at)["results"][0]["score"] is None
    change(cup, host, at, board_freezes_at=None, reason="The hall wants it.")
    assert shown(APIClient(), cup, at)["results"][0]["score"] == 0.5
    assert [*differences(Competition.objects.get(pk=cup.pk).phase)] == []


def test_a_later_end_opens_no_board_that_stands_still_for_the_last_minutes(host):
    cup = competition_with_solution("rmse", board_freeze_minutes=60)
    cup.hosts.add(host)
    team = TeamFactory(competition=cup)
    send(team, 0.5, at=LAST_HOUR)
    change(cup, host, LAST_HOUR + timedelta(minutes=1), ends_at=ENDS + 5 * HOUR, reason="Power cut.")
    cup.refresh_from_db()
    assert (cup.phase.board_freezes_at, cup.phase.board_freeze_minutes) == (LAST_HOUR, None)
    assert shown(APIClient(), cup, ENDS)["results"][0]["score"] is None


def test_an_earlier_end_lets_it_stand_still_from_now_on(host):
    cup = competition_with_solution("rmse", board_freeze_minutes=90)
    cup.hosts.add(host)
    send(TeamFactory(competition=cup), 0.5, at=NOON - timedelta(minutes=1))
    change(cup, host, NOON, ends_at=NOON + HOUR)
    cup.refresh_from_db()
    assert (cup.phase.board_freezes_at, cup.phase.board_freeze_minutes) == (NOON, None)
    assert shown(APIClient(), cup, NOON + timedelta(minutes=1))["results"][0]["score"] == 0.5


def test_after_the_confirmation_nothing_of_it_changes(cup, host):
    send(TeamFactory(competition=cup))
    confirm(cup, host)
    with pytest.raises(LeaderboardOpened):
        change(cup, host, AFTER, board_audience="hosts", reason="No.")
    with pytest.raises(LeaderboardOpened):
        change(cup, host, AFTER, board_freezes_at=None, reason="No.")


def test_fewer_see_it_only_with_a_reason_and_more_without(host):
    cup = CompetitionFactory(hosts=[host], board_audience="participants")
    submits(TeamFactory(competition=cup), 0.5)
    with pytest.raises(ReasonMissing):
        change(cup, host, NOON, board_audience="own_row")
    change(cup, host, NOON, board_audience="own_row", reason="Examinations.")
    change(cup, host, NOON, board_audience="everybody")
    assert [entry.kind for entry in cup.log.all()] == ["board", "board"]


# --- who sees it ------------------------------------------------------------------------------------------------------
# For each audience: who sees every row, and who sees their own.
SEEN = {
    "everybody": ({"anonymous", "outsider", "member", "host"}, {"anonymous", "outsider", "member", "host"}),
    "participants": ({"member", "host"}, {"member", "host"}),
    "own_row": ({"host"}, {"member", "host"}),
    "hosts": ({"host"}, {"host"}),
}
assert set(SEEN) == set(BoardAudience.values)
PEOPLE = ("anonymous", "outsider", "member", "host")


@pytest.fixture
def people(host):
    from django.contrib.auth.models import AnonymousUser

    return {"anonymous": AnonymousUser(), "outsider": UserFactory(), "host": host}


@pytest.mark.parametrize("audience", SEEN)
@pytest.mark.parametrize("visibility", ["public", "invitation"])
def test_the_three_faces_of_the_rule_agree(people, audience, visibility):
    cup = CompetitionFactory(
        hosts=[people["host"]], board_audience=audience, visibility=visibility, invitation_code="x" * 8
    )
    people["member"] = TeamFactory(competition=cup).owner
    inside = {"member", "host"} if visibility == "invitation" else set(PEOPLE)
    whole, own = ({name for name, one in people.items() if ask(one, cup.phase)} for ask in (BOARD.may, BOARD.own_row))
    assert (whole, own) == (SEEN[audience][0] & inside, SEEN[audience][1] & inside)
    rows = Phase.objects.filter(competition=cup)
    assert {name for name, one in people.items() if rows.filter(BOARD.rows(one)).exists()} == whole
    assert {name for name, one in people.items() if rows.filter(BOARD.own_rows(one)).exists()} == own
    from django.contrib.auth import get_user_model

    found = set(get_user_model().objects.filter(BOARD.people(cup.phase)).values_list("pk", flat=True))
    assert {name for name, one in people.items() if one.pk in found} == whole - {"anonymous"}


@pytest.mark.parametrize("audience", [one for one in SEEN if one != "everybody"])
def test_doors_show_no_more_than_the_audience_may_see(people, audience):
    cup = CompetitionFactory(slug="cup", hosts=[people["host"]], board_audience=audience)
    mine, theirs = TeamFactory(competition=cup, name="mine"), TeamFactory(competition=cup, name="theirs")
    submits(mine, 0.5)
    submits(theirs, 0.375)
    people["member"] = mine.owner
    for name, person in people.items():
        client = APIClient()
        if name != "anonymous":
            client.force_authenticate(person)
        whole, own = name in SEEN[audience][0], name in SEEN[audience][1]
        with freeze_time(NOON):
            for path in ("public/", "public/csv/", "history/?top=9"):
                cache.clear()
                answer = client.get(f"{API}leaderboard/{path}")
                text = b"".join(answer.streaming_content) if answer.streaming else answer.content
                assert answer.status_code == (200 if own or whole else 403), (name, path)
                assert (b"0.375" in text) is whole, (name, path)
                assert (b"0.5" in text) is (own or whole), (name, path)
            ranks = [
                client.get(f"/api/users/{team.owner.username}/competitions/").json()["results"][0]["publicRank"]
                for team in (mine, theirs)
            ]
            assert ranks == [2 if own or whole else None, 1 if whole else None], name


def test_hosts_only_keeps_the_own_rank_from_the_answer_to_a_submission(cup):
    Phase.objects.filter(competition=cup.pk).update(board_audience="hosts", board_freezes_at=None)
    team = TeamFactory(competition=cup)
    client = APIClient()
    client.force_authenticate(team.owner)
    with freeze_time(NOON):
        from tests.submissions.files import file_scoring

        body = {"team": team.pk, "file": file_scoring("rmse", 0.5, 0.5)}
        result = client.post("/api/teams/submissions/", body, format="multipart").json()["result"]
    assert (result["score"], result["isBest"], result["rankAfter"], result["teams"]) == (0.5, True, None, None)


def test_the_confirmation_shows_it_to_everybody_inside(cup, host):
    Phase.objects.filter(competition=cup.pk).update(board_audience="hosts")
    send(TeamFactory(competition=cup))
    assert APIClient().get(f"/api/competitions/{cup.slug}/leaderboard/public/").status_code == 403
    confirm(cup, host)
    cup.refresh_from_db()
    assert can.view_public_leaderboard(UserFactory(), cup.phase)
    assert Submission.objects.filter(competition=cup).count() == 1
