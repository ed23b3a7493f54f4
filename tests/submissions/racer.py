# ruff: noqa: E402 -- models can only be imported once Django is set up
"""A process of its own that submits on SQLite: `python -m tests.submissions.racer <command> ...`.

`prepare` makes the database with a team and prints its id; `submit <team> <times>` waits for a line, then submits and
prints what became of each attempt; `die <team>` is killed between slot and score; `settle` sweeps and prints what
became of every submission.
"""

import os
import signal
import sys

import django

django.setup()

from collections.abc import Iterator

from django.core.management import call_command

from competitions.models import Team
from submissions.exceptions import DailyLimitReached
from submissions.models import Submission
from submissions.services import holding, settle_abandoned, submitting
from tests.databases import migrated_once
from tests.factories import TeamFactory
from tests.submissions.conftest import competition_with_solution, send

LIMIT = 5


def prepare() -> Iterator[str]:
    with migrated_once():
        call_command("migrate", verbosity=0)
    yield str(TeamFactory(competition=competition_with_solution("rmse", daily_submission_limit=LIMIT)).pk)


def attempts(team_id: str, times: str) -> Iterator[str]:
    team = Team.objects.select_related("competition", "owner").get(pk=team_id)
    yield "ready"
    sys.stdin.readline()
    for _ in range(int(times)):
        try:
            yield send(team, 0.5).submission.status
        except DailyLimitReached as refusal:
            yield refusal.code


def die(team_id: str) -> Iterator[str]:
    submitting.finish_scored = lambda *_args, **_kwargs: os.kill(os.getpid(), signal.SIGKILL)
    send(Team.objects.select_related("competition", "owner").get(pk=team_id), 0.25)
    yield "still alive"


def settle() -> Iterator[str]:
    for later in range(1, 3):
        settle_abandoned(holding.now() + later * 2 * holding.LEASE)
    for submission in Submission.objects.all():
        yield f"{submission.status} {submission.public_score} {submission.team.standings.get().total_submissions}"


COMMANDS = {"prepare": prepare, "submit": attempts, "die": die, "settle": settle}

if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    for line in COMMANDS[command](*arguments):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
