"""Title, summary and pages in two languages: who reads which, where else they are told, and who may change them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
import yaml
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from rest_framework.test import APIClient

from competitions.bundles.cloning import clone_competition
from competitions.bundles.describing import NAME
from competitions.bundles.reading import import_bundle
from competitions.bundles.writing import write_bundle
from competitions.exceptions import BundleRefused, NotHost
from competitions.models import Competition, Page
from competitions.organising.editing import add_page, delete_page, edit_competition, save_page
from foundation.languages import LANGUAGES, translations_of
from tests.factories import AFTER, NOON, STARTS, CompetitionFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
CUP = "/api/competitions/cup/"
RULES = f"{CUP}pages/rules/"


@pytest.fixture
def host():
    return UserFactory(username="host", is_staff=True)


@pytest.fixture
def cup(host):
    made = CompetitionFactory(
        slug="cup", title="Tea Cup", title_ja="茶碗杯", summary="Which leaf?", summary_ja="どの葉？", hosts=[host]
    )
    Page.objects.create(competition=made, slug="overview", title="Overview", body="Only *here*.", position=0)
    Page.objects.create(
        competition=made,
        slug="rules",
        title="Rules",
        title_ja="決まり",
        body="Be kind.",
        body_ja="親切に。",
        position=1,
    )
    return made


def asked(address, language="en", user=None):
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client.get(address, headers={"Accept-Language": language})


# --- what is stored ---------------------------------------------------------------------------------------------------
def test_whatever_is_translated_has_a_column_for_each_language_of_the_site():
    """A further language of the settings needs columns: this names them."""
    columns = {model: {field.name for field in model._meta.concrete_fields} for model in apps.get_models()}
    translated = {
        (model, name.removesuffix("_ja")) for model, names in columns.items() for name in names if name.endswith("_ja")
    }
    missing = [
        f"{model._meta.label}.{column}"
        for model, name in translated
        for column in translations_of(name)
        if column not in columns[model]
    ]
    assert len(translated) >= 4
    assert missing == []


@pytest.mark.parametrize(("model", "name"), [(Competition, "title"), (Competition, "summary"), (Page, "body")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_database_keeps_no_translation_without_an_original(cup, model, name, language):
    row = model.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**{name: "", f"{name}_{language}": "x"})


# --- who reads what ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "title", "summary", "page"),
    [
        ("en", "Tea Cup", "Which leaf?", "Rules"),
        ("ja", "茶碗杯", "どの葉？", "決まり"),
        ("ja-JP,en;q=0.5", "茶碗杯", "どの葉？", "決まり"),
        ("fr", "Tea Cup", "Which leaf?", "Rules"),
    ],
)
def test_a_competition_is_read_in_the_language_of_the_reader(cup, language, title, summary, page):
    whole = asked(CUP, language).json()
    [listed] = asked("/api/competitions/", language).json()["results"]
    assert [(one["title"], one["summary"]) for one in (whole, listed)] == [(title, summary)] * 2
    assert [one["title"] for one in whole["pages"]] == ["Overview", page]


def test_what_is_not_translated_is_read_as_it_was_written(cup):
    first, rules = asked(f"{CUP}pages/", "ja").json()
    assert (first["title"], first["body"], first["html"]) == (
        "Overview",
        "Only *here*.",
        "<p>Only <em>here</em>.</p>\n",
    )
    assert (rules["title"], rules["body"], rules["html"]) == ("決まり", "親切に。", "<p>親切に。</p>\n")
    Page.objects.filter(slug="rules").update(body_ja="")
    assert asked(RULES, "ja").json()["html"] == "<p>Be kind.</p>\n"


def test_an_original_in_japanese_is_translated_into_english(cup):
    Competition.objects.update(title="茶碗杯", title_ja="", title_en="Tea Cup")
    assert [asked(CUP, language).json()["title"] for language in ("en", "ja")] == ["Tea Cup", "茶碗杯"]


def test_a_translated_page_is_as_safe_as_any(cup):
    Page.objects.update(body_ja="<script>alert(1)</script><b onclick='x()'>太字</b>")
    shown = asked(RULES, "ja").json()["html"]
    assert "<b>太字</b>" in shown
    assert "script" not in shown


def test_a_cache_keeps_languages_apart(cup, host, client):
    for address in (CUP, RULES, "/api/competitions/", f"{CUP}calendar/"):
        assert "Accept-Language" in asked(address)["Vary"]
    client.force_login(host)
    answer = client.get(RULES, headers={"Accept-Language": "en", "X-Page-Language": "ja"})
    assert answer.json()["title"] == "決まり"
    assert {"Accept-Language", "Cookie", "X-Page-Language"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_whoever_has_a_token_reads_the_language_of_the_account(cup, host, client):
    host.language = "ja"
    host.save()
    client.force_login(host)
    assert client.get(CUP).json()["title"] == "茶碗杯"


@pytest.mark.parametrize("word", ["tea", "茶碗", "leaf", "葉"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_words_of_either_language_find_it(cup, word, language):
    CompetitionFactory(title="Another", slug="another")
    found = asked(f"/api/competitions/?search={word}", language).json()["results"]
    assert [one["slug"] for one in found] == ["cup"]


def test_by_title_lists_are_in_the_order_that_is_read(cup):
    CompetitionFactory(title="Alpha", title_ja="龍", slug="alpha")
    orders = [
        [one["slug"] for one in asked("/api/competitions/?ordering=title", language).json()["results"]]
        for language in ("en", "ja")
    ]
    assert orders == [["alpha", "cup"], ["cup", "alpha"]]


def test_pages_of_its_refs_are_read_without_their_texts(cup, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        asked(CUP, "ja")


# --- for those who write them -----------------------------------------------------------------------------------------
def test_organisers_are_told_what_they_wrote(cup, host):
    told = asked(CUP, "ja", host).json()
    assert told["written"] == {
        "title": "Tea Cup",
        "summary": "Which leaf?",
        "titleEn": "",
        "titleJa": "茶碗杯",
        "summaryEn": "",
        "summaryJa": "どの葉？",
    }
    assert asked(RULES, "ja", host).json()["written"] == {
        "title": "Rules",
        "titleEn": "",
        "titleJa": "決まり",
        "body": "Be kind.",
        "bodyEn": "",
        "bodyJa": "親切に。",
    }
    for user in (None, UserFactory(), TeamFactory(competition=cup).owner):
        assert asked(CUP, "ja", user).json()["written"] is None
        assert asked(RULES, "ja", user).json()["written"] is None
        assert asked(f"{CUP}pages/", "ja", user).json()[0]["written"] is None


def test_organisers_write_both(cup, host, client_of):
    client = client_of(host)
    client.credentials(HTTP_ACCEPT_LANGUAGE="ja")
    assert client.patch(CUP, {"titleJa": "新しい杯", "title": "New Cup"}, format="json").json()["title"] == "新しい杯"
    assert (
        client.patch(RULES, {"bodyJa": "**静かに**"}, format="json").json()["html"]
        == "<p><strong>静かに</strong></p>\n"
    )
    made = client.post(
        f"{CUP}pages/", {"slug": "faq", "title": "FAQ", "body": "?", "titleJa": "質問", "bodyJa": "？"}, format="json"
    )
    assert (made.status_code, made.json()["title"], made.json()["body"]) == (201, "質問", "？")
    assert asked(CUP).json()["title"] == "New Cup"
    assert asked(RULES).json()["body"] == "Be kind."


def test_others_write_neither(cup, client_of):
    member = client_of(TeamFactory(competition=cup).owner)
    assert member.patch(CUP, {"titleJa": "乗っ取り"}, format="json").status_code == 403
    assert member.patch(RULES, {"bodyJa": "乗っ取り"}, format="json").status_code == 403
    with pytest.raises(NotHost):
        save_page(competition=cup, page=Page(slug="x", title="x"), by=UserFactory(), at=NOON)


@pytest.mark.parametrize(
    ("address", "sent", "attr", "code"),
    [
        (CUP, {"summary": ""}, "summary", "original_missing"),
        (CUP, {"titleJa": "長" * 121}, "titleJa", "max_length"),
        (CUP, {"summaryEn": "x" * 201}, "summaryEn", "max_length"),
        (CUP, {"titleJa": "a\x00b"}, "titleJa", "null_characters_not_allowed"),
        (RULES, {"body": ""}, "body", "original_missing"),
        (RULES, {"titleJa": "長" * 121}, "titleJa", "max_length"),
        (RULES, {"bodyJa": "長" * 200_001}, "bodyJa", "max_length"),
        (RULES, {"bodyEn": None}, "bodyEn", "null"),
    ],
)
def test_what_can_not_be_is_told_where(cup, host, client_of, address, sent, attr, code):
    answer = client_of(host).patch(address, sent, format="json")
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["attr"], error["code"]) == (400, attr, code)


def test_after_the_end_texts_are_changed_as_before_and_nothing_else_is_told(cup, host):
    before = cup.log.count()
    after = edit_competition(competition=cup, changes={"title": "Cup", "title_ja": "杯"}, by=host, at=AFTER)
    assert (after.title, after.title_ja) == ("Cup", "杯")
    assert cup.log.count() == before


def test_the_log_tells_which_text_of_the_rules_was_changed(cup, host):
    rules = cup.pages.get(slug="rules")
    rules.body_ja = "静かに。"
    save_page(competition=cup, page=rules, by=host, at=NOON)
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in ("親切に。", "静かに。")]
    assert cup.log.latest("sequence").facts == {"textJa": digests}
    rules.title_ja = "規則"
    save_page(competition=cup, page=rules, by=host, at=NOON)
    assert cup.log.count() == 1
    delete_page(page=rules, by=host, at=NOON)
    kind = hashlib.sha256(b"Be kind.").hexdigest()
    assert cup.log.latest("sequence").facts == {"text": [kind, None], "textJa": [digests[1], None]}


def test_a_page_with_a_translation_alone_is_not_added(cup, host):
    with pytest.raises(ValidationError):
        add_page(competition=cup, fields={"slug": "x", "title": "x", "body_ja": "訳"}, by=host, at=NOON)


# --- as a file --------------------------------------------------------------------------------------------------------
def bundle_of(competition) -> bytes:
    target = io.BytesIO()
    write_bundle(target, competition=competition, with_solution=False)
    return target.getvalue()


def described(bundle: bytes):
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return yaml.safe_load(archive.read(NAME)), archive.namelist()


def test_a_bundle_takes_both_languages_along(cup, host):
    there = bundle_of(cup)
    description, files = described(there)
    assert description["translations"] == {"ja": {"title": "茶碗杯", "summary": "どの葉？"}}
    assert description["pages"] == [
        {"slug": "overview", "title": "Overview", "file": "pages/overview.md"},
        {
            "slug": "rules",
            "title": "Rules",
            "file": "pages/rules.md",
            "translations": {"ja": {"title": "決まり", "file": "pages/rules.ja.md"}},
        },
    ]
    assert "pages/rules.ja.md" in files
    Competition.objects.update(slug="another-server")
    here = import_bundle(file=io.BytesIO(there), by=host, at=NOON)
    assert bundle_of(here) == there


def test_a_competition_in_one_language_is_described_as_ever(cup):
    Competition.objects.update(title_ja="", summary_ja="")
    Page.objects.update(title_ja="", body_ja="")
    description, files = described(bundle_of(Competition.objects.get(pk=cup.pk)))
    assert "translations" not in str(description)
    assert not [name for name in files if name.endswith(".ja.md")]


def test_a_copy_of_another_title_is_not_called_as_the_first(cup, host):
    options = {"starts_at": STARTS + timedelta(days=365), "with_solution": False, "by": host, "at": NOON}
    copy = clone_competition(competition=cup, title="Coffee Cup", slug="coffee", **options)
    assert (copy.title, copy.title_ja, copy.summary_ja) == ("Coffee Cup", "", "どの葉？")
    same = clone_competition(competition=cup, title="Tea Cup", slug="tea", **options)
    assert same.title_ja == "茶碗杯"
    assert same.pages.get(slug="rules").body_ja == "親切に。"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"summary": ""}, "summary", "original_missing"),
        ({"translations": {"fr": {"title": "Tasse"}}}, "translations", "schema_additionalProperties"),
        ({"translations": {"ja": {"title": "長" * 121}}}, "translations.ja.title", "schema_maxLength"),
    ],
)
def test_what_is_wrong_with_a_translation_in_a_bundle_is_told_with_its_place(cup, host, change, field, code):
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle_of(cup))) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == NAME:
                content = yaml.safe_dump({**yaml.safe_load(content), **change, "slug": "next"}).encode()
            new.writestr(name, content)
    with pytest.raises(BundleRefused) as refused:
        import_bundle(file=target, by=host, at=NOON)
    [problem] = refused.value.problems
    assert (problem["params"]["field"], problem["code"]) == (field, code)


def test_a_missing_file_of_a_translated_page_is_named(cup, host):
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle_of(cup))) as old, zipfile.ZipFile(target, "w") as new:
        for name in set(old.namelist()) - {"pages/rules.ja.md"}:
            new.writestr(name, old.read(name))
    with pytest.raises(BundleRefused) as refused:
        import_bundle(file=target, slug="next", by=host, at=NOON)
    [problem] = refused.value.problems
    assert problem["params"]["field"] == "pages.1.translations.ja.file"


# --- elsewhere --------------------------------------------------------------------------------------------------------
def test_calendar_log_and_profile_call_it_as_the_reader_does(cup):
    team = TeamFactory(competition=cup)
    assert "SUMMARY:茶碗杯" in asked(f"{CUP}calendar/", "ja").content.decode()
    assert "SUMMARY:Tea Cup" in asked(f"{CUP}calendar/", "en").content.decode()
    assert "茶碗杯" in asked(f"{CUP}log/feed/", "ja").content.decode()
    [place] = asked(f"/api/users/{team.owner.username}/competitions/", "ja").json()["results"]
    assert place["competition"]["title"] == "茶碗杯"


def test_outside_of_a_request_the_language_is_that_of_the_site(cup, settings):
    with translation.override(None):
        assert cup.local_title == "Tea Cup"
