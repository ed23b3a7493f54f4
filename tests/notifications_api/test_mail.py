"""Emails: who gets them when, what they say, and that a failing server loses none."""

from __future__ import annotations

import re
import smtplib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from freezegun import freeze_time

from discussions.services import likes, moderation, posts
from notifications_api import happenings, kinds, letters, mail, telling, unsubscribing
from notifications_api.digests import next_morning
from notifications_api.kinds import KINDS, EmailMode, Kind
from notifications_api.models import Mail, Preference
from notifications_api.registry import Telling
from tests.factories import NOON, TeamFactory, UserFactory
from tests.notifications_api.conftest import mailed, told

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon():
    with freeze_time(NOON):
        yield


def comment(happens, topic, by, body="Yes!", at=NOON):
    return happens(posts.add_comment, discussion=topic, by=by, body=body, at=at)


def choose(user, kind, **choice):
    Preference.objects.update_or_create(
        user=user, kind=kind, defaults={"in_app": True, "email": KINDS[kind].default.email, **choice}
    )


# --- at once ----------------------------------------------------------------------------------------------------------
def test_a_mention_is_mailed_at_once_with_all_it_takes_to_leave(happens, bob, alice, cup, topic):
    made = comment(happens, topic, alice, "Dear @bob, <b>look</b>")
    [letter] = outbox.outbox
    assert letter.to == ["bob@example.org"]
    assert letter.subject == "alice mentioned you in “Topic”"
    assert f"/competitions/cup/discussions/{topic.pk}#comment-{made.pk}" in letter.body
    [(html, kind)] = letter.alternatives
    assert kind == "text/html"
    assert "<b>look</b>" not in html
    link = re.fullmatch(r"<(http.+/api/notifications/unsubscribe/.+/)>", letter.extra_headers["List-Unsubscribe"])[1]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in letter.body
    assert link in html
    assert Mail.objects.get().status == "sent"


def test_an_email_in_japanese(happens, alice, bob, topic):
    bob.language = "ja"
    bob.save()
    comment(happens, topic, alice, "@bob こんにちは")
    [letter] = outbox.outbox
    assert 'lang="ja"' in letter.alternatives[0][0]
    assert "こんにちは" in letter.body
    assert letter.subject == "alice さんが「Topic」であなたに言及しました"
    assert "このメールはあなたの設定に基づいて" in letter.body


def test_a_subject_is_one_line_whatever_the_title(happens, alice, bob, cup, post):
    alice.display_name = "A\r\nBcc: x@example.org"
    alice.save()
    topic = post(alice, cup, title="T")
    comment(happens, topic, alice, "@bob")
    assert outbox.outbox[0].subject == "A Bcc: x@example.org mentioned you in “T”"
    assert outbox.outbox[0].message()["Bcc"] is None


@pytest.mark.parametrize("kind", Kind.values)
@pytest.mark.parametrize("mode", EmailMode.values)
def test_every_kind_can_be_chosen_in_every_way(alice, bob, cup, kind, mode, post, topic):
    """A happening of each kind, told to bob alone."""
    from notifications_api import audiences

    choose(bob, kind, email=mode)
    choose(alice, kind, email=EmailMode.OFF, in_app=False)
    happening = happenings.of_talk(topic, actor=None, at=NOON, key="x:1")
    story = (happening, [Telling(kind, audiences.people([alice.pk, bob.pk]))])
    telling.tell(story)
    assert told() == {("bob", kind)}
    assert mailed() == (set() if mode == "off" else {("bob", kind, mode)})
    assert mail.deliver_due(NOON + DAY) == (mode != "off")
    assert len(outbox.outbox) == (mode != "off")


def test_in_app_off_and_email_on(happens, alice, bob, topic):
    choose(bob, "mention", in_app=False)
    comment(happens, topic, alice, "@bob")
    assert told() == set()
    assert len(outbox.outbox) == 1


def test_a_role_that_is_turned_off_makes_place_for_the_next(happens, alice, bob, topic):
    """bob does not care for mentions, but comments on his discussion concern him."""
    mine = posts.create_discussion(by=bob, competition=topic.competition, title="Mine", body="b", at=NOON)
    choose(bob, "mention", in_app=False, email=EmailMode.OFF)
    comment(happens, mine, alice, "@bob")
    assert told() == {("bob", "comment")}


def test_somebody_without_an_address_gets_none(happens, alice, bob, topic):
    bob.email = ""
    bob.save()
    comment(happens, topic, alice, "@bob")
    assert (told(), mailed()) == ({("bob", "mention")}, set())


# --- at once, what many do to one thing ------------------------------------------------------------------------------
# name: (what happens in which minute, the emails that leave in which minute)
GATHERING = {
    "the first at once, the rest as one": (
        {0: "bob likes", 5: "carol likes", 10: "dora likes"},
        {0: "bob liked your discussion “Topic”", 30: "dora and carol liked your discussion “Topic”"},
    ),
    "no more often than the window": (
        {0: "bob likes", 5: "carol likes", 35: "dora likes"},
        {n: f"{who} liked your discussion “Topic”" for n, who in ((0, "bob"), (30, "carol"), (60, "dora"))},
    ),
    "at once again when the window is over": (
        {0: "bob likes", 31: "carol likes"},
        {0: "bob liked your discussion “Topic”", 31: "carol liked your discussion “Topic”"},
    ),
    "taken back while it waits": (
        {0: "bob likes", 5: "carol likes", 10: "carol unlikes"},
        {0: "bob liked your discussion “Topic”"},
    ),
    "taken back and given again while it waits": (
        {0: "bob likes", 5: "carol likes", 10: "carol unlikes", 15: "carol likes"},
        {0: "bob liked your discussion “Topic”", 30: "carol liked your discussion “Topic”"},
    ),
    "given again after it was mailed": (
        {0: "bob likes", 5: "bob unlikes", 50: "bob likes"},
        {0: "bob liked your discussion “Topic”"},
    ),
    "read in the meantime": (
        {0: "bob likes", 5: "alice reads", 10: "carol likes", 15: "dora likes"},
        {0: "bob liked your discussion “Topic”", 30: "dora and carol liked your discussion “Topic”"},
    ),
    "comments": (
        {0: "bob comments", 5: "carol comments", 10: "bob comments"},
        {0: "bob commented on your discussion “Topic”", 30: "bob and carol commented on your discussion “Topic”"},
    ),
    "likes and comments each by themselves": (
        {0: "bob likes", 5: "carol comments"},
        {0: "bob liked your discussion “Topic”", 5: "carol commented on your discussion “Topic”"},
    ),
    "a server that is down until the third try": (
        {0: "server fails", 1: "bob likes", 4: "carol likes", 20: "server works", 26: "dora likes"},
        {22: "carol and bob liked your discussion “Topic”", 52: "dora liked your discussion “Topic”"},
    ),
}


@pytest.mark.parametrize("case", GATHERING, ids=[name.replace(" ", "-") for name in GATHERING])
def test_what_many_do_to_one_thing_is_mailed_as_one(happens, settings, alice, bob, cup, topic, case):
    script, expected = GATHERING[case]
    people = {name: TeamFactory(competition=cup, owner=UserFactory(username=name)).owner for name in ("carol", "dora")}
    people["bob"] = bob
    for kind in ("like", "comment"):
        choose(alice, kind, email=EmailMode.IMMEDIATE)
    backend, left = settings.EMAIL_BACKEND, {}
    for minute in range(120):
        at = NOON + minute * MINUTE
        before = len(outbox.outbox)
        with freeze_time(at):
            match script.get(minute, "").split():
                case ["server", works]:
                    fails = "tests.notifications_api.test_mail.Failing"
                    settings.EMAIL_BACKEND = backend if works == "works" else fails
                case [_alice, "reads"]:
                    alice.notifications.update(unread=False)
                case [name, "likes"]:
                    happens(likes.like, post=topic, by=people[name], at=at)
                case [name, "unlikes"]:
                    happens(likes.unlike, post=topic, by=people[name])
                case [name, "comments"]:
                    comment(happens, topic, people[name], at=at)
            mail.deliver_due(at)
        for letter in outbox.outbox[before:]:
            assert minute not in left, "one at a time"
            left[minute] = letter.subject
    assert left == expected
    assert not Mail.objects.exclude(status="sent").exists(), "nothing is lost"


def test_what_was_gathered_is_quoted_with_names(happens, alice, bob, cup, topic):
    choose(alice, "comment", email=EmailMode.IMMEDIATE)
    carol = TeamFactory(competition=cup, owner=UserFactory(username="carol")).owner
    for by, body in ((bob, "zero"), (bob, "one"), (carol, "two")):
        comment(happens, topic, by, body)
    mail.deliver_due(NOON + 30 * MINUTE)
    letter = outbox.outbox[-1]
    assert re.findall(r"^\w+: \w+$", letter.body, re.MULTILINE) == ["bob: one", "carol: two"]
    assert "<b>carol</b>: two" in letter.alternatives[0][0]


def test_likes_of_two_things_are_two_emails(happens, alice, bob, visitor, cup, post, topic):
    choose(alice, "like", email=EmailMode.IMMEDIATE)
    for liked in (topic, post(alice, cup, title="Another")):
        for fan in (bob, visitor):
            happens(likes.like, post=liked, by=fan, at=NOON)
    mail.deliver_due(NOON + 30 * MINUTE)
    said = [f"{who} liked your discussion “{title}”" for who in ("bob", "visitor") for title in ("Topic", "Another")]
    assert [letter.subject for letter in outbox.outbox] == said


def test_a_site_may_mail_every_act_by_itself(happens, settings, alice, bob, visitor, topic):
    settings.MAIL_GATHERING = timedelta(0)
    choose(alice, "like", email=EmailMode.IMMEDIATE)
    for fan in (bob, visitor):
        happens(likes.like, post=topic, by=fan, at=NOON)
    assert [letter.subject.split()[0] for letter in outbox.outbox] == ["bob", "visitor"]


def test_more_than_a_batch_on_one_thing_is_one_email(happens, alice, topic, monkeypatch):
    monkeypatch.setattr(mail, "BATCH", 2)
    choose(alice, "like", email=EmailMode.IMMEDIATE)
    for fan in UserFactory.create_batch(6):
        happens(likes.like, post=topic, by=fan, at=NOON)
    assert mail.deliver_due(NOON + 30 * MINUTE) == 1
    assert "and 4 others liked" in outbox.outbox[-1].subject


# --- taken back while it is mailed ------------------------------------------------------------------------------------
def test_what_was_hidden_after_a_worker_took_it_is_not_sent(happens, monkeypatch, host, alice, bob, topic):
    """A worker has a batch in hand; its last message may wait behind forty others."""
    original, made = mail._send, []

    def hide_first(groups, at):
        [row] = made
        happens(moderation.hide, post=row, by=host, reason="rude", at=at)
        return original(groups, at)

    made.append(posts.add_comment(discussion=topic, by=alice, body="@bob you ...", at=NOON))
    telling.tell(kinds.COMMENT_ADDED.story(made[0], mentioned=[bob.pk], at=NOON))
    monkeypatch.setattr(mail, "_send", hide_first)
    mail.deliver_due(NOON)
    assert outbox.outbox == []
    assert Mail.objects.get().status == "dropped"


def test_what_was_hidden_while_the_server_refused_it_is_not_tried_again(happens, monkeypatch, host, alice, bob, topic):
    made = posts.add_comment(discussion=topic, by=alice, body="@bob you ...", at=NOON)
    telling.tell(kinds.COMMENT_ADDED.story(made, mentioned=[bob.pk], at=NOON))

    def hide_and_refuse(self, messages):
        happens(moderation.hide, post=made, by=host, reason="rude", at=NOON)
        raise smtplib.SMTPRecipientsRefused({})

    monkeypatch.setattr(EmailBackend, "send_messages", hide_and_refuse)
    mail.deliver_due(NOON)
    monkeypatch.undo()
    assert mail.deliver_due(NOON + DAY) == 0
    assert Mail.objects.get().status == "dropped"


# --- failing servers --------------------------------------------------------------------------------------------------
class Failing(EmailBackend):
    """A mail server that is down, or refuses everything."""

    at_open = False
    error: Exception = smtplib.SMTPServerDisconnected("gone")

    def open(self):
        if type(self).at_open:
            raise type(self).error
        return True

    def send_messages(self, messages):
        raise type(self).error


@pytest.mark.parametrize("at_open", [True, False])
@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPServerDisconnected("gone"),
        ConnectionRefusedError(),
        TimeoutError(),
        smtplib.SMTPRecipientsRefused({}),
    ],
)
def test_a_failing_server_loses_nothing(happens, settings, monkeypatch, alice, bob, topic, at_open, error):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.notifications_api.test_mail.Failing"
    monkeypatch.setattr(Failing, "at_open", at_open)
    monkeypatch.setattr(Failing, "error", error)
    comment(happens, topic, alice, "@bob")
    row = Mail.objects.get()
    assert (row.status, row.attempts, row.not_before) == ("queued", 1, NOON + MINUTE)
    assert mail.deliver_due(NOON + MINUTE) == 0
    settings.EMAIL_BACKEND = backend
    assert mail.deliver_due(NOON + 2 * MINUTE) == 0, "it waits longer after the second failure"
    assert mail.deliver_due(NOON + 10 * MINUTE) == 1
    assert mail.deliver_due(NOON + DAY) == 0
    assert len(outbox.outbox) == 1


def test_after_days_it_is_given_up_and_kept(happens, settings, alice, bob, topic):
    settings.EMAIL_BACKEND = "tests.notifications_api.test_mail.Failing"
    comment(happens, topic, alice, "@bob")
    at = NOON
    for _try in range(12):
        at += 2 * DAY
        mail.deliver_due(at)
    row = Mail.objects.get()
    assert (row.status, row.attempts) == ("failed", len(mail.RETRIES) + 1)
    assert "SMTPServerDisconnected" in row.last_error


def test_one_bad_message_does_not_hold_up_the_others(happens, settings, monkeypatch, alice, bob, cup, topic):
    carol = TeamFactory(competition=cup, owner=UserFactory(username="carol")).owner
    original = EmailBackend.send_messages

    def picky(self, messages):
        if messages[0].to == ["bob@example.org"]:
            raise smtplib.SMTPRecipientsRefused({})
        return original(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", picky)
    comment(happens, topic, alice, "@bob @carol")
    assert [letter.to for letter in outbox.outbox] == [[carol.email]]
    assert dict(Mail.objects.values_list("recipient__username", "status")) == {"bob": "queued", "carol": "sent"}


def test_what_a_killed_worker_took_comes_back(happens, monkeypatch, alice, bob, topic):
    monkeypatch.setattr(mail, "_send", lambda groups, at: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        comment(happens, topic, alice, "@bob")
    monkeypatch.undo()
    assert mail.deliver_due(NOON + MINUTE) == 0, "another worker leaves it alone for a while"
    assert mail.deliver_due(NOON + mail.LEASE) == 1


# --- digests ----------------------------------------------------------------------------------------------------------
TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("zone", "at", "morning"),
    [
        ("Asia/Tokyo", datetime(2026, 6, 5, 7, 59, tzinfo=TOKYO), datetime(2026, 6, 5, 8, tzinfo=TOKYO)),
        ("Asia/Tokyo", datetime(2026, 6, 5, 8, 0, tzinfo=TOKYO), datetime(2026, 6, 6, 8, tzinfo=TOKYO)),
        ("America/New_York", datetime(2026, 3, 7, 20, tzinfo=NEW_YORK), datetime(2026, 3, 8, 8, tzinfo=NEW_YORK)),
        ("", NOON, datetime(2026, 6, 6, 8, tzinfo=ZoneInfo("UTC"))),
        ("Mars/Olympus", NOON, datetime(2026, 6, 6, 8, tzinfo=ZoneInfo("UTC"))),
        ("../../etc/passwd", NOON, datetime(2026, 6, 6, 8, tzinfo=ZoneInfo("UTC"))),
    ],
)
def test_the_digest_waits_for_the_users_morning(zone, at, morning):
    assert next_morning(zone, at) == morning


def test_a_digest_gathers_a_day_into_one_message(happens, alice, bob, cup, host, topic):
    alice.time_zone = "Asia/Tokyo"
    alice.save()
    for number in range(3):
        comment(happens, topic, bob, f"answer {number}", at=NOON + number * MINUTE)
    assert outbox.outbox == []
    morning = datetime(2026, 6, 6, 8, tzinfo=TOKYO)
    assert mail.deliver_due(morning - MINUTE) == 0
    assert mail.deliver_due(morning) == 1
    [letter] = outbox.outbox
    assert letter.subject == "Uzu: 1 piece of news"
    assert letter.body.count("bob commented on your discussion “Topic”") == 1
    assert "Cup" in letter.body
    for said in (letter.body, letter.alternatives[0][0]):
        assert said.index("answer 0") < said.index("answer 1") < said.index("answer 2")
    assert mail.deliver_due(morning + DAY) == 0


def test_a_digest_tells_as_one_what_many_did_to_one_thing(happens, alice, bob, visitor, cup, post, topic):
    choose(alice, "like", email=EmailMode.DIGEST)
    carol = TeamFactory(competition=cup, owner=UserFactory(username="carol")).owner
    for fan in (bob, carol, visitor):
        happens(likes.like, post=topic, by=fan, at=NOON)
    comment(happens, topic, bob, "I see")
    comment(happens, topic, carol, "me too")
    comment(happens, post(alice, cup, title="Another"), bob, "elsewhere")
    assert mail.deliver_due(NOON + DAY) == 1
    [letter] = outbox.outbox
    assert letter.subject == "Uzu: 3 pieces of news"
    assert [line[2:] for line in letter.body.splitlines() if line.startswith("- ")] == [
        "visitor and 2 others liked your discussion “Topic”",
        "carol and bob commented on your discussion “Topic”",
        "bob commented on your discussion “Another”",
    ]
    assert "bob: I see\n  carol: me too\n" in letter.body
    assert "<b>carol</b>: me too" in letter.alternatives[0][0]
    assert Mail.objects.filter(status="sent").count() == 6


def test_a_digest_that_fails_is_sent_whole_later(happens, settings, alice, bob, topic):
    backend = settings.EMAIL_BACKEND
    comment(happens, topic, bob, "one")
    comment(happens, topic, bob, "two")
    settings.EMAIL_BACKEND = "tests.notifications_api.test_mail.Failing"
    assert mail.deliver_due(NOON + DAY) == 0
    settings.EMAIL_BACKEND = backend
    assert mail.deliver_due(NOON + DAY + MINUTE) == 1
    assert re.findall("one|two", outbox.outbox[0].body) == ["one", "two"]


def test_a_very_long_digest_says_how_many_more(happens, alice, bob, cup, post, topic, monkeypatch):
    monkeypatch.setattr(letters, "MAX_IN_DIGEST", 2)
    for number in range(5):
        comment(happens, post(alice, cup, title=f"Topic {number}"), bob)
    mail.deliver_due(NOON + DAY)
    assert outbox.outbox[0].subject == "Uzu: 5 pieces of news"
    assert "And 3 more." in outbox.outbox[0].body
    assert "“Topic 4”" in outbox.outbox[0].body
    assert set(Mail.objects.filter(recipient=alice).values_list("status", flat=True)) == {"sent"}


def test_a_digest_counts_everybody_however_many_liked_one_thing(happens, alice, topic, monkeypatch):
    monkeypatch.setattr(letters, "MAX_IN_DIGEST", 2)
    choose(alice, "like", email=EmailMode.DIGEST)
    for fan in UserFactory.create_batch(6):
        happens(likes.like, post=topic, by=fan, at=NOON)
    mail.deliver_due(NOON + DAY)
    [letter] = outbox.outbox
    assert "and 5 others liked your discussion" in letter.body
    assert (letter.subject, "more." in letter.body) == ("Uzu: 1 piece of news", False)


def test_a_like_that_was_taken_back_is_not_in_the_digest(happens, alice, bob, visitor, topic):
    choose(alice, "like", email=EmailMode.DIGEST)
    for fan in (bob, visitor):
        happens(likes.like, post=topic, by=fan, at=NOON)
    happens(likes.unlike, post=topic, by=bob)
    mail.deliver_due(NOON + DAY)
    assert "visitor liked your discussion" in outbox.outbox[0].body


def test_the_worker_looks_after_digests_and_unused_uploads(happens, alice, bob, topic):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from competitions.metrics.sandbox_state import look_soon
    from discussions import uploads
    from foundation.duties import DUTIES, Ticker

    unused = uploads.store_upload(file=SimpleUploadedFile("a.csv", b"x"), by=bob, at=NOON)
    comment(happens, topic, bob)
    # All but the one that examines this machine, in a thread that would outlive the test.
    ticker = Ticker([duty for duty in DUTIES if duty.run is not look_soon])
    ticker.tick(NOON)
    assert outbox.outbox == []
    with freeze_time(NOON + 2 * DAY):
        ticker.tick(NOON + 2 * DAY)
    assert [letter.to for letter in outbox.outbox] == [["alice@example.org"]]
    assert not type(unused).objects.exists()


# --- leaving ----------------------------------------------------------------------------------------------------------
def link_of(letter) -> str:
    return letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")


def test_one_click_turns_one_kind_off_without_signing_in(happens, client, alice, bob, topic):
    comment(happens, topic, alice, "@bob")
    link = re.sub(r"^https?://[^/]+", "", link_of(outbox.outbox[0]))
    page = client.get(link)
    assert page.status_code == 200
    assert not Preference.objects.exists(), "looking at a link changes nothing: mail programs do"
    strict = type(client)(enforce_csrf_checks=True)
    assert (
        strict.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded").status_code
        == 200
    )
    assert Preference.objects.get().email == "off"
    assert Preference.objects.get().in_app is True
    comment(happens, topic, alice, "@bob again")
    assert len(outbox.outbox) == 1
    assert told() == {("bob", "mention")}


def test_the_digests_link_turns_off_all_that_comes_in_it(happens, client, alice, bob, topic):
    comment(happens, topic, bob)
    mail.deliver_due(NOON + DAY)
    link = re.sub(r"^https?://[^/]+", "", link_of(outbox.outbox[0]))
    client.post(link)
    chosen = dict(Preference.objects.filter(user=alice).values_list("kind", "email"))
    assert chosen == {kind: "off" for kind, entry in KINDS.items() if entry.default.email == "digest"}


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "x" * 3000, "WzEsImxpa2UiXQ:1:2"])
def test_a_link_that_is_not_ours_does_nothing(client, bob, token):
    for method in (client.get, client.post):
        assert method(f"/api/notifications/unsubscribe/{token}/").status_code == 404
    assert not Preference.objects.exists()


def test_a_link_of_another_purpose_is_not_taken(client, bob):
    from django.core import signing

    token = signing.dumps([bob.pk, "like"], salt="something else")
    assert client.post(f"/api/notifications/unsubscribe/{token}/").status_code == 404
    good = unsubscribing.link(bob, "like")
    assert client.post(re.sub(r"^https?://[^/]+", "", good)).status_code == 200


def test_what_was_turned_off_after_it_was_queued_is_not_sent(happens, alice, bob, topic):
    comment(happens, topic, bob)
    choose(alice, "comment", email=EmailMode.OFF)
    assert mail.deliver_due(NOON + DAY) == 0
    assert Mail.objects.get().status == "dropped"


# --- preferences ------------------------------------------------------------------------------------------------------
def test_preferences_show_every_kind_and_keep_what_is_chosen(signed_in, bob):
    api = signed_in(bob)
    body = api.get("/api/notifications/preferences/").json()
    assert (body["digestHour"], body["timeZone"]) == (8, "UTC")
    assert [entry["kind"] for entry in body["preferences"]] == Kind.values
    assert {entry["kind"]: entry["email"] for entry in body["preferences"]}["like"] == "off"
    changed = api.patch(
        "/api/notifications/preferences/",
        {"preferences": [{"kind": "like", "email": "digest"}, {"kind": "discussion", "inApp": False}]},
    ).json()
    chosen = {entry["kind"]: (entry["inApp"], entry["email"]) for entry in changed["preferences"]}
    assert (chosen["like"], chosen["discussion"]) == ((True, "digest"), (False, "digest"))
    assert chosen["mention"] == (True, "immediate")
    assert Preference.objects.count() == 2
    again = api.patch("/api/notifications/preferences/", {"preferences": [{"kind": "like", "inApp": False}]}).json()
    assert {e["kind"]: (e["inApp"], e["email"]) for e in again["preferences"]}["like"] == (False, "digest")
