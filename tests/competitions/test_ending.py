"""The end has passed once something rests on it: no clock that is put back opens what was closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from competitions.exceptions import ClockFrozen, CompetitionEnded, CompetitionRunning, EntryClosed
from competitions.models import Competition, Phase
from competitions.organising.editing import edit_competition
from competitions.teams.entries import enter
from competitions.teams.merges import request_merge
from submissions import runs
from submissions.services import select
from tests.factories import AFTER, ENDS, NOON, TeamFactory, UserFactory, standing_of
from tests.submissions.conftest import competition_with_solution, send

pytestmark = pytest.mark.django_db

JUST_BEFORE = ENDS - timedelta(seconds=1)


@pytest.fixture
def host():
    return UserFactory()


@pytest.fixture
def cup(host):
    return competition_with_solution("rmse", hosts=[host])


@pytest.fixture
def team(cup):
    return TeamFactory(competition=cup)


def known(team):
    """The team with its competition as it is known now."""
    return type(team).objects.select_related("competition__current_phase", "owner").get(pk=team.pk)


ACTS = {
    "a late submission": lambda team, host: send(team, at=AFTER),
    "private scoring": lambda team, host: runs.start_run(
        phase=team.competition.phase, kind="private", by=host, at=AFTER
    ),
    "a rescoring": lambda team, host: runs.start_run(
        phase=team.competition.phase, kind="rescore", by=host, at=AFTER, reason="A mistake."
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_rests_on_the_end_keeps_it(team, host, act):
    cup = team.competition
    early = send(team, 0.5, at=NOON).submission
    ACTS[act](known(team), host)
    cup.refresh_from_db()
    assert cup.phase.ended_at == AFTER

    # The clock is put back.
    sent = send(known(team), 0.25, at=JUST_BEFORE).submission
    assert sent.is_late
    assert standing_of(team).best_public_score == 0.5
    early.refresh_from_db()
    refused = {
        CompetitionEnded: [
            lambda: select(submission=early, selected=True, by=team.owner, at=JUST_BEFORE),
            lambda: request_merge(
                from_team=known(team), to_team_id=TeamFactory(competition=cup).pk, by=team.owner, at=JUST_BEFORE
            ),
        ],
        EntryClosed: [lambda: enter(competition=cup, user=UserFactory(), at=JUST_BEFORE)],
        ClockFrozen: [
            lambda: edit_competition(
                competition=cup, changes={"ends_at": AFTER + timedelta(days=1)}, by=host, at=JUST_BEFORE, reason="More."
            )
        ],
    }
    for refusal, acts in refused.items():
        for again in acts:
            with pytest.raises(refusal):
                again()
    assert cup.phase.state(JUST_BEFORE) == "finished"
    assert cup not in Competition.objects.in_state("running", JUST_BEFORE)
    assert cup in Competition.objects.in_state("finished", JUST_BEFORE)


@pytest.mark.parametrize("act", ACTS)
def test_what_was_received_before_counts_though_it_is_stored_later(team, host, act):
    """Its request waited while the clock passed the end and somebody else did something that rests on it."""
    as_received = known(team)
    ACTS[act](TeamFactory(competition=team.competition) if act == "a late submission" else known(team), host)
    sent = send(as_received, 0.25, at=JUST_BEFORE)
    assert (sent.submission.is_late, sent.update.rank_after) == (False, 1)


def test_what_is_refused_leaves_no_such_fact(team):
    Phase.objects.update(allows_late_submissions=False)
    with pytest.raises(CompetitionEnded):
        send(known(team), at=AFTER)
    assert Competition.objects.get().phase.ended_at is None


def test_the_fact_opens_nothing_of_the_private_side(team, host):
    send(team)
    send(known(team), at=AFTER)
    team.competition.refresh_from_db()
    for act in (runs.confirm_private_leaderboard, runs.open_preview):
        with pytest.raises(CompetitionRunning):
            act(phase=team.competition.phase, by=host, at=JUST_BEFORE)
    with pytest.raises(CompetitionRunning):
        runs.start_run(phase=team.competition.phase, kind="private", by=host, at=JUST_BEFORE)
