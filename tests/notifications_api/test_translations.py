"""Notifications and emails call things as their reader does, whatever language whoever caused them speaks."""

from __future__ import annotations

import pytest
from django.core import mail as outbox
from django.utils import translation
from freezegun import freeze_time

from discussions.services import posts
from notifications_api.models import Mail, Notification, Preference
from tests.factories import NOON

pytestmark = pytest.mark.django_db
TRANSLATIONS = {"title_ja": "終了時刻の変更", "body_ja": "一日延びます。"}


@pytest.fixture(autouse=True)
def _noon():
    with freeze_time(NOON):
        yield


@pytest.fixture
def people(cup, alice, bob):
    """alice reads English, bob Japanese."""
    cup.title_ja = "渦潮杯"
    cup.save()
    for user, language in ((alice, "en"), (bob, "ja")):
        user.language = language
        user.save()
        Preference.objects.create(user=user, kind="announcement", in_app=True, email="immediate")


@pytest.fixture
def news(happens, people, host, cup):
    # Whoever announces it has the app in Japanese.
    with translation.override("ja"):
        return happens(
            posts.create_discussion,
            by=host,
            competition=cup,
            title="The end moves",
            body="By a day.",
            translations=TRANSLATIONS,
            is_announcement=True,
            at=NOON,
        )


def shown(client, language):
    [row] = client.get("/api/notifications/", headers={"Accept-Language": language}).json()["results"]
    return row["title"], row["excerpt"], row["competition"]["title"], row["title"] in row["text"]


def test_a_notification_is_read_in_the_language_of_the_moment(news, signed_in, alice, bob):
    for user in (alice, bob):
        assert shown(signed_in(user), "en") == ("The end moves", "By a day.", "Cup", True)
        assert shown(signed_in(user), "ja") == ("終了時刻の変更", "一日延びます。", "渦潮杯", True)


def test_a_mail_is_in_the_language_of_its_reader(news):
    letters = {letter.to[0]: letter for letter in outbox.outbox}
    english, japanese = letters["alice@example.org"], letters["bob@example.org"]
    assert "The end moves" in english.subject
    assert "By a day." in english.body
    assert "終了" not in english.body
    assert "終了時刻の変更" in japanese.subject
    assert "一日延びます。" in japanese.body
    assert "By a day." not in japanese.body


def test_what_is_in_one_language_is_told_as_it_was_written(happens, people, host, cup, signed_in, bob):
    happens(posts.create_discussion, by=host, competition=cup, title="Hi", body="All.", is_announcement=True, at=NOON)
    assert shown(signed_in(bob), "ja") == ("Hi", "All.", "渦潮杯", True)
    assert set(Notification.objects.values_list("title_en", "title_ja", "excerpt_ja")) == {("", "", "")}


def test_of_what_was_deleted_the_title_is_gone_in_every_language(happens, news, host, alice, bob, signed_in):
    happens(posts.add_comment, discussion=news, by=alice, body="Thank you @bob", at=NOON)
    assert Notification.objects.filter(title_ja="終了時刻の変更").exists()
    happens(posts.delete_discussion, discussion=news, by=host, at=NOON)
    assert not Notification.objects.exclude(title="", title_en="", title_ja="").exists()
    assert not Mail.objects.waiting().exclude(title="", title_ja="").exists()
    assert (
        "終了時刻" not in signed_in(bob).get("/api/notifications/", headers={"Accept-Language": "ja"}).content.decode()
    )
