"""Who is told what, as a table: an act on the left, everybody who hears of it on the right; nobody else does.

The people: alice and bob take part; carol takes part and owns a team that dave is in; host organises and also takes part;
visitor has an account only.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from competitions.crew import services as crew
from competitions.log.recording import record
from competitions.models import Competition, LogKind, MergeRequest, Phase
from competitions.signals import private_leaderboard_confirmed
from competitions.teams import invitations, merges
from discussions.services import likes, moderation, posts
from notifications_api.models import Mail, Notification
from notifications_api.telling import tell_again, tell_of
from submissions.models import ScoringRun
from submissions.signals import scoring_finished
from tests.factories import AFTER, NOON, STARTS, TeamFactory, UserFactory
from tests.notifications_api.conftest import told

pytestmark = pytest.mark.django_db
EVERYBODY = {"alice", "bob", "carol", "dave", "host"}


@pytest.fixture
def world(cup, host, alice, bob, visitor, post, answer, staff):
    """What the acts start from. Nothing of it was told: the on-commit hooks did not run."""

    class World:
        pass

    w = World()
    w.cup, w.host, w.alice, w.bob, w.visitor, w.staff = cup, host, alice, bob, visitor, staff
    w.carol, w.dave = UserFactory(username="carol"), UserFactory(username="dave")
    w.team = TeamFactory(competition=cup, owner=w.carol, members=[w.dave], name="Carols")
    w.host_team = TeamFactory(competition=cup, owner=host, name="Hosts")
    w.bob_team = bob.owned_teams.get()
    w.gone = TeamFactory(competition=cup, owner=UserFactory(username="gone", is_active=False))
    w.topic = post(alice, cup, title="Topic")
    w.site_topic = post(visitor, title="Site")
    w.comment = answer(w.topic, bob, "first")
    return w


def comment(w, by, body, to=None):
    return posts.add_comment(discussion=w.topic, by=by, body=body, parent_id=to.pk if to else None, at=NOON)


def discuss(w, by, body="b", **fields):
    return posts.create_discussion(by=by, competition=w.cup, title="T", body=body, at=NOON, **fields)


def run(w, kind, status):
    made = ScoringRun.objects.create(
        competition=w.cup, phase=w.cup.phase, kind=kind, status=status, started_by=w.staff, created_at=AFTER
    )
    scoring_finished.send_robust(ScoringRun, scoring_run=made)


def invite(w, user):
    return invitations.invite(team=w.team, username=user.username, by=w.carol, at=NOON)


def ask_into_crew(w, role):
    if role == "host":
        Competition.objects.filter(pk=w.cup.pk).update(is_published=False)
    return crew.invite_to_crew(competition=w.cup, username=w.visitor.username, role=role, by=w.host, at=NOON)


def request(w):
    return merges.request_merge(from_team=w.bob_team, to_team_id=w.team.pk, by=w.bob, at=NOON)


def confirm(w):
    Phase.objects.filter(competition=w.cup.pk).update(confirmed_at=AFTER)
    private_leaderboard_confirmed.send_robust(Phase, phase=Phase.objects.get(competition=w.cup), by=w.host, at=AFTER)


def all_are_told(kind, *, but=()):
    return {(name, kind) for name in EVERYBODY - set(but)}


# name: (the act, who is told what)
TABLE = {
    "a discussion: everybody who takes part, organisers too": (
        lambda w: discuss(w, w.alice), all_are_told("discussion", but=["alice"])),
    "an organiser's discussion": (lambda w: discuss(w, w.host), all_are_told("discussion", but=["host"])),
    "who is mentioned is told of the mention only": (
        lambda w: discuss(w, w.alice, "@bob and @host and @alice"),
        {("bob", "mention"), ("host", "mention"), ("carol", "discussion"), ("dave", "discussion")}),
    "a mentioned visitor may read it": (
        lambda w: discuss(w, w.alice, "@visitor"), all_are_told("discussion", but=["alice"]) | {("visitor", "mention")}),
    "mentions in code are none": (lambda w: comment(w, w.alice, "`@carol`"), set()),
    "nor are names of nobody and of accounts that are gone": (lambda w: comment(w, w.alice, "@nobody @gone"), set()),
    "an announcement": (
        lambda w: discuss(w, w.host, is_announcement=True), all_are_told("announcement", but=["host"])),
    "announced later: also its author, who is not the one who announces": (
        lambda w: moderation.announce(discussion=w.topic, by=w.host, at=NOON), all_are_told("announcement", but=["host"])),
    "a site-wide discussion disturbs nobody": (
        lambda w: posts.create_discussion(by=w.alice, competition=None, title="T", body="@bob", at=NOON), {("bob", "mention")}),
    "a site-wide announcement reaches every account": (
        lambda w: posts.create_discussion(by=w.staff, competition=None, title="T", body="b", is_announcement=True, at=NOON),
        all_are_told("announcement") | {("visitor", "announcement")}),
    "a comment: the author of the discussion": (lambda w: comment(w, w.carol, "x"), {("alice", "comment")}),
    "one's own comment": (lambda w: comment(w, w.alice, "x"), set()),
    "a reply: the author of the comment, and of the discussion": (
        lambda w: comment(w, w.carol, "x", w.comment), {("bob", "reply"), ("alice", "comment")}),
    "a reply of the discussion's author": (lambda w: comment(w, w.alice, "x", w.comment), {("bob", "reply")}),
    "a reply to oneself": (lambda w: comment(w, w.bob, "x", w.comment), {("alice", "comment")}),
    "a reply that mentions the one it answers: once": (
        lambda w: comment(w, w.carol, "@bob @alice @bob", w.comment), {("bob", "mention"), ("alice", "mention")}),
    "mentioning oneself": (lambda w: comment(w, w.alice, "@alice"), set()),
    "a mention that an edit adds": (
        lambda w: posts.edit_comment(comment=w.comment, by=w.bob, body="first @carol", at=NOON), {("carol", "mention")}),
    "a like of a discussion": (lambda w: likes.like(post=w.topic, by=w.bob, at=NOON), {("alice", "like")}),
    "a like of a comment": (lambda w: likes.like(post=w.comment, by=w.visitor, at=NOON), {("bob", "like")}),
    "one's own like": (lambda w: likes.like(post=w.topic, by=w.alice, at=NOON), set()),
    "a report: the organisers": (
        lambda w: moderation.report(post=w.comment, by=w.carol, reason="spam", at=NOON), {("host", "report")}),
    "a report of a site-wide post: staff": (
        lambda w: moderation.report(post=w.site_topic, by=w.bob, reason="spam", at=NOON), {("staffer", "report")}),
    "an organiser's own report": (
        lambda w: moderation.report(post=w.comment, by=w.host, reason="spam", at=NOON), set()),
    "an invitation": (lambda w: invite(w, w.visitor), {("visitor", "invitation")}),
    "a refused invitation: the owner": (
        lambda w: invitations.refuse_invitation(invitation=w.pending, user=w.visitor, at=NOON), {("carol", "invitation_answer")}),
    "an accepted invitation: the owner": (
        lambda w: invitations.accept_invitation(invitation=w.pending, user=w.visitor, at=NOON), {("carol", "invitation_answer")}),
    "who is asked to organise, even a draft": (
        lambda w: ask_into_crew(w, "host"), {("visitor", "crew_invitation")}),
    "who is asked to help": (lambda w: ask_into_crew(w, "helper"), {("visitor", "crew_invitation")}),
    "who helps now: the organisers": (
        lambda w: crew.accept_crew_invitation(invitation=w.crew, user=w.visitor, at=NOON), {("host", "crew_answer")}),
    "who does not want to help: the organisers": (
        lambda w: crew.refuse_crew_invitation(invitation=w.crew, user=w.visitor, at=NOON), {("host", "crew_answer")}),
    "a merge request: the team that is asked": (
        request, {("carol", "merge_request"), ("dave", "merge_request")}),
    "an accepted merge: both teams": (
        lambda w: merges.accept_merge(merge_request=w.merge, by=w.carol, at=NOON), {("bob", "merge_answer"), ("dave", "merge_answer")}),
    "a refused merge: the team that asked": (
        lambda w: merges.refuse_merge(merge_request=w.merge, by=w.carol, at=NOON), {("bob", "merge_answer")}),
    "a merge request that is taken back": (
        lambda w: merges.cancel_merge(merge_request=w.merge, by=w.bob, at=NOON), set()),
    "the end of private scoring: organisers and who started it": (
        lambda w: run(w, "private", "complete"), {("host", "scoring_finished"), ("staffer", "scoring_finished")}),
    "private scoring that failed": (
        lambda w: run(w, "private", "failed"), {("host", "scoring_finished"), ("staffer", "scoring_finished")}),
    "a cancelled run": (lambda w: run(w, "private", "cancelled"), set()),
    "a rescoring: participants too; organisers once": (
        lambda w: run(w, "rescore", "complete"),
        {("host", "scoring_finished"), ("staffer", "scoring_finished")} | all_are_told("rescored", but=["host"])),
    "a confirmed private leaderboard": (confirm, all_are_told("private_confirmed", but=["host"])),
    "a pin, a lock, an unlike": (
        lambda w: (moderation.mark(discussion=w.topic, by=w.host, is_pinned=True, is_locked=True), likes.unlike(post=w.topic, by=w.bob)), set()),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE, ids=[name.replace(" ", "-") for name in TABLE])
def test_who_is_told_what(world, happens, case):
    act, expected = TABLE[case]
    if "invitation" in case and case != "an invitation":
        world.pending = invite(world, world.visitor)
    if case.endswith(": the organisers"):
        world.crew = ask_into_crew(world, "helper")
    if "merge" in case and not case.startswith("a merge request:"):
        world.merge = request(world)
    Notification.objects.all().delete()
    happens(act, world)
    assert told() == expected
    assert Notification.objects.count() == len(expected), "once each"


@pytest.mark.parametrize("case", TABLE, ids=[name.replace(" ", "-") for name in TABLE])
def test_telling_again_tells_nothing_new(world, happens, case, monkeypatch):
    """Every job may run twice: a worker dies after its work and before it says so."""
    from notifications_api import telling

    stories = []
    original = telling.tell
    monkeypatch.setattr(telling, "tell", lambda story: (stories.append(story), original(story)))
    test_who_is_told_what(world, happens, case)
    before = (
        Notification.objects.count(),
        Mail.objects.count(),
        sorted(Notification.objects.values_list("actor_count", flat=True)),
    )
    for story in stories:
        original(story)
    after = (
        Notification.objects.count(),
        Mail.objects.count(),
        sorted(Notification.objects.values_list("actor_count", flat=True)),
    )
    assert after == before


def test_the_letter_with_the_final_results_names_the_head_of_the_log(world, happens):
    """Whoever keeps it finds a log that was rewritten."""
    with transaction.atomic():
        entry = record(world.cup, LogKind.CONFIRMED, by=world.host, at=AFTER)
    happens(confirm, world)
    told = Notification.objects.filter(kind="private_confirmed").values_list("excerpt", flat=True)
    mailed = Mail.objects.filter(kind="private_confirmed").values_list("excerpt", flat=True)
    assert {*told, *mailed} == {f"log: SHA-256 {entry.hash}"}


@pytest.mark.parametrize(("phases", "leads_to"), [(1, "/leaderboard"), (2, "/leaderboard?phase=1")])
def test_what_is_told_of_a_result_leads_to_the_leaderboard_of_its_phase(world, happens, phases, leads_to):
    """Another phase may be the one that is shown where none is named."""
    Competition.objects.filter(pk=world.cup.pk).update(last_phase_number=phases)
    happens(confirm, world)
    happens(run, world, "private", "complete")
    addresses = set(Notification.objects.values_list("kind", "url"))
    assert {url for _kind, url in addresses} == {f"/competitions/{world.cup.slug}{leads_to}"}
    assert len(addresses) == 2


def test_nobody_is_told_of_what_is_closed_to_them(world, happens):
    Competition.objects.filter(pk=world.cup.pk).update(visibility="invitation")
    world.cup.refresh_from_db()
    happens(discuss, world, world.alice, "@visitor @staffer @bob")
    assert told() == {("bob", "mention"), *all_are_told("discussion", but=["alice", "bob"])}


def test_a_discussion_of_an_unpublished_competition_reaches_organisers_only(world, happens):
    Competition.objects.filter(pk=world.cup.pk).update(is_published=False)
    world.cup.refresh_from_db()
    happens(discuss, world, world.host, "@bob", is_announcement=True)
    assert told() == set()


def test_an_account_that_was_deleted_is_told_nothing(world, happens):
    world.bob.deleted_at = NOON
    world.bob.save()
    happens(discuss, world, world.alice, "@bob")
    assert "bob" not in {name for name, _kind in told()}


def test_no_story_speaks_of_a_private_score(world, happens):
    """The promise: what is told of scoring carries no number that is not public."""
    happens(run, world, "private", "complete")
    for row in Notification.objects.all():
        assert row.params == {"run": "private", "status": "complete"}
        assert (row.excerpt, row.title) == ("", "Cup")


def test_the_merge_request_that_was_decided_before_the_job_ran_is_not_told(world, happens):
    merge = request(world)
    MergeRequest.objects.filter(pk=merge.pk).update(status="cancelled")
    tell_of.enqueue("merge_requested", "mergerequest", merge.pk, STARTS.isoformat(), by=None, mentioned=[])
    assert told() == set()


def test_what_a_killed_worker_was_telling_is_told_by_another(world, happens, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "scoring"]}}
    happens(likes.like, post=world.topic, by=world.bob, at=NOON)
    job = DBTaskResult.objects.get()
    DBTaskResult.objects.update(status="RUNNING", started_at=NOON)

    assert tell_again(NOON + timedelta(minutes=14)) == 0  # it may be at it
    assert tell_again(NOON + timedelta(minutes=16)) == 1
    assert tell_again(NOON + timedelta(minutes=16)) == 0
    job.refresh_from_db()
    assert job.status == "FAILED"
    again = DBTaskResult.objects.get(status="READY")
    again.task.call(*again.args_kwargs["args"], **again.args_kwargs["kwargs"])
    assert told() == {("alice", "like")}


def test_a_busy_database_is_asked_again(world, happens, monkeypatch):
    from django.db import OperationalError

    from notifications_api import telling

    original, calls = telling.tell, []

    def busy_at_first(story):
        calls.append(story)
        if len(calls) < 3:
            raise OperationalError("database is locked")
        original(story)

    monkeypatch.setattr(telling, "tell", busy_at_first)
    happens(comment, world, world.carol, "x")
    assert told() == {("alice", "comment")}
