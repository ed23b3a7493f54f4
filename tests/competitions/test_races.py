"""Two things in the same moment, with real connections."""

from __future__ import annotations

import threading

import pytest
from django.db import close_old_connections, connection

from accounts.models import User
from accounts.services import delete_account
from competitions.brackets.services import choose_brackets, remove_bracket
from competitions.models import Bracket, BracketEntry, Invitation, Membership, MergeRequest, Standing, Team
from competitions.teams.entries import enter
from competitions.teams.invitations import accept_invitation
from competitions.teams.members import hand_over, leave
from competitions.teams.merges import accept_merge
from foundation.refusals import Refusal
from submissions.models import Submission
from tests.factories import NOON, CompetitionFactory, TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def at_once(*acts):
    """Run `acts` in as many threads; what each came to: "done" or the code of its refusal."""
    outcomes, start = [None] * len(acts), threading.Barrier(len(acts))

    def run(number, act):
        close_old_connections()
        start.wait()
        try:
            act()
            outcomes[number] = "done"
        except Refusal as refusal:
            outcomes[number] = refusal.code
        except Exception as error:  # noqa: BLE001 -- shown by the assertion
            outcomes[number] = repr(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_double_click_enters_once():
    cup, alice = CompetitionFactory(), UserFactory()
    outcomes = at_once(*[lambda: enter(competition=cup, user=alice, at=NOON)] * 8)
    assert sorted(outcomes) == ["already_entered"] * 7 + ["done"]
    assert Membership.objects.count() == Team.objects.count() == Standing.objects.count() == 1


def test_a_bracket_goes_while_a_team_chooses_it():
    """Before or after: nobody is left in a bracket that is gone, and nobody meets a fault of the server."""
    host = UserFactory()
    for _again in range(4):
        cup = CompetitionFactory(hosts=[host])
        student = Bracket.objects.create(competition=cup, slug="student", name="Students")
        team = TeamFactory(competition=cup)
        outcomes = at_once(
            lambda team=team: choose_brackets(team=team, slugs=["student"], by=team.owner, at=NOON),
            lambda student=student: remove_bracket(bracket=student, by=host, at=NOON, reason="Nobody studies."),
        )
        assert outcomes[0] in ("done", "unknown_bracket")
        assert outcomes[1] == "done"
        assert not BracketEntry.objects.filter(team=team).exists()


def test_two_choices_of_one_team_leave_one_of_them():
    cup = CompetitionFactory()
    for place, slug in enumerate(("student", "rookie")):
        Bracket.objects.create(competition=cup, slug=slug, name=slug, position=place)
    team = TeamFactory(competition=cup)
    outcomes = at_once(
        *[
            lambda slugs=slugs: choose_brackets(team=team, slugs=slugs, by=team.owner, at=NOON)
            for slugs in (["student"], ["rookie"], ["student", "rookie"]) * 2
        ]
    )
    assert outcomes == ["done"] * 6
    assert [*BracketEntry.objects.values_list("bracket__slug", flat=True)] in (
        *(["student"], ["rookie"], ["student", "rookie"]),
    )


def test_people_of_one_name_all_get_a_team_with_a_name_of_its_own():
    cup = CompetitionFactory()
    users = [UserFactory(display_name="Alex") for _ in range(6)]
    outcomes = at_once(*[lambda user=user: enter(competition=cup, user=user, at=NOON) for user in users])
    assert outcomes == ["done"] * 6
    assert {team.name.casefold() for team in Team.objects.all()} == {"alex", *(f"alex {n}" for n in range(2, 7))}


def test_a_merge_accepted_twice_merges_once():
    cup = CompetitionFactory()
    ants, bees = TeamFactory(competition=cup), TeamFactory(competition=cup)
    ants.submits(0.5)
    asked = MergeRequest.objects.create(from_team=ants, to_team=bees, created_at=NOON)
    outcomes = at_once(*[lambda: accept_merge(merge_request=asked, by=bees.owner, at=NOON)] * 4)
    assert sorted(outcomes) == ["done"] + ["not_pending"] * 3
    assert Standing.objects.get(team=bees).total_submissions == Submission.objects.filter(team=bees).count() == 1


def test_a_circle_of_merges_neither_locks_up_nor_loses_anybody():
    """Everybody asked their neighbour, and all accept at once."""
    cup = CompetitionFactory(max_team_size=10)
    teams = [TeamFactory(competition=cup) for _ in range(4)]
    requests = [
        MergeRequest.objects.create(from_team=team, to_team=teams[(number + 1) % 4], created_at=NOON)
        for number, team in enumerate(teams)
    ]
    for team in teams:
        team.submits(0.5)

    outcomes = at_once(
        *[lambda one=one: accept_merge(merge_request=one, by=one.to_team.owner, at=NOON) for one in requests]
    )

    assert set(outcomes) <= {"done", "not_pending", "team_not_active"}
    assert outcomes.count("done") >= 1
    active = Team.objects.active()
    assert Membership.objects.filter(team__in=active).count() == 4
    assert Submission.objects.filter(team__in=active).count() == 4
    assert sum(Standing.objects.ranked().values_list("total_submissions", flat=True)) == 4


def test_the_last_place_in_a_team_goes_to_one():
    cup = CompetitionFactory(max_team_size=2)
    team = TeamFactory(competition=cup)
    invitations = [
        Invitation.objects.create(team=team, user=UserFactory(), invited_by=team.owner, created_at=NOON)
        for _ in range(5)
    ]
    outcomes = at_once(
        *[lambda one=one: accept_invitation(invitation=one, user=one.user, at=NOON) for one in invitations]
    )
    assert sorted(outcomes) == ["done"] + ["team_full"] * 4
    assert team.memberships.count() == 2


def test_who_accepts_two_invitations_is_in_one_team():
    cup, alice = CompetitionFactory(), UserFactory()
    invitations = [
        Invitation.objects.create(team=team, user=alice, invited_by=team.owner, created_at=NOON)
        for team in (TeamFactory(competition=cup), TeamFactory(competition=cup))
    ]
    outcomes = at_once(*[lambda one=one: accept_invitation(invitation=one, user=alice, at=NOON) for one in invitations])
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "already_entered", "merge_instead"}
    assert Membership.objects.filter(user=alice).count() == 1


def test_no_team_is_left_without_its_owner_by_a_merge_in_the_same_moment():
    cup = CompetitionFactory()
    ants, bees = TeamFactory(competition=cup), TeamFactory(competition=cup)
    asked = MergeRequest.objects.create(from_team=ants, to_team=bees, created_at=NOON)
    outcomes = at_once(
        lambda: accept_merge(merge_request=asked, by=bees.owner, at=NOON),
        lambda: leave(team=bees, user=bees.owner, at=NOON),
    )
    assert outcomes in (["done", "owner_must_hand_over"], ["not_pending", "done"], ["not_the_team_owner", "done"])
    bees.refresh_from_db()
    assert bees.is_active == (outcomes[0] == "done")


def test_who_deletes_their_account_while_they_enter_leaves_no_team_of_their_name():
    cup, alice = CompetitionFactory(), UserFactory(username="alice")
    invitation = Invitation.objects.create(team=TeamFactory(competition=cup), user=alice, created_at=NOON)
    outcomes = at_once(
        lambda: enter(competition=cup, user=User.objects.get(pk=alice.pk), at=NOON),
        lambda: accept_invitation(invitation=invitation, user=User.objects.get(pk=alice.pk), at=NOON),
        lambda: delete_account(user=alice, at=NOON),
    )
    assert outcomes[2] == "done"
    assert set(outcomes) <= {"done", "already_entered", "merge_instead", "account_deleted", "not_pending"}
    assert not Team.objects.filter(name__icontains="alice").exists()
    invitation.refresh_from_db()
    assert invitation.status in ("accepted", "cancelled")


def test_no_team_is_left_to_an_owner_who_is_gone():
    cup = CompetitionFactory()
    alice, bob = UserFactory(), UserFactory(username="bob")
    team = TeamFactory(competition=cup, owner=alice, members=[bob])
    outcomes = at_once(
        lambda: hand_over(team=team, username="bob", by=alice),
        lambda: delete_account(user=bob, at=NOON),
    )
    assert outcomes[0] in ("done", "no_such_member")
    assert outcomes[1] == "done"
    team.refresh_from_db()
    assert team.owner == alice
