"""Announcements in two languages: who reads which, who writes them, and how they are found."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from discussions.exceptions import NotModerator
from discussions.models import Discussion
from discussions.services import posts
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LIST = "/api/discussions/"
NEWS = {
    "title": "The end moves",
    "body": "By **one** day, dear @alice.",
    "title_ja": "終了時刻の変更",
    "body_ja": "**一日**延びます。@alice さん、@bob さん",
}


def started(post, host, cup, **changes):
    fields = {**NEWS, **changes}
    translations = {name: fields.pop(name) for name in [*fields] if name.endswith(("_en", "_ja"))}
    return post(host, cup, is_announcement=True, translations=translations, **fields)


@pytest.fixture
def news(post, host, cup):
    return started(post, host, cup)


def read(as_, address, language, user=None):
    return as_(user).get(address, headers={"Accept-Language": language}).json()


def test_an_announcement_is_read_in_the_language_of_the_reader(as_, news):
    for language, title, html in (
        ("en", "The end moves", "<p>By <strong>one</strong> day, dear @alice.</p>\n"),
        ("ja", "終了時刻の変更", "<p><strong>一日</strong>延びます。@alice さん、@bob さん</p>\n"),
    ):
        shown = read(as_, f"{LIST}{news.pk}/", language)
        assert (shown["title"], shown["html"]) == (title, html)
        [listed] = read(as_, LIST, language)["results"]
        assert (listed["title"], listed["excerpt"]) == (title, shown["excerpt"])
        assert title in as_().get(f"{LIST}feed/", headers={"Accept-Language": language}).content.decode()


def test_what_is_not_translated_is_read_as_it_was_written(as_, post, host, cup):
    half = started(post, host, cup, body_ja="")
    shown = read(as_, f"{LIST}{half.pk}/", "ja")
    assert (shown["title"], shown["body"]) == ("終了時刻の変更", NEWS["body"])
    [listed] = read(as_, LIST, "ja")["results"]
    assert listed["excerpt"] == "By one day, dear @alice."


def test_words_of_either_language_find_it(as_, news):
    for language in ("en", "ja"):
        for word in ("moves", "変更", "一日", "dear"):
            assert [one["id"] for one in read(as_, f"{LIST}?search={word}", language)["results"]] == [news.pk]


def test_all_that_are_named_in_any_language_are_links(as_, alice, bob, news):
    edited = posts.edit_discussion(
        discussion=news, by=news.author, translations={"body_ja": "@bob さん、@alice さん"}, at=NOON
    )
    assert 'href="/users/bob"' in edited.html_ja
    assert 'href="/users/alice"' in edited.html_ja


def test_only_moderators_translate(as_, post, alice, host, cup):
    sent = {"competition": "cup", "title": "Hi", "body": "Hi.", "titleJa": "やあ", "bodyJa": "やあ。"}
    refused = as_(alice).post(LIST, sent)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "not_a_moderator")
    made = as_(host).post(LIST, sent)
    assert made.status_code == 201
    assert (made.json()["written"]["titleJa"], made.json()["can"]["translate"]) == ("やあ", True)
    own = post(alice, cup)
    assert as_(alice).patch(f"{LIST}{own.pk}/", {"bodyJa": "やあ。"}).status_code == 403
    assert as_(alice).patch(f"{LIST}{own.pk}/", {"bodyJa": "", "body": "New"}).status_code == 200


def test_whoever_organises_no_more_may_take_translations_away_only(news, host, cup, alice):
    cup.hosts.clear()
    host.is_staff = False
    with pytest.raises(NotModerator):
        posts.edit_discussion(discussion=news, by=host, translations={"title_ja": "別の題"}, at=NOON)
    edited = posts.edit_discussion(discussion=news, by=host, translations={"title_ja": "", "body_ja": ""}, at=NOON)
    assert (edited.title_ja, edited.body_ja, edited.html_ja) == ("", "", "")


def test_its_author_alone_is_told_what_was_written(as_, news, host, alice):
    for user in (None, alice):
        assert read(as_, f"{LIST}{news.pk}/", "ja", user)["written"] is None
    assert read(as_, f"{LIST}{news.pk}/", "ja", host)["written"] == {
        "title": NEWS["title"],
        "titleEn": "",
        "titleJa": NEWS["title_ja"],
        "body": NEWS["body"],
        "bodyEn": "",
        "bodyJa": NEWS["body_ja"],
    }


@pytest.mark.parametrize(
    ("sent", "attr", "code"),
    [
        ({"titleJa": "長" * 201}, "titleJa", "too_long"),
        ({"bodyEn": "x" * 200_001}, "bodyEn", "too_long"),
        ({"bodyJa": None}, "bodyJa", "null"),
    ],
)
def test_what_can_not_be_is_told_where(as_, news, host, sent, attr, code):
    answer = as_(host).patch(f"{LIST}{news.pk}/", sent, format="json")
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["attr"], error["code"]) == (400, attr, code)


def test_a_translation_is_cleaned_as_any_text(as_, news, host):
    sent = {
        "titleJa": "  題\n:tada:\x07 ",
        "bodyJa": "<script>alert(1)</script><b onclick='x()'>太字</b>",
        "titleEn": " \u200b ",
    }
    as_(host).patch(f"{LIST}{news.pk}/", sent, format="json")
    news.refresh_from_db()
    assert (news.title_ja, news.title_en) == ("題 🎉", "")
    assert "script" not in news.html_ja
    assert "onclick" not in news.html_ja


def test_the_version_replaced_stays_in_both_languages(as_, news, host):
    as_(host).patch(f"{LIST}{news.pk}/", {"bodyJa": "二日延びます。"}, format="json")
    now, before = read(as_, f"{LIST}{news.pk}/revisions/", "ja", host)
    assert (now["body"], before["body"]) == ("二日延びます。", NEWS["body_ja"])
    assert [one["body"] for one in read(as_, f"{LIST}{news.pk}/revisions/", "en", host)] == [NEWS["body"]] * 2


def test_nothing_of_a_deleted_one_is_read_in_any_language(as_, news, host, alice, answer):
    answer(news, alice)
    as_(host).delete(f"{LIST}{news.pk}/")
    for language in ("en", "ja"):
        shown = read(as_, f"{LIST}{news.pk}/", language, host)
        assert [shown[name] for name in ("title", "body", "html", "excerpt", "written")] == [None, None, None, "", None]
        assert read(as_, f"{LIST}?search=変更", language)["results"] == []


def test_lists_read_no_bodies_of_any_language(news):
    deferred = Discussion.objects.for_list(news.author).get(pk=news.pk).get_deferred_fields()
    assert deferred == {"body", "body_en", "body_ja", "html", "html_en", "html_ja"}


def test_rendering_anew_renders_every_language(news):
    Discussion.objects.update(html="old", html_ja="old")
    call_command("render_posts", verbosity=0)
    news.refresh_from_db()
    assert "<strong>one</strong>" in news.html
    assert "<strong>一日</strong>" in news.html_ja
    assert news.html_en == ""
