"""Making the demo, and taking it away again to make it anew."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from competitions.files.services import add_data_file
from competitions.models import Competition, Page, Phase, Team
from competitions.solution.services import replace_solution
from competitions.teams.entries import enter
from competitions.teams.invitations import accept_invitation, invite
from competitions.teams.members import rename_team
from main.demo import people, season
from main.demo.people import CREWS, Crew
from main.demo.problems import PROBLEMS, Problem, csv
from main.demo.stories import STORIES, Story
from main.demo.talk import talk
from notifications_api.kinds import EmailMode, Kind
from notifications_api.services import choose
from submissions import runs
from submissions.exceptions import InvalidFile
from submissions.models import ScoringRun, Submission
from submissions.services.selecting import select
from submissions.services.submitting import submit

log = logging.getLogger(__name__)

Say = Callable[[str], None]


class NameInUse(Exception):
    """Somebody on this site has the user name of one of the demo's people."""


def build(*, password: str, at: datetime, say: Say = log.info) -> None:
    """Make the demo as of `at`. What an earlier demo left is replaced; everything else stays.

    Raises:
        NameInUse: an account of the demo's would be somebody else's; nothing was changed.
    """
    require_own_names()
    remove()
    users = make_people(password)
    try:
        for story in STORIES:
            say(story.title)
            make_competition(story, users, at)
    except BaseException:
        remove()  # half a demo would be taken for somebody's data at the next start
        raise


def remove() -> None:
    """Take away the demo's competitions with their files. People stay: they may have done other things by now."""
    with transaction.atomic():
        for competition in Competition.objects.filter(slug__in=[story.slug for story in STORIES]):
            delete_files(competition)
            # What was scored protects the solution it was scored with.
            competition.scoring_runs.all().delete()
            competition.submissions.all().delete()
            competition.delete()


def delete_files(competition: Competition) -> None:
    """Leave no file behind once the rows are gone."""
    rows = (competition.data_files, competition.solutions, competition.submissions)
    files = [row.file for manager in rows for row in manager.all()]
    files += [submission.aligned for submission in competition.submissions.all()]
    named = [(file.storage, file.name) for file in files if file.name]
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in named])


# --- people -----------------------------------------------------------------------------------------------------------
def require_own_names() -> None:
    """The demo's people are told from others by what they did in an earlier demo, or by an address that is nobody's."""
    took_part = Competition.objects.filter(slug__in=[story.slug for story in STORIES])
    for person in people.EVERYBODY:
        known = get_user_model().objects.filter(username__iexact=person.username).exclude(email__iexact=person.email)
        if known.exclude(memberships__competition__in=took_part).exclude(hosted_competitions__in=took_part).exists():
            raise NameInUse(person.username)


def make_people(password: str) -> dict[str, User]:
    """The demo's people by user name, with confirmed addresses; host, alice and bob get the password."""
    users = {}
    with transaction.atomic():
        for person in people.EVERYBODY:
            facts = {"display_name": person.display_name, "language": person.language, "bio": person.bio}
            user, is_new = get_user_model().objects.get_or_create(
                username=person.username, defaults={**facts, "email": person.email}
            )
            if person in people.WITH_PASSWORD:
                user.set_password(password)
                # Private scoring, among other things, is the admin's.
                user.is_staff = person is people.HOST
                user.save(update_fields=["password", "is_staff"])
            elif is_new:
                user.set_unusable_password()
                user.save(update_fields=["password"])
            EmailAddress.objects.update_or_create(
                user=user, email=person.email, defaults={"verified": True, "primary": True}
            )
            # Nobody reads mail at example.org.
            choose(user=user, choices=[{"kind": kind, "email": EmailMode.OFF} for kind in Kind.values])
            users[person.username] = user
    return users


# --- a competition ----------------------------------------------------------------------------------------------------
def make_competition(story: Story, users: dict[str, User], at: datetime) -> Competition:
    """The competition with its pages, files, solution and teams, and everything that has happened in it by `at`."""
    problem = PROBLEMS[story.problem]()
    host = users[people.HOST.username]
    competition = publish(story, host, at)
    publish_files(competition, problem, by=host, at=at)
    teams = {crew.name: make_team(competition, crew, users) for crew in CREWS}
    if competition.phase.has_started(at):
        end = min(competition.phase.ends_at, at) - timedelta(minutes=30)
        compete(story, problem, teams, users, start=competition.phase.starts_at, end=end)
    if story.has_result:
        decide(competition, by=host)
        submit_late(
            story, problem, teams["Bagging Bob"], users["bob"], at=competition.phase.ends_at + timedelta(days=1)
        )
    talk(competition, users)
    return competition


def publish(story: Story, host: User, at: datetime) -> Competition:
    hour = at.replace(minute=0, second=0, microsecond=0)
    competition = Competition(
        slug=story.slug,
        title=story.title,
        title_ja=story.title_ja,
        emoji=story.emoji,
        summary=story.summary,
        summary_ja=story.summary_ja,
        time_zone="Asia/Tokyo",
        is_published=True,
    )
    competition.full_clean()
    phase = Phase(
        metric=story.metric,
        score_digits=story.digits,
        starts_at=hour + story.starts,
        ends_at=hour + story.ends,
        daily_submission_limit=story.daily_limit,
    )
    Competition.objects.store_new(competition, phase)
    competition.hosts.add(host)
    Page.objects.bulk_create(
        Page(competition=competition, position=position, **fields) for position, fields in enumerate(story.pages())
    )
    return competition


def publish_files(competition: Competition, problem: Problem, *, by: User, at: datetime) -> None:
    for name, content in problem.files().items():
        add_data_file(
            competition=competition,
            file=ContentFile(content, name=name),
            name=name,
            is_sample_submission=name == "sample_submission.csv",
            by=by,
            at=at,
        )
    replace_solution(
        phase=competition.phase,
        file=io.BytesIO(problem.solution()),
        filename="solution.csv",
        id_column="id",
        target_columns=[problem.label],
        by=by,
        at=at,
    )


def make_team(competition: Competition, crew: Crew, users: dict[str, User]) -> Team:
    """Its owner enters and names it, then invites the others."""
    at = competition.phase.starts_at - timedelta(hours=12)
    owner, *others = (users[name] for name in crew.members)
    team = enter(competition=competition, user=owner, accept_rules=True, at=at)
    rename_team(team=team, name=crew.name, by=owner)
    for other in others:
        invitation = invite(team=team, username=other.username, by=owner, at=at)
        accept_invitation(invitation=invitation, user=other, accept_rules=True, at=at + timedelta(minutes=5))
    return Team.objects.get(pk=team.pk)


def compete(
    story: Story, problem: Problem, teams: dict[str, Team], users: dict[str, User], *, start: datetime, end: datetime
) -> None:
    """Every submission between `start` and `end`, in their order; one of them is a file that can't be scored."""
    for entry in season.entries(story, problem, CREWS, start=start, end=end):
        submit(
            user=users[entry.username],
            team=teams[entry.crew.name],
            file=io.BytesIO(csv(problem.submission(entry.attempt.predictions))),
            filename=f"{story.problem}.csv",
            memo=entry.attempt.memo,
            cv_score=entry.attempt.cv_score,
            source=Submission.Source.WEB,
            at=entry.at,
        )
    submit_broken(problem, teams["Bagging Bob"], users["bob"], at=end)
    select_best_validated(teams["Alice in Overfitland 🦊"], users["alice"], at=end)


def submit_broken(problem: Problem, team: Team, user: User, *, at: datetime) -> None:
    """A file with a missing row and a word where a number belongs: a refusal to look at."""
    table = problem.submission(problem.guess.repeat(len(problem.test))).iloc[:-1].astype(object)
    table.iloc[2, 1] = "high"
    try:
        submit(user=user, team=team, file=io.BytesIO(csv(table)), filename="oops.csv", at=at)
    except InvalidFile:
        log.debug("refused, as it should be")


def select_best_validated(team: Team, user: User, *, at: datetime) -> None:
    """Alice trusts her cross-validation: she selects the submission it liked best."""
    scored = Submission.objects.filter(team=team, status=Submission.Status.SCORED)
    best = min(scored, key=lambda submission: team.competition.phase.sort_key(submission.cv_score or 0.0))
    select(submission=best, selected=True, by=user, at=at)


def decide(competition: Competition, *, by: User) -> None:
    """What follows the end: private scoring, and an organiser who confirms it."""
    at = competition.phase.ends_at + timedelta(hours=1)
    run = runs.start_run(phase=competition.phase, kind=ScoringRun.Kind.PRIVATE, by=by, at=at)
    while runs.work(run.pk) is runs.Outcome.MORE:
        log.debug("more to score")
    runs.confirm_private_leaderboard(phase=competition.phase, by=by, at=at + timedelta(hours=1))


def submit_late(story: Story, problem: Problem, team: Team, user: User, *, at: datetime) -> None:
    """Somebody still has an idea when it is over: it is scored, and moves nothing."""
    late = season.late_attempt(story, problem)
    submit(
        user=user,
        team=team,
        file=io.BytesIO(csv(problem.submission(late.predictions))),
        filename="late.csv",
        memo=late.memo,
        at=at,
    )
