"""Submissions that a phase begins with: which, when, at what cost, and what they must not tell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings
from freezegun import freeze_time

from competitions.models import LogRow, Phase, Standing
from competitions.phases.entry import decide_entries
from competitions.phases.naming import change_named
from competitions.solution.services import replace_solution
from competitions.teams.merges import accept_merge, request_merge
from foundation.worker import stopping
from submissions.checking import differences
from submissions.exclusion.services import disqualify, void
from submissions.limits import allowance
from submissions.models import Receipt, Submission, Takeover
from submissions.serializers import SubmissionSerializer
from submissions.services import select, settle_abandoned, submit, take_over_due, taking_over
from submissions.services.taking_over import work
from tests.factories import AFTER, NOON, TeamFactory, UserFactory
from tests.phases import DAY, FINAL, add, confirm, phase_of
from tests.submissions.conftest import competition_with_solution
from tests.submissions.files import csv_scoring, file_scoring, solution_csv, upload

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# The same ids with another truth; what is private in the former phase is private here.
SAME_IDS = solution_csv("rmse", shift=1.0)


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def cup(host):
    return competition_with_solution("rmse", slug="two", hosts=[host], selectable_submissions=2)


@pytest.fixture
def team(cup):
    """Its second best is selected."""
    team = TeamFactory(competition=cup, name="ours")
    for place, score in enumerate((0.4, 0.2, 0.3)):
        sends(team, cup.phase, score, at=NOON + place * MINUTE)
    chosen = team.submissions.get(public_score=0.3)
    select(submission=chosen, selected=True, by=team.owner, at=NOON + 9 * MINUTE)
    return team


def sends(team, phase, public=0.5, private=0.5, *, at=NOON):
    return submit(
        user=team.owner, team=team, phase=phase, file=file_scoring("rmse", public, private), filename="s.csv", at=at
    ).submission


def final_of(cup, *, solution: str | None = SAME_IDS, **fields) -> Phase:
    fields = {"takes_over": "selected", "entry_board": "public", **fields}
    final = add(cup, at=NOON, entry_phase=phase_of(cup, 1), **fields)
    if solution is not None:
        replace_solution(phase=final, file=upload(solution).file, filename="s.csv", by=None, at=NOON)
    return phase_of(cup, 2)


def takes_over(at=AFTER) -> bool:
    """The worker's duties, and its job."""
    decide_entries(at)
    take_over_due(at)
    return all(work(one.pk, now=lambda: at) for one in Takeover.objects.filter(finished_at=None))


def taken(phase) -> list[Submission]:
    return list(Submission.objects.filter(phase=phase, taken_over_from__isnull=False).order_by("pk"))


# --- which ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("which", "chosen", "expected"),
    [
        ("selected", True, [0.3]),
        # With none selected, those that would count: as many of the best as may be selected.
        ("selected", False, [0.2, 0.3]),
        ("best", True, [0.2]),
        ("none", True, []),
    ],
)
def test_which_submissions_a_team_begins_with(cup, team, which, chosen, expected):
    final = final_of(cup, takes_over=which, entry_rule="everybody")
    if not chosen:
        team.submissions.update(is_selected=False)
    takes_over()
    assert [one.taken_over_from.public_score for one in taken(final)] == expected


def test_only_teams_that_get_on_begin_with_something(cup, team):
    other = TeamFactory(competition=cup)
    sends(other, cup.phase, 0.9)
    final = final_of(cup, entry_rule="best", entry_count=1)
    takes_over()
    assert {one.team for one in taken(final)} == {team}


def test_void_submissions_and_excluded_teams_are_left_behind(cup, team, host):
    excluded = TeamFactory(competition=cup)
    sends(excluded, cup.phase, 0.1)
    final = final_of(cup, takes_over="best", entry_rule="everybody")
    disqualify(team=excluded, reason="Copied.", by=host, at=NOON)
    void(submission=team.submissions.get(public_score=0.2), reason="A leak.", by=host, at=NOON)
    takes_over()
    assert [one.taken_over_from.public_score for one in taken(final)] == [0.3]


# --- as what ----------------------------------------------------------------------------------------------------------
def test_it_is_a_submission_of_the_new_phase_like_any_other(cup, team):
    final = final_of(cup)
    takes_over(FINAL)
    [one] = taken(final)
    source = one.taken_over_from
    assert (one.status, one.created_at, one.user, one.filename) == ("scored", FINAL, team.owner, "s.csv")
    # By the solution of the phase, and in a file of its own.
    assert one.solution.phase == final
    assert one.public_score != source.public_score
    assert one.file.name != source.file.name
    assert one.file.read() == source.file.read()
    # Nothing private comes with it.
    assert one.private_score is None
    assert one.private_numbers == {}
    assert Standing.objects.get(phase=final, team=team).best_public_score == one.public_score
    assert list(differences(final)) == []
    receipt = Receipt.objects.get(submission=one)
    assert (receipt.body["phase"], receipt.body["sha256"]) == (2, source.sha256)
    assert SubmissionSerializer(Submission.objects.for_display().get(pk=one.pk)).data["taken_over_from"] == source.pk


def test_it_costs_nothing(cup, team):
    final = final_of(cup, daily_submission_limit=1, total_submission_limit=1)
    takes_over(FINAL)
    left = allowance(team, final, FINAL)
    assert (len(taken(final)), left.used_today, left.used_total, left.remaining) == (1, 0, 0, 1)
    assert sends(team, final, at=FINAL).status == "scored"
    assert allowance(team, final, FINAL).remaining == 0


@override_settings(REFUSED_TRIES_PER_HOUR=1)
def test_where_the_ids_do_not_agree_it_is_refused_the_team_sees_why_and_pays_nothing(cup, team):
    more_ids = SAME_IDS + "999,0.5,Public\n"
    final = final_of(cup, solution=more_ids, daily_submission_limit=1)
    takes_over(FINAL)
    [one] = taken(final)
    assert one.status == "refused"
    assert {problem["code"] for problem in one.problems} == {"missing_ids"}
    left = allowance(team, final, FINAL)
    assert (left.remaining, left.reason) == (1, None)
    assert Standing.objects.get(phase=final, team=team).total_submissions == 0
    file = upload(csv_scoring("rmse", 0.5) + "999,0.5\n").file
    assert submit(user=team.owner, team=team, phase=final, file=file, filename="s.csv", at=FINAL).submission.pk


def test_the_log_says_how_many(cup, team):
    final = final_of(cup, takes_over="best", entry_rule="teams")
    takes_over()
    [row] = LogRow.objects.filter(competition=cup, kind="taken_over")
    assert row.facts == {"from": 1, "takesOver": "best", "teams": 1, "submissions": 1, "failed": 0, "phase": 2}
    assert takes_over(FINAL)
    assert len(taken(final)) == 1
    assert LogRow.objects.filter(competition=cup, kind="taken_over").count() == 1


# --- when -------------------------------------------------------------------------------------------------------------
def test_it_waits_for_the_start_the_end_of_the_former_phase_and_the_decision(cup, team):
    final = final_of(cup, entry_rule="best", entry_count=1, entry_board="confirmed", starts_at=NOON + DAY)
    for at in (NOON, NOON + 2 * DAY, AFTER):
        takes_over(at)
        assert not Takeover.objects.exists()
    confirm(phase_of(cup, 1), AFTER)
    takes_over(AFTER)
    assert len(taken(final)) == 1


def test_it_waits_for_a_solution(cup, team):
    final = final_of(cup, solution=None)
    takes_over()
    assert not Takeover.objects.exists()
    replace_solution(phase=final, file=upload(SAME_IDS).file, filename="s.csv", by=None, at=AFTER)
    takes_over()
    assert len(taken(final)) == 1


def test_it_waits_for_what_is_still_being_scored(cup, team):
    final_of(cup)
    rows = Submission.objects.filter(team=team, public_score=0.2)
    rows.update(status="pending", public_score=None, scored_at=None)
    takes_over()
    assert not Takeover.objects.exists()


def test_nothing_is_taken_over_into_a_phase_that_has_ended(cup, team):
    final = final_of(cup, entry_rule="teams")
    takes_over(final.ends_at)
    assert taken(final) == []


@pytest.mark.parametrize("hidden", [{"board_audience": "hosts"}, {"board_freezes_at": NOON + MINUTE}])
def test_what_a_leaderboard_holds_back_is_not_told_by_the_next_one(cup, team, hidden):
    final = final_of(cup)
    Phase.objects.filter(pk=phase_of(cup, 1).pk).update(**hidden)
    takes_over()
    assert taken(final) == []
    confirm(phase_of(cup, 1))
    takes_over()
    assert len(taken(final)) == 1


def test_private_rows_that_are_public_in_the_next_phase_wait_for_the_confirmation(cup, team):
    swapped = solution_csv("rmse").replace("Public", "x").replace("Private", "Public").replace("x", "Private")
    final = final_of(cup, solution=swapped)
    takes_over()
    assert taken(final) == []
    confirm(phase_of(cup, 1))
    takes_over()
    assert len(taken(final)) == 1


# --- it goes on, whatever happens -------------------------------------------------------------------------------------
class Killed(BaseException):
    """As if the process were gone: nothing is tidied up behind it."""


@pytest.mark.parametrize("place", ["_copy", "_make", "score_stored", "_move_on"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "behind"])
def test_a_worker_that_is_killed_in_the_middle_loses_and_doubles_nothing(cup, monkeypatch, place, after):
    teams = [TeamFactory(competition=cup) for _ in range(3)]
    for one in teams:
        sends(one, cup.phase, 0.5)
    final = final_of(cup)
    take_over_due(AFTER)
    takeover = Takeover.objects.get()
    real, calls = getattr(taking_over, place), []

    def dies(*args, **kwargs):
        calls.append(1)
        if len(calls) != 2:
            return real(*args, **kwargs)
        if after:
            real(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patched, freeze_time(AFTER):
        patched.setattr(taking_over, place, dies)
        with pytest.raises(Killed):
            work(takeover.pk, now=lambda: AFTER)
    # Its lease is not over: nobody else works on it.
    assert not work(takeover.pk, now=lambda: AFTER + timedelta(seconds=1))
    later = AFTER + DAY
    with freeze_time(later):
        settle_abandoned(later)
        assert take_over_due(later) == 1
        while not work(takeover.pk, now=lambda: later):
            settle_abandoned(later)
    made = taken(final)
    assert sorted(one.team_id for one in made) == [one.pk for one in teams]
    assert {one.status for one in made} == {"scored"}
    assert list(differences(final)) == []
    assert not work(takeover.pk, now=lambda: later)


def test_a_worker_that_is_asked_to_stop_leaves_the_rest_to_the_next(cup, team, monkeypatch):
    final = final_of(cup)
    take_over_due(AFTER)
    takeover = Takeover.objects.get()
    stopping.set()
    try:
        assert not work(takeover.pk, now=lambda: AFTER)
    finally:
        stopping.clear()
    assert taken(final) == []
    assert work(takeover.pk, now=lambda: AFTER)
    assert len(taken(final)) == 1


def test_a_file_that_is_gone_keeps_no_other_team_waiting_for_ever(cup, team):
    lost, kept = TeamFactory(competition=cup), TeamFactory(competition=cup)
    for one in (lost, kept):
        sends(one, cup.phase, 0.5)
    gone = lost.submissions.get()
    gone.file.storage.delete(gone.file.name)
    final = final_of(cup)
    at = AFTER
    for _again in range(taking_over.ATTEMPTS + 2):
        if takes_over(at):
            break
        at += 2 * MINUTE
    assert {one.team for one in taken(final)} == {team, kept}


def test_who_is_named_later_begins_with_theirs_too(cup, team, host):
    other = TeamFactory(competition=cup)
    sends(other, cup.phase, 0.5)
    final = final_of(cup, entry_rule="list")
    change_named(phase=final, add=[team.pk], by=host, at=NOON, reason="Invited.")
    takes_over()
    change_named(phase=final, add=[other.pk], by=host, at=FINAL, reason="Forgotten.")
    takes_over(FINAL)
    assert sorted(one.team_id for one in taken(final)) == [team.pk, other.pk]
    assert LogRow.objects.filter(kind="taken_over").count() == 2


def test_a_merge_in_the_middle_loses_nothing(cup, team):
    other = TeamFactory(competition=cup)
    sends(other, cup.phase, 0.1)
    final = final_of(cup)
    take_over_due(AFTER)
    takeover = Takeover.objects.get()
    Takeover.objects.update(cursor=team.pk)
    asked = request_merge(from_team=other, to_team_id=team.pk, by=other.owner, at=AFTER)
    accept_merge(merge_request=asked, by=team.owner, at=AFTER)
    assert work(takeover.pk, now=lambda: AFTER)
    assert {one.team for one in taken(final)} == {team}
    assert {one.taken_over_from.public_score for one in taken(final)} == {0.3}


def test_the_private_score_comes_with_the_own_private_run(cup, team):
    final = final_of(cup)
    confirm(phase_of(cup, 1))
    takes_over(FINAL)
    [one] = taken(final)
    assert one.private_score is None
    confirm(final, final.ends_at + MINUTE)
    one.refresh_from_db()
    assert one.private_score is not None
