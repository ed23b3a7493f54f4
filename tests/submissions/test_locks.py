"""On PostgreSQL, where a lock is real: every service that takes one does so in a transaction of its own, and the two
that would spoil each other wait.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import User
from accounts.services import delete_account
from competitions.leaderboards.standings import rebuild_standings
from competitions.models import Competition, Departure, MergeRequest, Page, RequestStatus, Standing, Team
from competitions.organising.editing import edit_competition, save_page
from competitions.solution.services import active_solution, replace_solution
from competitions.teams import entries, merges
from competitions.teams.entries import enter
from competitions.teams.invitations import accept_invitation, cancel_invitation, invite, refuse_invitation
from competitions.teams.members import hand_over, leave, remove_member, rename_team
from competitions.teams.merges import accept_merge, cancel_merge, refuse_merge, request_merge
from foundation.refusals import Refusal
from submissions import runs, signals
from submissions.checking import differences
from submissions.exclusion import services as excluding
from submissions.exclusion.services import answer, disqualify, lift, void
from submissions.models import ScoringRun
from submissions.runs import completing, confirming, starting
from submissions.runs.completing import complete
from submissions.services import finishing, select, settle_abandoned, submitting
from submissions.services.late import score_late_privately
from submissions.services.slots import take_slot
from tests.factories import AFTER, NOON, TeamFactory, UserFactory, give_solution
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import solution_csv, upload

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
LATER = AFTER + timedelta(hours=1)


class Scene:
    """A competition with an organiser and two teams of one, a member more in the first."""

    def __init__(self) -> None:
        self.host, self.third, self.stranger = UserFactory(), UserFactory(), UserFactory()
        self.competition = competition_with_solution("rmse", hosts=[self.host], max_team_size=9)
        self.asking = TeamFactory(competition=self.competition, members=[self.third])
        self.asked = TeamFactory(competition=self.competition)

    def asks(self) -> MergeRequest:
        return MergeRequest.objects.create(from_team=self.asking, to_team=self.asked, created_at=NOON)

    def invites(self, user=None):
        user = user or self.stranger
        return self.asking.invitations.create(user=user, invited_by=self.asking.owner, created_at=NOON)

    def sends(self, **fields):
        return send(self.asking, **fields).submission

    def scored_privately(self) -> ScoringRun:
        self.sends()
        run = runs.start_run(phase=self.competition.phase, kind="private", by=None, at=AFTER)
        assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.DONE
        return run

    def confirmed(self) -> Competition:
        self.scored_privately()
        return runs.confirm_private_leaderboard(phase=self.competition.phase, by=self.host, at=AFTER)

    def last_part_done(self) -> ScoringRun:
        """A public rescoring that only has to be completed."""
        return ScoringRun.objects.create(
            competition=self.competition,
            phase=self.competition.phase,
            kind="rescore",
            status="running",
            solution=active_solution(self.competition.phase),
            created_at=NOON,
        )


def _edit(scene: Scene):
    return edit_competition(competition=scene.competition, changes={"metric": "mae"}, by=scene.host, at=NOON)


def _late(scene: Scene):
    scene.sends(at=AFTER)
    scene.confirmed()
    scene.asking.submissions.update(private_score=None)
    assert score_late_privately(scene.competition.phase.pk, LATER) == 1


def _taken_back(scene: Scene):
    scene.confirmed()
    runs.unconfirm_private_leaderboard(
        phase=scene.competition.phase, by=scene.host, at=LATER, reason="A row was wrong."
    )


def _comes_back(scene: Scene):
    scene.sends()
    team, owner = scene.asked, scene.asked.owner
    send(team)
    leave(team=team, user=owner, at=NOON)
    return enter(competition=scene.competition, user=owner, at=NOON)


def _replaces(scene: Scene):
    return replace_solution(
        phase=scene.competition.phase,
        file=upload(solution_csv("rmse", shift=1.0)).file,
        filename="s.csv",
        by=scene.host,
        at=NOON,
    )


def _slot(scene: Scene):
    return take_slot(user=scene.asking.owner, team_id=scene.asking.pk, at=NOON, size=1, filename="x.csv").submission


def _starts(kind: str):
    return lambda s: runs.start_run(
        phase=s.competition.phase, kind=kind, by=s.host, at=AFTER, reason="A row was wrong."
    )


SERVICES = {
    "request a merge": lambda s: request_merge(from_team=s.asking, to_team_id=s.asked.pk, by=s.asking.owner, at=NOON),
    "accept a merge": lambda s: accept_merge(merge_request=s.asks(), by=s.asked.owner, at=NOON),
    "refuse a merge": lambda s: refuse_merge(merge_request=s.asks(), by=s.asked.owner, at=NOON),
    "take a merge request back": lambda s: cancel_merge(merge_request=s.asks(), by=s.asking.owner, at=NOON),
    "invite": lambda s: invite(team=s.asking, username=s.stranger.username, by=s.asking.owner, at=NOON),
    "accept an invitation": lambda s: accept_invitation(invitation=s.invites(), user=s.stranger, at=NOON),
    "refuse an invitation": lambda s: refuse_invitation(invitation=s.invites(), user=s.stranger, at=NOON),
    "take an invitation back": lambda s: cancel_invitation(invitation=s.invites(), by=s.asking.owner, at=NOON),
    "rename a team": lambda s: rename_team(team=s.asking, name="New name", by=s.asking.owner),
    "hand a team over": lambda s: hand_over(team=s.asking, username=s.third.username, by=s.asking.owner),
    "leave a team": lambda s: leave(team=s.asking, user=s.third, at=NOON),
    "remove a member": lambda s: remove_member(team=s.asking, username=s.third.username, by=s.asking.owner, at=NOON),
    "enter": lambda s: enter(competition=s.competition, user=s.stranger, at=NOON),
    "come back to a team that everybody left": _comes_back,
    "delete an account": lambda s: delete_account(user=s.stranger, at=NOON),
    "edit the competition": _edit,
    "save a page": lambda s: save_page(
        competition=s.competition, page=Page(slug="a", title="A", body=""), by=s.host, at=NOON
    ),
    "replace the solution": _replaces,
    "take a slot": _slot,
    "submit": lambda s: s.sends(),
    "submit late": lambda s: s.sends(at=AFTER),
    "select": lambda s: select(submission=s.sends(), selected=True, by=s.asking.owner, at=NOON),
    "settle what was abandoned": lambda s: (_slot(s), settle_abandoned(NOON + timedelta(days=1))),
    "start a private scoring": _starts("private"),
    "start a rescoring": _starts("rescore"),
    "score privately": Scene.scored_privately,
    "complete a run": lambda s: complete(s.last_part_done().pk, NOON),
    "confirm": Scene.confirmed,
    "take the confirmation back": _taken_back,
    "score late ones": _late,
    "disqualify": lambda s: disqualify(team=s.asking, reason="Two accounts.", by=s.host, at=NOON),
    "reinstate": lambda s: lift(
        exclusion=disqualify(team=s.asking, reason="Two accounts.", by=s.host, at=NOON),
        reason="A mistake.",
        by=s.host,
        at=NOON,
    ),
    "void a submission": lambda s: void(submission=s.sends(), reason="Two accounts.", by=s.host, at=NOON),
    "restore a submission": lambda s: lift(
        exclusion=void(submission=s.sends(), reason="Two accounts.", by=s.host, at=NOON),
        reason="A mistake.",
        by=s.host,
        at=NOON,
    ),
    "answer to an exclusion": lambda s: answer(
        exclusion=disqualify(team=s.asking, reason="Two accounts.", by=s.host, at=NOON),
        text="We are two.",
        by=s.third,
        at=NOON,
    ),
    "rebuild standings": lambda s: rebuild_standings(phase=s.competition.phase, rows=[]),
}


def test_every_service_brings_the_transaction_its_locks_need():
    """PostgreSQL refuses a lock outside of one: there is no other here, as there is none under a request."""
    assert not connection.in_atomic_block
    failed = {}
    for name, service in SERVICES.items():
        try:
            service(Scene())
        except Exception as error:  # noqa: BLE001 -- all that fail are told at once
            failed[name] = repr(error)
    assert failed == {}


def test_a_service_that_fails_leaves_nothing_half_done(monkeypatch):
    """The last thing a merge does fails, and the teams are as they were."""
    scene = Scene()
    scene.sends()
    asked = scene.asks()
    monkeypatch.setattr("competitions.teams.merges.cancel_requests", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accept_merge(merge_request=asked, by=scene.asked.owner, at=NOON)
    asked.refresh_from_db()
    assert asked.status == RequestStatus.PENDING
    assert scene.asking.submissions.count() == 1
    assert scene.asking.memberships.count() == 2
    assert not list(differences(scene.competition.phase))


# --- two in the same moment -------------------------------------------------------------------------------------------
# Seconds: long enough for whoever need not wait. Who waits for a lock does so as long as the other holds it.
PATIENCE = 1.0


def _is_done_within(seconds, future) -> bool:
    done, _running = wait([future], timeout=seconds)
    return bool(done)


def while_held(monkeypatch, place, name, other):
    """While the function `name` of `place` is about to run, in its transaction, `other` tries to get through.

    Returns what `other` came to, asked once both are over, and whether it was done before the first went on.
    """
    original, outcome = getattr(place, name), []
    pool = ThreadPoolExecutor(1)
    tried = threading.Event()

    def act():
        try:
            return other()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    def held(*args, **kwargs):
        if not tried.is_set():
            tried.set()
            future = pool.submit(act)
            outcome.extend([future, _is_done_within(PATIENCE, future)])
        return original(*args, **kwargs)

    monkeypatch.setattr(place, name, held)

    def what_came_of_it():
        future, was_through = outcome
        found = future.result(timeout=20)
        pool.shutdown()
        return found, was_through

    return what_came_of_it


def fresh(team: Team) -> Team:
    return Team.objects.select_related("competition", "owner").get(pk=team.pk)


@pytest.mark.parametrize("act", ["submits", "merges"])
def test_who_submits_or_merges_while_a_run_completes_waits_and_is_counted(monkeypatch, act):
    """The standings are rebuilt from what the run read: what comes between would be lost."""
    scene = Scene()
    scene.sends(public=0.5)
    run, asked = scene.last_part_done(), scene.asks()
    acts = {
        "submits": lambda: send(fresh(scene.asked), 0.25).submission.status,
        "merges": lambda: accept_merge(merge_request=asked, by=scene.asked.owner, at=NOON).pk,
    }
    other = while_held(monkeypatch, completing, "rebuild_standings", acts[act])
    assert complete(run.pk, NOON)
    found, was_through = other()
    assert not was_through
    assert found == {"submits": "scored", "merges": scene.asked.pk}[act]
    assert not list(differences(scene.competition.phase))


def test_two_workers_who_complete_at_once_tell_it_once(monkeypatch):
    scene = Scene()
    scene.sends()
    run = scene.last_part_done()
    told = []

    def finished(**_):
        told.append(1)

    signals.scoring_finished.connect(finished)
    other = while_held(monkeypatch, completing, "require_active_solution", lambda: complete(run.pk, NOON))
    assert complete(run.pk, NOON)
    assert other() == (True, False)
    assert told == [1]


@pytest.mark.parametrize("second", ["the other comes back", "somebody else"])
def test_two_who_come_back_to_one_team_at_once_are_one_owner_and_one_refused(monkeypatch, second):
    """Both left it with submissions of their time; the first to come back revives it."""
    scene = Scene()
    team, alice, bob = scene.asking, scene.asking.owner, scene.third
    scene.sends()
    leave(team=team, user=bob, at=NOON)
    leave(team=team, user=alice, at=NOON)
    assert Departure.objects.filter(team=team).count() == 2
    other_user = bob if second == "the other comes back" else scene.stranger
    other = while_held(
        monkeypatch,
        entries,
        "unique_name",
        lambda: enter(competition=scene.competition, user=User.objects.get(pk=other_user.pk), at=NOON).owner_id,
    )
    back = enter(competition=scene.competition, user=alice, at=NOON)
    assert back == team
    found, _was_through = other()
    team.refresh_from_db()
    assert team.owner == alice
    assert set(team.memberships.values_list("user", flat=True)) == {alice.pk}
    assert found == ("left_with_submissions" if other_user == bob else scene.stranger.pk)


def test_a_solution_is_not_replaced_while_a_run_is_started(monkeypatch):
    scene = Scene()
    other = while_held(monkeypatch, starting, "active_solution", lambda: _replaces(scene).version)
    runs.start_run(phase=scene.competition.phase, kind="rescore", by=scene.host, at=NOON, reason="A row was wrong.")
    assert other() == (2, False)


def test_a_solution_is_not_replaced_while_the_ranking_is_confirmed(monkeypatch):
    """The ranking that opens is by the solution that scores at that moment."""
    scene = Scene()
    scene.scored_privately()
    other = while_held(
        monkeypatch,
        confirming,
        "what_is_missing",
        lambda: give_solution(scene.competition, solution_csv("rmse", shift=1.0), at=AFTER).version,
    )
    runs.confirm_private_leaderboard(phase=scene.competition.phase, by=scene.host, at=AFTER)
    assert other() == (2, False)


# --- exclusions -------------------------------------------------------------------------------------------------------
WHY = "Two accounts of one person."


def final_ranks(competition) -> dict[int, int | None]:
    return dict(Standing.objects.filter(competition=competition).values_list("team", "final_public_rank"))


@pytest.mark.parametrize("second", ["the same team", "another one"])
def test_two_hosts_disqualify_at_once(monkeypatch, second):
    """One of them is told that the other was quicker; two teams leave one ranking without a gap."""
    scene = Scene()
    scene.scored_privately()
    send_to = {"the same team": scene.asking, "another one": scene.asked}[second]
    third = TeamFactory(competition=scene.competition)
    rebuild_standings(phase=scene.competition.phase, rows=[])
    other = while_held(
        monkeypatch,
        excluding,
        "leave_ranking",
        lambda: disqualify(team=send_to, reason=WHY, by=scene.host, at=LATER).team_id,
    )
    disqualify(team=scene.asking, reason=WHY, by=scene.host, at=LATER)
    found, _was_through = other()
    assert found == ("already_excluded" if second == "the same team" else scene.asked.pk)
    ranked = Standing.objects.filter(competition=scene.competition, is_ranked=True).values_list("team", flat=True)
    assert set(ranked) == {third.pk} | ({scene.asked.pk} if second == "the same team" else set())
    assert scene.competition.log.filter(kind="disqualified").count() == (1 if second == "the same team" else 2)
    assert not list(differences(scene.competition.phase))


def test_many_hosts_exclude_and_take_back_at_once_and_the_ranks_have_no_gap():
    scene = Scene()
    teams = [TeamFactory(competition=scene.competition) for _ in range(6)]
    for place, team in enumerate(teams):
        send(team, place / 16)
    run = runs.start_run(phase=scene.competition.phase, kind="private", by=None, at=AFTER)
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.DONE
    lifted = [disqualify(team=team, reason=WHY, by=scene.host, at=AFTER) for team in teams[:2]]
    start = threading.Barrier(4)

    def act(i):
        start.wait()
        try:
            if i < 2:
                lift(exclusion=lifted[i], reason="A mistake.", by=scene.host, at=LATER)
            else:
                disqualify(team=teams[i], reason=WHY, by=scene.host, at=LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(act, range(4)))
    found = final_ranks(scene.competition)
    assert [found[team.pk] for team in teams] == [1, 2, None, None, 3, 4]
    assert not list(differences(scene.competition.phase))


@pytest.mark.parametrize("act", ["disqualifies", "voids"])
def test_who_excludes_while_it_is_being_scored_finds_it_scored_and_not_ranked(monkeypatch, act):
    """Between the slot and the score: the score is kept, and ranks nobody."""
    scene = Scene()
    acts = {
        "disqualifies": lambda: disqualify(team=scene.asking, reason=WHY, by=scene.host, at=NOON).pk,
        "voids": lambda: void(submission=scene.asking.submissions.get(), reason=WHY, by=scene.host, at=NOON).pk,
    }
    other = while_held(monkeypatch, submitting, "evaluate", acts[act])
    outcome = send(fresh(scene.asking), 0.25)
    found, was_through = other()
    assert was_through
    assert isinstance(found, int)
    assert outcome.submission.status == "scored"
    assert (outcome.update is None) is (act == "voids")
    standing = Standing.objects.get(team=scene.asking)
    assert standing.is_ranked is (act == "voids")
    assert standing.best_public_score == (None if act == "voids" else 0.25)
    assert standing.total_submissions == 1
    assert not list(differences(scene.competition.phase))


def test_who_voids_while_the_score_is_being_written_waits_for_it(monkeypatch):
    scene = Scene()
    first = scene.sends(public=0.5)

    def voids():
        newest = scene.asking.submissions.exclude(pk=first.pk).get()
        return void(submission=newest, reason=WHY, by=scene.host, at=NOON).pk

    other = while_held(monkeypatch, finishing, "record_public_score", voids)
    send(fresh(scene.asking), 0.25)
    found, was_through = other()
    assert not was_through
    assert isinstance(found, int)
    assert Standing.objects.get(team=scene.asking).best_public_score == 0.5
    assert not list(differences(scene.competition.phase))


@pytest.mark.parametrize("act", ["disqualifies", "voids"])
def test_who_excludes_while_a_private_run_completes_waits_and_counts(monkeypatch, act):
    scene = Scene()
    sent = scene.sends()
    send(scene.asked, 0.75)
    run = runs.start_run(phase=scene.competition.phase, kind="private", by=None, at=AFTER)
    acts = {
        "disqualifies": lambda: disqualify(team=scene.asking, reason=WHY, by=scene.host, at=AFTER).pk,
        "voids": lambda: void(submission=sent, reason=WHY, by=scene.host, at=AFTER).pk,
    }
    other = while_held(monkeypatch, completing, "rebuild_standings", acts[act])
    assert runs.work(run.pk, now=lambda: AFTER) is runs.Outcome.DONE
    found, was_through = other()
    assert not was_through
    assert isinstance(found, int)
    standing = Standing.objects.get(team=scene.asking)
    assert standing.final_public_rank is None
    assert (standing.private_key is None) is (act == "voids")
    assert not list(differences(scene.competition.phase))


@pytest.mark.parametrize("act", ["disqualifies", "voids"])
def test_who_excludes_while_the_ranking_is_confirmed_comes_after_it(monkeypatch, act):
    """It stands in the log after the confirmation that it changes, and the ranking that is open has closed up."""
    scene = Scene()
    run = scene.scored_privately()
    sent = scene.asking.submissions.get()
    acts = {
        "disqualifies": lambda: disqualify(team=scene.asking, reason=WHY, by=scene.host, at=LATER).pk,
        "voids": lambda: void(submission=sent, reason=WHY, by=scene.host, at=LATER).pk,
    }
    other = while_held(monkeypatch, confirming, "what_is_missing", acts[act])
    runs.confirm_private_leaderboard(phase=scene.competition.phase, by=scene.host, at=AFTER)
    found, was_through = other()
    assert not was_through
    assert isinstance(found, int)
    kinds = list(scene.competition.log.order_by("sequence").values_list("kind", flat=True))
    assert kinds[-2:] == ["confirmed", {"disqualifies": "disqualified", "voids": "voided"}[act]]
    assert run.competition_id == scene.competition.pk
    assert not list(differences(scene.competition.phase))


def test_who_voids_a_submission_that_a_merge_is_moving_voids_it_where_it_is_then(monkeypatch):
    scene = Scene()
    sent, asked = scene.sends(public=0.25), scene.asks()
    other = while_held(
        monkeypatch,
        merges,
        "combine_standings",
        lambda: void(submission=sent, reason=WHY, by=scene.host, at=NOON).team_id,
    )
    accept_merge(merge_request=asked, by=scene.asked.owner, at=NOON)
    found, was_through = other()
    assert not was_through
    assert found == scene.asked.pk
    assert Standing.objects.get(team=scene.asked).best_public_score is None
    assert not list(differences(scene.competition.phase))


def test_a_team_that_is_disqualified_while_it_merges_is_not_taken_in(monkeypatch):
    scene = Scene()
    scene.sends()
    asked = scene.asks()
    other = while_held(
        monkeypatch,
        excluding,
        "leave_ranking",
        lambda: accept_merge(merge_request=asked, by=scene.asked.owner, at=NOON).pk,
    )
    disqualify(team=scene.asking, reason=WHY, by=scene.host, at=NOON)
    found, was_through = other()
    assert not was_through
    assert found in ("not_pending", "team_disqualified")
    assert scene.asking.submissions.count() == 1
