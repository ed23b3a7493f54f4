"""Texts that are written in more than one language.

A field as `title` is the original: what everybody reads who has no better one. Beside it stand `title_en` and
`title_ja`, each empty or a translation. Readers get the one in the language of the moment, else the original; which
language the original is in, nobody needs to say. A further language of the site needs these columns on every model
that is translated: a test names what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language, gettext_lazy as _

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
ORIGINAL_MISSING = _("There is a translation of it: write the original too, or take the translation away.")


def translations_of(*names: str) -> list[str]:
    """The columns that hold translations of these fields."""
    return [f"{name}_{language}" for name in names for language in LANGUAGES]


def language_of_the_moment() -> str:
    """The language of the site that readers are answered in now."""
    spoken = (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
    return spoken if spoken in LANGUAGES else settings.LANGUAGE_CODE


def local(row: Any, name: str) -> str:
    """What the field says to a reader of the moment: its translation into their language, else the original."""
    text: str = getattr(row, f"{name}_{language_of_the_moment()}", "") or getattr(row, name)
    return text


def local_column(name: str) -> Coalesce:
    """As `local`, in a query."""
    return Coalesce(NullIf(F(f"{name}_{language_of_the_moment()}"), Value("")), F(name))


def containing(word: str, *names: str) -> Q:
    """Rows with `word` in one of these fields, or in a translation of it."""
    found = Q()
    for name in (*names, *translations_of(*names)):
        found |= Q(**{f"{name}__icontains": word})
    return found


def no_translation_alone(name: str, *, constraint: str) -> models.CheckConstraint:
    """Translations are beside an original: without one, people of the other language would read nothing."""
    untranslated = Q(**dict.fromkeys(translations_of(name), ""))
    return models.CheckConstraint(condition=~Q(**{name: ""}) | untranslated, name=constraint)


def require_originals(row: Any, names: Iterable[str]) -> None:
    """Raises ValidationError where one of these fields is empty and its translation is not."""
    missing = [
        name for name in names if not getattr(row, name) and any(getattr(row, one) for one in translations_of(name))
    ]
    if missing:
        raise ValidationError({name: ValidationError(ORIGINAL_MISSING, code="original_missing") for name in missing})
