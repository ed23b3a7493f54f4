"""Whatever people and organisers do, in whatever order: the standings are what the submissions say."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO

import pytest

from accounts.services import delete_account
from competitions.leaderboards.queries import PRIVATE, PUBLIC, Leaderboard
from competitions.leaderboards.standings import private_rank, public_rank
from competitions.models import Membership, Phase, Standing, Team
from competitions.solution.services import replace_solution
from competitions.teams.entries import enter
from competitions.teams.members import leave
from competitions.teams.merges import accept_merge, request_merge
from foundation.refusals import Refusal
from submissions import runs
from submissions.checking import differences
from submissions.models import Submission
from submissions.services import score_stored, select, settle_abandoned
from tests.factories import ENDS, NOON, STARTS, UserFactory
from tests.neighbour import ours
from tests.phases import FINAL_ENDS, add
from tests.submissions.conftest import competition_with_solution, send
from tests.submissions.files import METRICS, solution_csv, upload

pytestmark = pytest.mark.django_db


# When a second phase runs; one that runs after the first, or beside it.
SECOND = {"one phase": None, "after each other": (ENDS, FINAL_ENDS), "side by side": (STARTS, ENDS)}


class Walk:
    """A competition in which chance decides who does what next, and in which of its phases."""

    def __init__(self, metric: str, seed: int, settings, second: tuple[datetime, datetime] | None = None) -> None:
        self.chance = random.Random(seed)
        self.settings = settings
        host = UserFactory()
        self.competition = competition_with_solution(metric, daily_submission_limit=None, max_team_size=3, hosts=[host])
        if second:
            final = add(self.competition, at=NOON, starts_at=second[0], ends_at=second[1])
            file = BytesIO(solution_csv(metric).encode())
            replace_solution(phase=final, file=file, filename="s.csv", by=host, at=NOON)
        self.users = UserFactory.create_batch(6)
        self.at: datetime = NOON
        self.number = 1

    @property
    def phases(self) -> list[Phase]:
        rows = Phase.objects.select_related("competition").order_by("number")
        return list(rows.filter(competition=self.competition.pk))

    @property
    def phase(self) -> Phase:
        """The one that it is about now."""
        return self.phases[self.number - 1]

    def step(self) -> None:
        during = [self.submits, self.submits, self.submits, self.sends_nonsense, self.waits, self.is_scored_later]
        during += [self.selects, self.enters, self.leaves, self.merge, self.rescore]
        after = [self.submits, self.is_scored_later, self.rescore, self.score_privately, self.confirm, self.unconfirm]
        after += [self.leaves, self.deletes_account]
        phases = self.phases
        self.number = self.chance.choice(phases).number if len(phases) > 1 else 1
        act = self.chance.choice(after if self.phase.has_ended(self.at) else during)
        self.at += timedelta(minutes=self.chance.choice([0, 0, 1, 30]))
        with suppress(Refusal):
            act()

    def someone(self):
        return self.chance.choice(self.users)

    def team_of(self, user) -> Team:
        return Team.objects.select_related("competition").get(memberships__user=user, competition=self.competition)

    # --- participants ---
    def enters(self) -> None:
        enter(competition=self.competition, user=self.someone(), at=self.at)

    def submits(self) -> None:
        user = self.someone()
        if not ours(Membership).filter(user=user, competition=self.competition).exists():
            enter(competition=self.competition, user=user, at=self.at)
        score, private = (self.chance.choice([0.1, 0.2, 0.3, 0.4]) for _ in range(2))
        send(self.team_of(user), score, private, at=self.at, user=user, phase=self.phase)

    def waits(self) -> None:
        """For the queue."""
        self.settings.INLINE_SCORING_BYTES = 0
        try:
            self.submits()
        finally:
            self.settings.INLINE_SCORING_BYTES = 1 << 20

    def is_scored_later(self) -> None:
        waiting = list(ours(Submission).pending().values_list("pk", flat=True))
        if waiting:
            score_stored(self.chance.choice(waiting), self.at)

    def sends_nonsense(self) -> None:
        user = self.someone()
        if ours(Membership).filter(user=user, competition=self.competition).exists():
            send(self.team_of(user), file=upload("id,target\n"), at=self.at, user=user, phase=self.phase)

    def selects(self) -> None:
        submission = self.chance.choice([*ours(Submission).all(), None])
        if submission is not None and (member := submission.team.memberships.first()) is not None:
            chosen = self.chance.random() < 0.7
            select(submission=submission, selected=chosen, by=member.user, at=self.at)

    def leaves(self) -> None:
        user = self.someone()
        if ours(Membership).filter(user=user, competition=self.competition).exists():
            leave(team=self.team_of(user), user=user, at=self.at)

    def deletes_account(self) -> None:
        if len(self.users) > 3:
            delete_account(user=self.users.pop(), at=self.at)

    def merge(self) -> None:
        teams = list(Team.objects.filter(competition=self.competition, memberships__isnull=False).distinct())
        if len(teams) > 1:
            one, other = self.chance.sample(teams, 2)
            asked = request_merge(from_team=one, to_team_id=other.pk, by=one.owner, at=self.at)
            accept_merge(merge_request=asked, by=other.owner, at=self.at)

    # --- organisers ---
    def rescore(self) -> None:
        self.run("rescore")

    def score_privately(self) -> None:
        self.run("private")

    def run(self, kind: str) -> None:
        runs.start_run(phase=self.phase, kind=kind, by=None, at=self.at, reason="Chance.")
        run = runs.active_run(self.phase)
        if runs.work(run.pk, now=lambda: self.at) is runs.Outcome.WAITING:
            for pk in ours(Submission).pending().values_list("pk", flat=True):
                score_stored(pk, self.at)
            assert runs.work(run.pk, now=lambda: self.at) is runs.Outcome.DONE

    def confirm(self) -> None:
        runs.confirm_private_leaderboard(phase=self.phase, by=None, at=self.at)

    def unconfirm(self) -> None:
        runs.unconfirm_private_leaderboard(phase=self.phase, by=None, at=self.at)

    # --- what always holds ---
    def check(self) -> None:
        for phase in self.phases:
            assert list(differences(phase)) == []
            for side, rank_of in ((PUBLIC, public_rank), (PRIVATE, private_rank)):
                whole = list(Leaderboard(phase, side, fresh=True).all_rows())
                for size in (1, 2, 3):
                    board = Leaderboard(phase, side, fresh=True)
                    paged = [row for start in range(0, len(whole), size) for row in board.rows(start, size)]
                    assert paged == whole
                standings = {one.team_id: one for one in Standing.objects.filter(phase=phase)}
                assert [row.rank for row in whole] == [rank_of(standings[row.team.pk]) for row in whole]


@pytest.mark.parametrize(
    ("second", "seed"), [("one phase", 10), ("one phase", 12), ("after each other", 10), ("side by side", 12)]
)
@pytest.mark.parametrize("metric", METRICS)
def test_standings_are_what_the_submissions_say_at_every_step(metric, seed, second, settings):
    walk = Walk(metric, seed, settings, SECOND[second])
    for _ in range(40):
        walk.step()
        walk.check()
    for end in sorted({phase.ends_at for phase in walk.phases}):
        walk.at = max(walk.at, end)
        Submission.objects.pending().update(next_try_at=walk.at)  # whoever had them in hand is gone
        settle_abandoned(walk.at + timedelta(hours=1))
        for _ in range(20):
            walk.step()
            walk.check()
