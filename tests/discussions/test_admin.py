"""The admin of talk: looks at everything, writes nobody's words, moderates by the services."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse

from discussions.models import Discussion
from discussions.services import moderation
from notifications_api.models import Mail
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = UserFactory(username="boss", is_staff=True, is_superuser=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize(
    "model",
    [model for model in admin.site._registry if model._meta.app_label in ("discussions", "notifications_api")],
    ids=str,
)
def test_every_list_and_search_opens(boss, alice, bob, cup, post, answer, model):
    discussion = post(alice, cup, title="<script>alert(1)</script>", tags=["a"])
    answer(discussion, bob)
    moderation.report(post=discussion, by=bob, reason="spam", at=NOON)
    for query in ("", "?q=x"):
        page = boss.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + query)
        assert page.status_code == 200
        assert b"<script>alert(1)" not in page.content
    if row := model.objects.first():
        page = boss.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk]))
        assert page.status_code == 200


def act(boss, model, action, *rows):
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return boss.post(address, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)


def test_staff_hide_and_show_by_the_service(boss, alice, cup, post):
    discussion = post(alice, cup, title="word")
    act(boss, Discussion, "hide_posts", discussion)
    assert Discussion.objects.get().is_hidden
    assert not Discussion.objects.search("word").exists()
    act(boss, Discussion, "show_posts", discussion)
    assert Discussion.objects.search("word").exists()
    act(boss, Discussion, "lock", discussion)
    act(boss, Discussion, "pin", discussion)
    assert (Discussion.objects.get().is_locked, Discussion.objects.get().is_pinned) == (True, True)
    act(boss, Discussion, "delete_posts", discussion)
    assert Discussion.objects.get().is_deleted


def test_staff_settle_reports(boss, alice, bob, cup, post):
    report = moderation.report(post=post(alice, cup), by=bob, reason="spam", at=NOON)
    act(boss, type(report), "hide_reported", report)
    report.refresh_from_db()
    assert report.state == "hidden"
    assert Discussion.objects.get().is_hidden


def test_a_mail_that_was_given_up_is_tried_again(boss, bob):
    mail = Mail.objects.create(
        recipient=bob, kind="mention", key="x", url="/", mode="immediate", status="failed", attempts=11,
        created_at=NOON, not_before=NOON,
    )  # fmt: skip
    act(boss, Mail, "try_again", mail)
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == ("queued", 0)


def test_posts_are_rendered_and_indexed_anew(alice, bob, cup, post, answer):
    discussion = post(alice, cup, body="**word** @bob")
    comment = answer(discussion, bob, "other")
    Discussion.objects.update(html="<script>old</script>")
    comment.search_text.delete()
    call_command("render_posts", verbosity=0)
    discussion.refresh_from_db()
    assert discussion.html.startswith("<p><strong>word</strong>")
    assert Discussion.objects.search("other").exists()
