"""Finding posts by their words, in both databases and languages."""

from __future__ import annotations

import pytest

from discussions import search
from discussions.models import Discussion
from discussions.services import posts
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def found(query: str) -> list[str]:
    return sorted(Discussion.objects.search(query).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lightgbm", ["LightGBM baseline"]),
        ("LIGHT", ["LightGBM baseline"]),
        ("ｌｉｇｈｔ", ["LightGBM baseline"]),
        ("baseline 0.85", ["LightGBM baseline"]),
        ("baseline missing", []),
        ("gbm", []),
        ("提出", ["提出ファイルについて"]),
        ("ファイル", ["提出ファイルについて"]),
        ("ﾌｧｲﾙ", ["提出ファイルについて"]),
        ("学習", ["LightGBM baseline"]),
        ("習", ["LightGBM baseline"]),
        ("学", ["LightGBM baseline"]),
        ("機械学習モデル", ["LightGBM baseline"]),
        ("械習", []),
        ("reply", ["LightGBM baseline"]),
        ("lightgbm reply", []),
        ("'; DROP TABLE x; --", []),
        ('" OR terms:*', []),
        ("NEAR(a b)", []),
        ("& | ! <->", []),
        ("", []),
        ("   ", []),
        ("😀", []),
        ("\\", []),
        ("café", ["LightGBM baseline"]),
    ],
)
def test_every_word_has_to_occur_in_one_post(alice, cup, post, answer, query, expected):
    first = post(alice, cup, title="LightGBM baseline", body="CV = 0.85 with `lgb.train`. 機械学習モデル! Café")
    post(alice, cup, title="提出ファイルについて", body="列の名前は何ですか")
    answer(first, alice, "a reply of its own")
    assert found(query) == expected


def test_what_is_edited_or_deleted_is_found_by_its_new_words_only(alice, cup, post, answer):
    discussion = post(alice, cup, title="apple", body="x")
    comment = answer(discussion, alice, "banana")
    posts.edit_discussion(discussion=discussion, by=alice, title="cherry", at=NOON)
    assert (found("apple"), found("cherry")) == ([], ["cherry"])
    posts.delete_comment(comment=comment, by=alice, at=NOON)
    assert found("banana") == []
    Discussion.objects.all().delete()
    assert found("cherry") == []


def test_very_long_texts_and_queries_are_bounded(alice, cup, post):
    body = " ".join(f"word{n}" for n in range(22_000))
    post(alice, cup, title="long", body=body[:199_000])
    assert found("word1") == ["long"]
    assert found(" ".join(f"word{n}" for n in range(2000))) == ["long"]
    assert len(search.query_terms("a b c " * 1000 + "x" * 1000)) <= search.MAX_QUERY_TERMS
    assert all(len(term) <= search.MAX_TERM for term in search.terms("y" * 10_000))
