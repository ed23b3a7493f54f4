# ruff: noqa: E402 -- models can only be imported once Django is set up
"""A finished competition of 2,000 submissions whose private scoring is queued; `python -m tests.submissions.private_scorer`.

Every submission's own CV score is the private score it must get. A trigger of the database notes every committed write
of a private score in the table `private_writes`.
"""

import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from competitions.leaderboards.standings import rebuild_standings
from submissions import runs
from submissions.derivation import public_standings
from submissions.models import Submission
from tests.databases import migrated_once
from tests.factories import TeamFactory
from tests.submissions.conftest import competition_with_solution, send

TEAMS, EACH, DIFFERENT = 40, 50, 16

TRIGGERS = {
    "sqlite": [
        "CREATE TABLE private_writes (submission bigint)",
        (
            "CREATE TRIGGER note_private_writes AFTER UPDATE OF private_score ON submissions_submission "
            "BEGIN INSERT INTO private_writes VALUES (NEW.id); END"
        ),
    ],
    "postgresql": [
        "CREATE TABLE private_writes (submission bigint)",
        (
            "CREATE FUNCTION note_private_write() RETURNS trigger AS $$ BEGIN "
            "INSERT INTO private_writes VALUES (NEW.id); RETURN NEW; END $$ LANGUAGE plpgsql"
        ),
        (
            "CREATE TRIGGER note_private_writes AFTER UPDATE OF private_score ON submissions_submission "
            "FOR EACH ROW EXECUTE FUNCTION note_private_write()"
        ),
    ],
}


def prepare() -> None:
    with migrated_once():
        call_command("migrate", verbosity=0)
    now = timezone.now()
    competition = competition_with_solution(
        "rmse", starts_at=now - timedelta(days=9), ends_at=now - timedelta(hours=1), daily_submission_limit=None
    )
    teams = [TeamFactory(competition=competition) for _ in range(TEAMS)]
    sent_at = now - timedelta(days=5)
    patterns = [send(teams[0], 0.5, number / 8, at=sent_at).submission for number in range(DIFFERENT)]
    Submission.objects.all().delete()
    Submission.objects.bulk_create(
        Submission(
            competition=competition,
            phase=competition.phase,
            team=team,
            user=team.owner,
            created_at=sent_at + timedelta(minutes=place),
            file=pattern.file.name,
            filename="submission.csv",
            size=pattern.size,
            aligned=pattern.aligned.name,
            status="scored",
            public_score=0.5,
            cv_score=number / 8,
            solution=pattern.solution,
            scored_at=sent_at,
        )
        for place in range(EACH)
        for team_number, team in enumerate(teams)
        for number in [(place + team_number) % DIFFERENT]
        for pattern in [patterns[number]]
    )
    rebuild_standings(phase=competition.phase, rows=public_standings(competition.phase))
    with connection.cursor() as cursor:
        for statement in TRIGGERS[connection.vendor]:
            cursor.execute(statement)
    runs.start_run(phase=competition.phase, kind="private", by=None, at=now)


if __name__ == "__main__":
    prepare()
    sys.stdout.write("ready\n")
