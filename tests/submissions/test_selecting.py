"""Selecting for the final ranking."""

from __future__ import annotations

from datetime import timedelta

import pytest

from competitions.exceptions import CompetitionEnded, NotTeamMember, TeamNotActive
from submissions.exceptions import InvalidFile, LateNotSelectable, NotScored, TooManySelected
from submissions.models import Submission
from submissions.services import select
from tests.factories import ENDS, NOON, TeamFactory, UserFactory, submits
from tests.submissions.conftest import send
from tests.submissions.files import upload

pytestmark = pytest.mark.django_db
LAST_SECOND = ENDS - timedelta(seconds=1)


@pytest.fixture
def team(db):
    return TeamFactory()


def choose(submission, *, selected=True, by=None, at=NOON):
    return select(submission=submission, selected=selected, by=by or submission.team.owner, at=at)


def selected_of(team):
    return set(team.submissions.selected())


def test_selection_can_change_until_one_second_before_the_end_and_not_after(team):
    first, second = submits(team, 0.5), submits(team, 0.4)
    choose(first, at=LAST_SECOND)
    choose(second, at=LAST_SECOND)
    choose(second, selected=False, at=LAST_SECOND)
    for selected in (True, False):
        with pytest.raises(CompetitionEnded):
            choose(second, selected=selected, at=ENDS)
    assert selected_of(team) == {first}


def test_at_most_as_many_as_the_competition_allows(team):
    first, second, third = submits(team, 0.5), submits(team, 0.4), submits(team, 0.3)
    choose(first), choose(second)
    with pytest.raises(TooManySelected) as caught:
        choose(third)
    assert caught.value.params == {"limit": 2}
    choose(first, selected=False)
    choose(third)
    assert selected_of(team) == {second, third}


def test_selecting_twice_is_selecting_once(team):
    one = submits(team, 0.5)
    choose(one), choose(one)
    choose(submits(team, 0.6))
    assert len(selected_of(team)) == 2


def test_marking_a_marked_one_again_is_no_more_than_there_are(team):
    """Also where all selections are used up."""
    first, second = submits(team, 0.5), submits(team, 0.4)
    choose(first), choose(second)
    choose(first)
    assert selected_of(team) == {first, second}


def test_what_another_team_selected_uses_up_nothing(team):
    other = TeamFactory(competition=team.competition)
    for score in (0.5, 0.4):
        choose(submits(other, score))
    choose(submits(team, 0.3))
    assert len(selected_of(team)) == 1


def test_only_members_select(team):
    with pytest.raises(NotTeamMember):
        choose(submits(team, 0.5), by=UserFactory())
    host = UserFactory()
    team.competition.hosts.add(host)
    with pytest.raises(NotTeamMember):
        choose(submits(team, 0.5), by=host)


def test_a_late_submission_is_never_selected(team):
    late = submits(team, 0.1, at=ENDS)
    with pytest.raises(CompetitionEnded):
        choose(late, at=ENDS)
    with pytest.raises(LateNotSelectable):  # the end was moved after it came in
        choose(late, at=NOON)


def test_a_refused_or_pending_submission_is_not_selected(competition):
    team = TeamFactory(competition=competition)
    with pytest.raises(InvalidFile) as caught:
        send(team, file=upload(""))
    with pytest.raises(NotScored):
        choose(caught.value.submission)
    with pytest.raises(NotScored):
        choose(submits(team, 0.5, status=Submission.Status.PENDING))


def test_an_emptied_team_selects_nothing_more(team):
    one = submits(team, 0.5)
    team.merged_at = NOON
    team.save()
    with pytest.raises(TeamNotActive):
        choose(one)
