"""Every kind of notification has all its parts, here and in the front end; a missing one is named."""

from __future__ import annotations

import gettext
import json
import re
from pathlib import Path

import pytest
from django.utils import translation

from competitions.models import LogKind
from notifications_api import kinds, registry
from notifications_api.registry import KINDS, Channels, EmailMode, KindEntry
from notifications_api.sentences import sentence

ROOT = Path(__file__).resolve().parents[2]
FRONT_END = ROOT / "frontend" / "src"
LANGUAGES = ("en", "ja")
# Whatever `Happening.params` may hold that sentences are chosen by.
PARAMS = [
    {"thing": thing, "answer": answer, "run": run, "status": status, "change": "clock", "act": act, "role": role}
    for thing in ("comment", "discussion")
    for answer in ("accepted", "refused")
    for run in ("private", "rescore")
    for status in ("complete", "failed")
    for act in ("disqualified", "reinstated", "voided", "restored")
    for role in ("host", "helper")
]
PARAMS += [{**PARAMS[0], "entry": entry} for entry in ("teams", "best", "share", "baseline", "list")]
# Whatever is recorded may be told of.
PARAMS += [{**PARAMS[0], "change": str(change)} for change in LogKind.values]


def japanese() -> dict[str, str]:
    with (ROOT / "main/locale/ja/LC_MESSAGES/django.mo").open("rb") as file:
        return {key: text for key, text in gettext.GNUTranslations(file)._catalog.items() if isinstance(key, str)}


def front_end_entries() -> set[str]:
    table = (FRONT_END / "features/notifications/kinds.ts").read_text(encoding="utf-8")
    return set(re.findall(r"^  (\w+): \{ icon: mdi\w+", table, re.MULTILINE))


def front_end_texts(language: str) -> dict[str, str]:
    return json.loads((FRONT_END / f"locales/{language}/notifications.json").read_text(encoding="utf-8"))


def missing_parts(kind: KindEntry) -> list[str]:
    """What a kind still needs, in words."""
    missing = []
    translated, texts = japanese(), {language: front_end_texts(language) for language in LANGUAGES}
    with translation.override("en"):
        label, sentences = str(kind.label), {key: str(text) for key, text in kind.sentences.items()}
    if not label:
        missing.append("a label for the preferences")
    if label and not translated.get(label):
        missing.append("a Japanese label")
    if not isinstance(kind.default, Channels) or kind.default.email not in EmailMode.values:
        missing.append("a default")
    if not sentences or not all(sentences.values()):
        missing.append("a sentence")
    missing += [f"a sentence for {params}" for params in PARAMS if kind.variant(params) not in kind.sentences]
    missing += [f"a sentence in Japanese for {text!r}" for text in sentences.values() if not translated.get(text)]
    if not kind.told_on or not all(callable(audience) for audience in kind.told_on.values()):
        missing.append("an occasion and its audience")
    missing += [
        f"the signal of {heard.name}"
        for heard in [*kind.told_on, *kind.withdrawals]
        if f"notifications.{heard.name}" not in {receiver[0][0] for receiver in heard.signal.receivers}
    ]
    if kind.name not in front_end_entries():
        missing.append("an entry in frontend/src/features/notifications/kinds.ts")
    missing += [
        f"its name in frontend/src/locales/{language}/notifications.json"
        for language in LANGUAGES
        if not texts[language].get(f"kind_{kind.name}")
    ]
    return missing


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_lacks_nothing(name):
    assert missing_parts(KINDS[name]) == []


def test_what_a_new_kind_lacks_is_named():
    """The kind that somebody has only begun to declare."""
    bare = KindEntry(
        name="begun",
        label="",
        default=Channels(in_app=True, email="sometimes"),
        sentences={},
        told_on={},
        withdrawals=(),
    )
    missing = missing_parts(bare)
    assert [part for part in missing if not part.startswith("a sentence for")] == [
        "a label for the preferences",
        "a default",
        "a sentence",
        "an occasion and its audience",
        "an entry in frontend/src/features/notifications/kinds.ts",
        "its name in frontend/src/locales/en/notifications.json",
        "its name in frontend/src/locales/ja/notifications.json",
    ]


def test_the_front_end_knows_no_kind_that_is_gone():
    assert front_end_entries() == set(KINDS)
    for language in LANGUAGES:
        named = {key.removeprefix("kind_") for key in front_end_texts(language) if key.startswith("kind_")}
        assert named == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_a_kind_can_be_said(name, language):
    """In the words of the language, with nothing left to fill in."""
    said = set()
    for params in PARAMS:
        with translation.override(language):
            text = sentence(kind=name, title="Topic", params={**params, "team": "A", "other": "B"}, names=["alice"])
        assert "%(" not in text
        said.add(text)
    assert len(said) == len(KINDS[name].sentences), "a variant that no params choose"


def test_two_kinds_of_one_name_are_refused():
    with pytest.raises(ValueError, match="like"):
        registry.register(KINDS["like"])


def test_who_is_in_two_audiences_of_an_occasion_is_told_of_the_weightier_kind():
    told = [kind.name for kind in registry.kinds_told_on(kinds.COMMENT_ADDED)]
    assert told == ["mention", "reply", "comment"]
