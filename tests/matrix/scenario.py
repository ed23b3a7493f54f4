"""The cast of the permission matrix: one competition with everybody who may ask for something in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from freezegun import freeze_time

from accounts.models import User
from accounts.tokens import create_token
from competitions.crew.services import invite_to_crew
from competitions.grades.rules import set_rule
from competitions.metrics.services import upload_metric
from competitions.models import Bracket, DataFile, Page
from competitions.roster.importing import import_roster
from competitions.roster.links import make_links
from competitions.solution.services import active_solution, replace_solution
from competitions.teams.invitations import invite
from competitions.teams.merges import request_merge
from discussions.services.moderation import report
from discussions.services.posts import add_comment, create_discussion
from discussions.uploads import store_upload
from notifications_api.models import Notification
from submissions.analyses import start_desk, work
from submissions.exclusion.services import void
from submissions.models import ScoringRun
from submissions.receipts import seal_receipts
from submissions.services.submitting import submit
from submissions.trials.services import try_out
from tests.factories import (
    ENDS,
    NOON,
    STARTS,
    CompetitionFactory,
    SubmissionFactory,
    TeamFactory,
    UserFactory,
    standing_of,
)

ROLES = ("anonymous", "outsider", "participant", "member", "owner", "organiser", "other", "staff")

SOLUTION = b"id,target,Usage\n1,1,Public\n2,2,Public\n3,3,Private\n4,4,Private\n"
PREDICTIONS = b"id,target\n1,1\n2,2\n3,3\n4,5\n"
# Shown beside the score, and as closed as it is.
FURTHER = [{"metric": "mse", "params": {}}]
METRIC = b"def score(solution, submission, row_id_column_name):\n    return 1.0\n"
STAGES = {"running": NOON, "ended": ENDS + timedelta(hours=1), "confirmed": ENDS + timedelta(hours=2)}
NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@dataclass
class Scenario:
    """Who there is, and what there is to ask for. `ids`: by the word before it in an address; `asking`: whose turn it is."""

    people: dict[str, User | None]
    ids: dict[str, Any]
    things: dict[str, Any] = field(default_factory=dict)
    asking: str = "anonymous"


def build(stage: str) -> Scenario:
    """The competition as it stands in `stage`: running, ended (scored privately, not confirmed) or confirmed."""
    people = {name: None if name == "anonymous" else UserFactory(username=name) for name in ROLES}
    people["staff"].is_staff = people["staff"].is_superuser = True
    people["staff"].save()
    tokens = {}
    for name, person in people.items():
        if person is not None:
            person.set_password("a good password")
            person.save()
            EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
            tokens[name] = create_token(user=person, name="script", at=NOON)[1]
    competition = CompetitionFactory(
        slug="cup", metric="rmse", further_metrics=FURTHER, hosts=[people["organiser"]], rules_required=False
    )
    CompetitionFactory(slug="elsewhere", hosts=[people["other"]])
    students = Bracket.objects.create(competition=competition, slug="student", name="Students")
    Page.objects.create(competition=competition, slug="overview", title="Overview", body="# Hello")
    data = DataFile(competition=competition, name="train.csv", size=3, sha256=hashlib.sha256(b"id\n").hexdigest())
    data.file.save("train.csv", ContentFile(b"id\n"))
    replace_solution(
        phase=competition.phase,
        file=BytesIO(SOLUTION),
        filename="solution.csv",
        by=people["organiser"],
        at=STARTS,
    )
    team = TeamFactory(competition=competition, owner=people["owner"], members=[people["member"]], name="ours")
    students.entries.create(team=team)
    rivals = TeamFactory(competition=competition, owner=people["participant"], name="theirs")
    submission = submit(
        user=people["owner"],
        team=team,
        file=BytesIO(PREDICTIONS),
        filename="submission.csv",
        at=NOON - timedelta(hours=1),
    ).submission
    trial = try_out(
        phase=competition.phase,
        file=BytesIO(PREDICTIONS),
        filename="trial.csv",
        by=people["organiser"],
        at=STARTS - timedelta(days=1),
    )
    upload_metric(
        phase=competition.phase,
        source=METRIC,
        filename="metric.py",
        direction="smaller_is_better",
        by=people["organiser"],
        at=STARTS,
    )
    theirs = SubmissionFactory(team=rivals, created_at=NOON - timedelta(hours=1))
    exclusion = void(submission=theirs, reason="Two accounts.", by=people["organiser"], at=NOON)
    invitation = invite(team=team, username="outsider", by=people["owner"], at=NOON)
    UserFactory(username="guest")
    asked = invite_to_crew(competition=competition, username="guest", role="helper", by=people["organiser"], at=NOON)
    merge = request_merge(from_team=rivals, to_team_id=team.pk, by=people["participant"], at=NOON)
    discussion = create_discussion(by=people["owner"], competition=competition, title="Hello", body="All.", at=NOON)
    comment = add_comment(discussion=discussion, by=people["member"], body="Hi.", at=NOON)
    complaint = report(post=comment, by=people["participant"], reason="spam", text="", at=NOON)
    upload = store_upload(file=SimpleUploadedFile("a.gif", PIXEL), by=people["owner"], at=NOON)
    token, _secret = create_token(user=people["owner"], name="laptop", at=NOON)
    import_roster(
        competition=competition,
        csv="e-mail,name,number,section\npupil@example.org,Pupil,s1,A\n",
        with_brackets=False,
        by=people["organiser"],
        at=NOON,
    )
    [(pupil, link)] = make_links(competition=competition, entries=None, by=people["organiser"], at=NOON)
    set_rule(
        phase=competition.phase,
        lines=[{"score": 0.0, "grade": 100}, {"score": 1.0, "grade": 50}],
        assignment="Cup",
        missing="zero",
        by=people["organiser"],
        at=NOON,
    )
    if stage != "running":
        finish(competition, team, submission, people["organiser"], stage)
    news = Notification.objects.create(
        recipient=people["owner"], verb="comment", kind="comment", timestamp=NOON, updated_at=NOON
    )
    run = ScoringRun.objects.filter(competition=competition).first()
    desk = start_desk(phase=competition.phase, by=people["organiser"], at=NOON)
    work(desk.pk, now=lambda: NOON)
    return Scenario(
        people=people,
        ids={
            "competitions": competition.slug,
            "pages": "overview",
            "brackets": "student",
            "roster": pupil.pk,
            "legal": "terms",
            "cards": "en",
            "cards{language}": "board",
            "cards{language}{kind}": competition.pk,
            "metrics": "rmse",
            "teams": team.pk,
            "submissions": submission.pk,
            "invitations": invitation.pk,
            "crew": "organiser",
            "crew-invitations": asked.pk,
            "merge-requests": merge.pk,
            "exclusions": exclusion.pk,
            "trials": trial.pk,
            "data": data.pk,
            "discussions": discussion.pk,
            "comments": comment.pk,
            "reports": complaint.pk,
            "uploads": upload.pk,
            "uploads{pk}": upload.name,
            "tokens": token.pk,
            "users": "owner",
            "notifications": news.pk,
            "v1": "competitions.CompetitionApiService",
            "v1{service}": "ListCompetitions",
            "scoring-runs": run.pk if run else 0,
            "integrity": desk.pk,
        },
        things={"team": team, "rivals": rivals, "tokens": tokens, "link": link.split("#")[1]},
    )


def build_at(stage: str) -> Scenario:
    """The same, made while the competition ran."""
    with freeze_time(STAGES["running"]):
        return build(stage)


def finish(competition: Any, team: Any, submission: Any, organiser: User, stage: str) -> None:
    """The end has come: private scores are there, and in the last stage an organiser has confirmed them."""
    ScoringRun.objects.create(
        competition=competition,
        phase=competition.phase,
        kind="private",
        status="complete",
        started_by=organiser,
        solution=active_solution(competition.phase),
        scores_private=True,
        created_at=ENDS,
        finished_at=ENDS,
        total=1,
        done=1,
    )
    with transaction.atomic():
        seal_receipts(competition.phase, at=ENDS)
    submission.private_score = 0.25
    submission.save()
    standing = standing_of(team)
    standing.refresh_from_db()
    standing.best_private_score = standing.private_key = 0.25
    standing.private_submitted_at = submission.created_at
    standing.save()
    if stage == "confirmed":
        competition.phase.confirmed_at, competition.phase.confirmed_by = ENDS + timedelta(hours=1), organiser
        competition.phase.save()
