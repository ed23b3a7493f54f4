"""Who gets on into a phase: by which rule, decided when, told to whom, and what can't be changed any more."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time
from rest_framework.test import APIClient

from competitions.exceptions import (
    EndsAfterNext,
    EntriesDiffer,
    EntryDecided,
    EntryNotByList,
    EntryNotDecided,
    NoSuchTeam,
    NotHost,
    NotInPhase,
    PhaseDecidesEntry,
    ReasonMissing,
    UnlistedTooLate,
)
from competitions.getting_on import entries_of
from competitions.models import Baseline, Competition, LogRow, Phase, Standing, Team
from competitions.organising.editing import edit_competition
from competitions.phases.entry import decide_entries, decide_soon
from competitions.phases.naming import change_named, name_teams
from competitions.phases.services import remove_phase
from competitions.solution.services import replace_solution
from competitions.teams.entries import enter
from competitions.teams.merges import preview_merge, request_merge
from submissions.exclusion.services import disqualify, lift, void
from submissions.limits import allowance
from submissions.models import Submission
from submissions.runs import unconfirm_private_leaderboard
from submissions.services import submit
from tests.competitions.test_races import at_once
from tests.factories import AFTER, ENDS, NOON, STARTS, TeamFactory, UserFactory
from tests.phases import DAY, FINAL, FINAL_ENDS, add, confirm, phase_of
from tests.submissions.conftest import competition_with_solution
from tests.submissions.files import file_scoring, solution_csv, upload

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# By the public scores (smaller is better) in this order; by the private ones in the opposite one.
TEAMS = {"first": (0.1, 0.5), "second": (0.2, 0.4), "third": (0.3, 0.3), "fourth": (0.4, 0.2), "fifth": (0.5, 0.1)}


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def cup(host):
    return competition_with_solution("rmse", slug="two", hosts=[host])


@pytest.fixture
def teams(cup):
    """Five that took part, and one that did not."""
    made = {name: TeamFactory(competition=cup, name=name) for name in [*TEAMS, "idle"]}
    for name, (public, private) in TEAMS.items():
        sends(made[name], cup.phase, public, private)
    return made


def final_of(cup, **fields) -> Phase:
    """A final with a solution, which goes by the first phase."""
    final = add(cup, at=NOON, entry_phase=phase_of(cup, 1), **fields)
    file = upload(solution_csv("rmse", shift=1.0)).file
    replace_solution(phase=final, file=file, filename="s.csv", by=None, at=NOON)
    return phase_of(cup, 2)


def sends(team, phase, public=0.5, private=0.5, *, at=NOON):
    return submit(
        user=team.owner, team=team, phase=phase, file=file_scoring("rmse", public, private), filename="s.csv", at=at
    ).submission


def those_in(phase: Phase) -> set[str]:
    return set(Standing.objects.filter(phase=phase, gets_on=True).values_list("team__name", flat=True))


def edits(cup, host, number=2, *, at=NOON, reason="", **changes):
    found = Competition.objects.get(pk=cup.pk)
    return edit_competition(
        competition=found, phase=phase_of(cup, number), changes=changes, by=host, at=at, reason=reason
    )


def state_of(team, phase, at=FINAL):
    return entries_of(team, [Phase.objects.select_related("competition").get(pk=phase.pk)], at)[phase.pk]


# --- the rules --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("board", ["public", "confirmed"])
@pytest.mark.parametrize(
    ("rule", "by_public", "by_private"),
    [
        ({"entry_rule": "teams"}, {*TEAMS}, {*TEAMS}),
        ({"entry_rule": "best", "entry_count": 2}, {"first", "second"}, {"fifth", "fourth"}),
        ({"entry_rule": "best", "entry_count": 9}, {*TEAMS}, {*TEAMS}),
        # A fifth of five is one, and half of five is three.
        ({"entry_rule": "share", "entry_percent": 20}, {"first"}, {"fifth"}),
        ({"entry_rule": "share", "entry_percent": 50}, {"first", "second", "third"}, {"third", "fourth", "fifth"}),
        # 21 % of five is more than one.
        ({"entry_rule": "share", "entry_percent": 21}, {"first", "second"}, {"fifth", "fourth"}),
        ({"entry_rule": "share", "entry_percent": 100}, {*TEAMS}, {*TEAMS}),
        # Not those that are as good as it.
        ({"entry_rule": "baseline", "entry_baseline": "Ours"}, {"first", "second"}, {"fifth", "fourth"}),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_who_gets_on_by_each_rule(cup, teams, board, rule, by_public, by_private):
    final = final_of(cup, entry_board=board, **rule)
    if rule["entry_rule"] == "baseline":
        scores = {"public_score": 0.3, "public_key": 0.3, "private_score": 0.3, "private_key": 0.3}
        Baseline.objects.create(competition=cup, phase=phase_of(cup, 1), name="Ours", since=NOON, **scores)
    if board == "confirmed":
        confirm(phase_of(cup, 1))
    decide_entries(AFTER)
    assert those_in(final) == (by_public if board == "public" else by_private)
    for team in teams.values():
        expected = "in" if team.name in those_in(final) else "out"
        assert state_of(team, final).state == expected


def test_a_larger_score_is_above_the_baseline_where_larger_is_better(host):
    cup = competition_with_solution("auc", slug="two", hosts=[host])
    teams = {score: TeamFactory(competition=cup, name=str(score)) for score in (0.9, 0.6)}
    for score, team in teams.items():
        team.submits(score)
    final = final_of(cup, entry_board="public", entry_rule="baseline", entry_baseline="Ours", metric="rmse")
    key = phase_of(cup, 1).sort_key(0.7)
    Baseline.objects.create(
        competition=cup, phase=phase_of(cup, 1), name="Ours", since=NOON, public_score=0.7, public_key=key
    )
    decide_entries(AFTER)
    assert those_in(final) == {"0.9"}


def test_of_equal_scores_the_earlier_one_gets_on(cup):
    final = final_of(cup, entry_board="public", entry_rule="best", entry_count=1)
    for name, minutes in (("later", 1), ("earlier", 0)):
        sends(TeamFactory(competition=cup, name=name), phase_of(cup, 1), 0.5, at=NOON + minutes * MINUTE)
    decide_entries(AFTER)
    assert those_in(final) == {"earlier"}


@pytest.mark.parametrize("rule", [{"entry_rule": "teams"}, {"entry_rule": "best", "entry_count": 5}])
def test_only_teams_that_rank_count(cup, teams, host, rule):
    """Neither one that was disqualified, nor one of an organiser, nor one whose only submission is void."""
    final = final_of(cup, entry_board="public", **rule)
    disqualify(team=teams["first"], reason="Copied.", by=host, at=NOON)
    teams["second"].out_of_competition_at = NOON
    teams["second"].save()
    Standing.objects.filter(team=teams["second"]).update(is_ranked=False)
    void(submission=teams["third"].submissions.get(), reason="A leak.", by=host, at=NOON)
    decide_entries(AFTER)
    assert those_in(final) == {"fourth", "fifth"}
    assert Standing.objects.get(phase=final, team=teams["fourth"]).entry_rank == 1


# --- when -------------------------------------------------------------------------------------------------------------
def awaited(team, final, at):
    """What for the team is told to wait, by the page and by a refused submission alike."""
    told = str(state_of(team, final, at).awaited)
    if final.has_started(at):
        with pytest.raises(EntryNotDecided) as refused:
            sends(team, final, at=at)
        assert refused.value.params["awaited"] == told
    return told


def test_by_the_public_leaderboard_it_is_decided_when_that_phase_has_ended(cup, teams):
    final = final_of(cup, starts_at=STARTS + DAY, entry_board="public", entry_rule="best", entry_count=2)
    assert awaited(teams["first"], final, NOON) == "end"
    assert decide_entries(ENDS - MINUTE) == 0
    assert decide_entries(ENDS) == 1
    assert phase_of(cup, 2).entry_decided_at == ENDS
    # What rests on the end having passed has it written down.
    assert phase_of(cup, 1).ended_at == ENDS


@pytest.mark.parametrize("hidden", [{"board_audience": "own_row"}, {"board_audience": "hosts"}, {"frozen": True}])
def test_by_a_public_leaderboard_that_is_hidden_or_stands_still_it_waits_for_the_confirmation(cup, teams, hidden):
    final = final_of(cup, entry_board="public", entry_rule="best", entry_count=2)
    frozen = {"board_freezes_at": NOON + MINUTE} if hidden.pop("frozen", False) else {}
    Phase.objects.filter(pk=phase_of(cup, 1).pk).update(**hidden, **frozen)
    sends(teams["fifth"], phase_of(cup, 1), 0.05, at=NOON + 2 * MINUTE)
    assert decide_entries(AFTER) == 0
    assert awaited(teams["fifth"], final, AFTER) == "board"
    confirm(phase_of(cup, 1))
    # With what the leaderboard held back.
    assert those_in(final) == {"fifth", "first"}


def test_by_the_confirmed_result_it_is_decided_with_the_confirmation(cup, teams):
    final = final_of(cup, entry_rule="best", entry_count=2)
    assert awaited(teams["first"], final, FINAL) == "confirmation"
    assert decide_entries(FINAL) == 0
    confirm(phase_of(cup, 1), FINAL)
    assert phase_of(cup, 2).entry_decided_at == FINAL


def test_confirmed_before_the_start_it_is_decided_at_the_start(cup, teams):
    final = final_of(cup, starts_at=ENDS + 2 * DAY, entry_rule="best", entry_count=2)
    confirm(phase_of(cup, 1), AFTER)
    assert awaited(teams["first"], final, FINAL) == "start"
    assert decide_entries(FINAL) == 0
    assert decide_entries(ENDS + 2 * DAY) == 1


def test_who_submits_first_need_not_wait_for_the_worker(cup, teams):
    final = final_of(cup, entry_board="public", entry_rule="best", entry_count=2)
    assert sends(teams["second"], final, at=AFTER).public_score is not None
    with pytest.raises(NotInPhase):
        sends(teams["third"], final, at=AFTER)


def test_a_submission_that_is_still_being_scored_is_waited_for(cup, teams):
    final = final_of(cup, entry_board="public", entry_rule="best", entry_count=2)
    Submission.objects.filter(team=teams["first"]).update(status="pending", public_score=None, scored_at=None)
    assert decide_entries(AFTER) == 0
    assert awaited(teams["first"], final, AFTER) == "scoring"


def test_a_baseline_that_has_no_score_is_waited_for(cup, teams):
    final = final_of(cup, entry_board="public", entry_rule="baseline", entry_baseline="Ours")
    assert awaited(teams["first"], final, AFTER) == "baseline"
    assert decide_entries(AFTER) == 0


# --- it is decided once -----------------------------------------------------------------------------------------------
def test_nothing_undoes_it(cup, teams, host):
    final = final_of(cup, entry_rule="best", entry_count=2)
    confirm(phase_of(cup, 1), FINAL)
    unconfirm_private_leaderboard(phase=phase_of(cup, 1), by=host, at=FINAL, reason="A mistake.")
    Standing.objects.filter(phase=phase_of(cup, 1)).update(private_key=0.0)
    exclusion = disqualify(team=teams["fifth"], reason="Copied.", by=host, at=FINAL)
    confirm(phase_of(cup, 1), FINAL + MINUTE)
    assert decide_entries(FINAL + DAY) == 0
    assert those_in(final) == {"fifth", "fourth"}
    lift(exclusion=exclusion, reason="A mistake.", by=host, at=FINAL)
    assert sends(teams["fifth"], final, at=FINAL + DAY).pk
    assert LogRow.objects.filter(competition=cup, kind="got_on").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"entry_rule": "everybody"},
        {"entry_count": 5},
        {"entry_board": "public"},
        {"entry_phase": None},
        {"takes_over": "best"},
    ],
)
def test_a_rule_that_was_decided_by_is_fixed(cup, teams, host, changes):
    final_of(cup, entry_rule="best", entry_count=2)
    confirm(phase_of(cup, 1), FINAL)
    with pytest.raises(EntryDecided):
        edits(cup, host, at=FINAL, reason="I like them.", **changes)


def test_until_then_the_rule_changes_with_a_public_reason(cup, teams, host):
    final_of(cup, entry_rule="best", entry_count=2)
    with pytest.raises(ReasonMissing):
        edits(cup, host, entry_count=3)
    edits(cup, host, entry_count=3, reason="More chairs.")
    row = LogRow.objects.get(competition=cup, kind="entry")
    assert (row.facts, row.reason) == ({"entryCount": [2, 3], "phase": 2}, "More chairs.")


def test_before_the_phase_that_decides_has_started_it_changes_freely(cup, host):
    final_of(cup, entry_rule="best", entry_count=2)
    edits(cup, host, entry_count=3, at=STARTS - DAY)
    assert phase_of(cup, 2).entry_count == 3


def test_who_takes_part_already_is_not_thrown_out_by_a_new_rule(cup, teams, host):
    final = final_of(cup)
    sends(teams["fifth"], final, at=AFTER)
    with pytest.raises(EntryDecided):
        edits(cup, host, at=AFTER, reason="Fewer.", entry_rule="best", entry_count=2)


def test_who_enters_later_gets_on_only_where_everybody_does(cup, teams, host):
    final = final_of(cup, entry_board="public", entry_rule="teams")
    third = add(cup, name="Open", at=NOON)
    decide_entries(AFTER)
    late = enter(competition=Competition.objects.get(pk=cup.pk), user=UserFactory(), at=AFTER)
    assert state_of(late, final).state == "out"
    assert state_of(late, third).state == "open"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_decided_by_many_at_once_it_is_decided_once():
    host = UserFactory()
    cup = competition_with_solution("rmse", slug="two", hosts=[host])
    for name, (public, private) in TEAMS.items():
        sends(TeamFactory(competition=cup, name=name), cup.phase, public, private)
    final = final_of(cup, entry_board="public", entry_rule="best", entry_count=2)
    seen = [phase_of(cup, 2) for _ in range(6)]
    assert at_once(*[lambda one=one: decide_soon(one, AFTER) for one in seen]) == ["done"] * 6
    assert LogRow.objects.filter(competition=cup, kind="got_on").count() == 1
    assert those_in(final) == {"first", "second"}


# --- what cannot be said ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"entry_rule": "best"}, "entry_count"),
        ({"entry_rule": "share"}, "entry_percent"),
        ({"entry_rule": "baseline"}, "entry_baseline"),
        ({"entry_rule": "share", "entry_percent": 101}, "entry_percent"),
        ({"entry_rule": "teams", "entry_phase": None}, "entry_phase"),
        ({"takes_over": "best", "entry_phase": None}, "entry_phase"),
        # It would be known when this one is over.
        ({"entry_rule": "teams", "ends_at": ENDS, "starts_at": NOON}, "entry_phase"),
        ({"entry_rule": "no such"}, "entry_rule"),
    ],
)
def test_a_rule_that_cannot_be(cup, fields, field):
    with pytest.raises(ValidationError) as refused:
        final_of(cup, **fields) if "entry_phase" not in fields else add(cup, at=NOON, **fields)
    assert field in refused.value.message_dict


def test_a_phase_does_not_go_by_itself_nor_in_a_circle_nor_by_one_elsewhere(cup, host):
    final_of(cup, entry_rule="teams")
    elsewhere = competition_with_solution("rmse", slug="other", hosts=[host])
    for number, former in ((2, phase_of(cup, 2)), (1, phase_of(cup, 2)), (2, elsewhere.phase)):
        with pytest.raises(ValidationError) as refused:
            edits(cup, host, number, entry_rule="teams", entry_phase=former, reason="Why not.")
        assert "entry_phase" in refused.value.message_dict


def test_the_phase_that_decides_stays_and_ends_first(cup, host):
    final_of(cup, entry_rule="teams")
    with pytest.raises(EndsAfterNext):
        edits(cup, host, 1, ends_at=FINAL_ENDS, reason="Longer.")
    edits(cup, host, 1, ends_at=FINAL_ENDS - DAY, reason="Longer.")
    first = add(cup, name="Early", starts_at=STARTS + 7 * DAY, ends_at=STARTS + 8 * DAY, at=NOON)
    edits(cup, host, 2, entry_phase=first, reason="Earlier.")
    with pytest.raises(PhaseDecidesEntry):
        remove_phase(phase=first, by=host, at=NOON, reason="Away with it.")


# --- a list by the organisers -----------------------------------------------------------------------------------------
@pytest.fixture
def listed(cup):
    return final_of(cup, entry_rule="list")


def test_organisers_name_the_teams(cup, teams, host, listed):
    name_teams(phase=listed, teams=[teams["idle"].pk, teams["first"].pk], by=host, at=NOON, reason="Invited.")
    change_named(phase=listed, add=[teams["third"].pk], remove=[teams["first"].pk], by=host, at=NOON, reason="Changed.")
    assert state_of(teams["idle"], listed, NOON).state == "waiting"
    decide_entries(AFTER)
    assert those_in(listed) == {"idle", "third"}
    assert [row.reason for row in LogRow.objects.filter(kind="entry").order_by("sequence")] == ["Invited.", "Changed."]


def test_once_begun_teams_are_added_and_none_taken_off(cup, teams, host, listed):
    name_teams(phase=listed, teams=[teams["first"].pk], by=host, at=NOON, reason="Invited.")
    decide_entries(AFTER)
    change_named(phase=listed, add=[teams["idle"].pk], by=host, at=FINAL, reason="Forgotten.")
    assert sends(teams["idle"], listed, at=FINAL).pk
    with pytest.raises(UnlistedTooLate):
        name_teams(phase=listed, teams=[], by=host, at=FINAL, reason="Nobody.")


def test_who_enters_later_may_still_be_named(cup, teams, host, listed):
    decide_entries(AFTER)
    late = enter(competition=Competition.objects.get(pk=cup.pk), user=UserFactory(), at=AFTER)
    change_named(phase=listed, add=[late.pk], by=host, at=FINAL, reason="Late.")
    assert state_of(late, listed).state == "in"


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda it: change_named(phase=it.phase, add=[it.ours], by=it.host, at=NOON), ReasonMissing),
        (lambda it: change_named(phase=it.phase, add=[it.theirs], by=it.host, at=NOON, reason="x"), NoSuchTeam),
        (lambda it: change_named(phase=it.phase, add=[2**62], by=it.host, at=NOON, reason="x"), NoSuchTeam),
        (lambda it: change_named(phase=it.phase, add=[it.ours], by=UserFactory(), at=NOON, reason="x"), NotHost),
        (lambda it: change_named(phase=it.first, add=[it.ours], by=it.host, at=NOON, reason="x"), EntryNotByList),
    ],
)
def test_who_cannot_be_named(cup, teams, host, listed, act, refusal):
    other = TeamFactory(competition=competition_with_solution("rmse", slug="other"))
    it = SimpleNamespace(phase=listed, first=phase_of(cup, 1), host=host, ours=teams["first"].pk, theirs=other.pk)
    with pytest.raises(refusal):
        act(it)
    assert those_in(listed) == set()


# --- who is told what -------------------------------------------------------------------------------------------------
def client(user=None) -> APIClient:
    found = APIClient()
    if user is not None:
        found.force_authenticate(user)
    return found


def test_who_did_not_get_on_is_told_why(cup, teams):
    final = final_of(cup, entry_board="public", entry_rule="best", entry_count=2)
    Phase.objects.filter(pk=phase_of(cup, 1).pk).update(name="Development")
    decide_entries(AFTER)
    with freeze_time(FINAL):
        body = client(teams["third"].owner).get("/api/competitions/two/").json()
        told = body["phases"][1]["myEntry"]
        assert told == {
            "state": "out",
            "awaited": None,
            "rank": 3,
            "detail": "Your team did not get on into this phase: it is for the teams up to rank 2 in “Development”. "
            "Your rank there was 3.",
        }
        assert client(teams["third"].owner).get("/api/competitions/two/phases/2/").json()["myEntry"] == told
        assert body["phases"][0]["myEntry"]["state"] == "open"
        assert client().get("/api/competitions/two/").json()["phases"][1]["myEntry"] is None
    assert allowance(teams["third"], phase_of(cup, 2), FINAL).reason == "not_in_phase"
    assert allowance(teams["second"], phase_of(cup, 2), FINAL).reason is None
    assert allowance(teams["second"], phase_of(cup, 1), ENDS - DAY).reason is None
    with pytest.raises(NotInPhase) as refused:
        sends(teams["third"], final, at=FINAL)
    assert refused.value.params == {"rule": "best", "phase": "Development", "rank": 3, "bound": 2}


def test_the_log_says_how_many_and_not_who(cup, teams):
    final_of(cup, entry_rule="share", entry_percent=30)
    confirm(phase_of(cup, 1), FINAL)
    row = LogRow.objects.get(competition=cup, kind="got_on")
    rule = {"entryRule": "share", "entryPhase": 1, "entryBoard": "confirmed", "entryPercent": 30}
    assert row.facts == {**rule, "gotOn": 2, "teams": 6, "phase": 2}


def test_organisers_set_a_rule_over_the_api(cup, teams, host):
    final_of(cup)
    changes = {"entryRule": "best", "entryPhase": 1, "entryCount": 3, "entryBoard": "public", "reason": "Few chairs."}
    with freeze_time(NOON):
        answer = client(host).patch("/api/competitions/two/phases/2/", changes, format="json")
        assert answer.status_code == 200, answer.json()
        told = answer.json()
        assert [told[name] for name in ("entryRule", "entryPhase", "entryCount", "entryBoard", "entryDecidedAt")] == [
            *("best", 1, 3, "public", None)
        ]
        for wrong in (7, 2**70, -1, "1", True, [1], 1.5):
            answer = client(host).patch("/api/competitions/two/phases/2/", {"entryPhase": wrong}, format="json")
            assert answer.status_code == 400, wrong


def test_the_list_over_the_api_is_for_organisers(cup, teams, host, listed):
    address = "/api/competitions/two/phases/2/teams/"
    first = teams["first"]
    with freeze_time(NOON):
        assert client(first.owner).get(address).status_code == 403
        answer = client(host).put(address, {"teams": [first.pk], "reason": "Invited."}, format="json")
        assert answer.json() == [{"team": {"id": first.pk, "name": "first"}, "entryRank": None}]
        answer = client(host).patch(address, {"remove": [first.pk], "reason": "Not any more."}, format="json")
        assert answer.json() == []
        for wrong in ({"teams": "x"}, {"teams": [2**70]}, {"teams": [None]}, {}):
            assert client(host).put(address, wrong, format="json").status_code == 400


def test_ten_phases_ask_as_often_as_two(cup, teams):
    counts = []
    for number in (2, 10):
        while cup.phases.count() < number:
            add(cup, name=f"Phase {cup.phases.count()}", entry_phase=phase_of(cup, 1), entry_rule="teams", at=NOON)
        with freeze_time(FINAL), CaptureQueriesContext(connection) as asked:
            assert client(teams["first"].owner).get("/api/competitions/two/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- merging ----------------------------------------------------------------------------------------------------------
def test_a_team_that_got_on_takes_none_in_that_did_not(cup, teams):
    final_of(cup, entry_board="public", entry_rule="best", entry_count=2)
    first, second, third = (Team.objects.get(pk=teams[name].pk) for name in ("first", "second", "third"))
    request_merge(from_team=third, to_team_id=first.pk, by=third.owner, at=NOON).delete()
    decide_entries(AFTER)
    with pytest.raises(EntriesDiffer):
        request_merge(from_team=third, to_team_id=first.pk, by=third.owner, at=FINAL)
    told = preview_merge(from_team=first, to_team_id=third.pk, by=first.owner, at=FINAL)
    assert told.refusal is not None
    assert told.refusal.code == "entries_differ"
    assert preview_merge(from_team=first, to_team_id=second.pk, by=first.owner, at=FINAL).refusal is None
