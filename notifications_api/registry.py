"""What a kind of notification consists of, and the register of all kinds. They are declared in `kinds.py`.

A kind needs, beside its name: what the preferences call it, how it is told unless somebody chooses otherwise, its
sentences, on which occasions whom it is told to, and what takes it back. An occasion is a signal of another room, with
the way a job finds its row again and what of it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.conf import settings
from django.db import models
from django.dispatch import Signal
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.languages import LANGUAGES

if TYPE_CHECKING:
    from accounts.models import User
    from competitions.models import Competition
    from discussions.models import Discussion

Row = TypeVar("Row", bound=models.Model)


class EmailMode(models.TextChoices):
    IMMEDIATE = "immediate", _("at once")
    DIGEST = "digest", _("in a daily digest")
    OFF = "off", _("off")


@dataclass(frozen=True, slots=True)
class Channels:
    """How somebody is told: in the app, and by email."""

    in_app: bool
    email: EmailMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened, as it is told to everybody it concerns."""

    # Nobody is told of the same key twice.
    key: str
    at: datetime
    actor: User | None
    title: str
    url: str
    competition: Competition | None = None
    discussion: Discussion | None = None
    # What it speaks of.
    about: models.Model
    excerpt: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    # Title and excerpt in those languages in which they are others, by their columns.
    translations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audience:
    """Users who are told of a happening. `gather_key`: as part of one notification for everything with that key."""

    users: models.QuerySet[User]
    gather_key: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """Users who are told of a happening in the sentence of one kind."""

    kind: str
    users: models.QuerySet[User]
    gather_key: str = ""


Story = tuple[Happening, list[Telling]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a signal says beside the row it is about: when, by whom, and the ids of the users who are mentioned."""

    at: datetime
    by: User | None = None
    mentioned: list[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, eq=False)
class Heard(Generic[Row]):
    """A signal of another room, and how a job finds the row again that it was about."""

    # Stands in queued jobs.
    name: str
    signal: Signal
    # The argument of the signal that holds the row.
    subject: str
    # One for each model that the row may be of, with all that is read of it.
    rows: tuple[Callable[[], models.QuerySet[Row]], ...]
    # Asked when the signal comes, with the id of who did it: whether a job is worth its while.
    is_worth_a_job: Callable[[Row, int | None], bool] = lambda _row, _by: True

    def find(self, model: str, pk: int) -> Row | None:
        """The row as it is now, or None if it is gone. `model`: the name of its model in lower case."""
        for make in self.rows:
            rows = make()
            if rows.model._meta.model_name == model:
                return rows.filter(pk=pk).first()
        raise LookupError(f"{self.name} is not about {model}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Occasion(Heard[Row]):
    """Something that happens and is told."""

    # Whether there is still something to tell when the job runs.
    still_holds: Callable[[Row, datetime], bool]
    happening: Callable[[Row, Circumstances], Happening]
    # When it happened, where the signal does not say.
    moment: Callable[[Row], datetime | None] = lambda _row: None

    def story(self, row: Row, *, at: datetime, by: User | None = None, mentioned: Iterable[int] = ()) -> Story:
        """What is told and to whom; who is in several audiences is told of the kind that comes first."""
        circumstances = Circumstances(at=at, by=by, mentioned=list(mentioned))
        tellings = [
            Telling(kind.name, audience.users, audience.gather_key)
            for kind in kinds_told_on(self)
            if (audience := kind.told_on[self](row, circumstances)) is not None
        ]
        return in_every_language(partial(self.happening, row, circumstances)), tellings


def in_every_language(make: Callable[[], Happening]) -> Happening:
    """What happened, with what the people of each language read of it."""
    happening = _in_language(settings.LANGUAGE_CODE, make)
    translations = {}
    for language in set(LANGUAGES) - {settings.LANGUAGE_CODE}:
        other = _in_language(language, make)
        for name in ("title", "excerpt"):
            if getattr(other, name) != getattr(happening, name):
                translations[f"{name}_{language}"] = getattr(other, name)
    return replace(happening, translations=translations)


def _in_language(language: str, make: Callable[[], Happening]) -> Happening:
    with translation.override(language):
        return make()


@dataclass(frozen=True, kw_only=True, eq=False)
class Withdrawal(Heard[Row]):
    """Something that takes back what was told."""

    # Safe to repeat, and does nothing while the row stands. Gets the id of who did it.
    withdraw: Callable[[Row, int | None], None]
    # From the row that an occasion told of: which row, and whose act, may be gone since.
    after_telling: Callable[[Any], tuple[Row, int | None]]


@dataclass(frozen=True, kw_only=True, eq=False)
class KindEntry:
    """All that makes a kind of notification. Nothing has a default that a new kind should decide for itself."""

    name: str
    # Finishes the sentence "Tell me of ...", as the preferences show it.
    label: str | Promise
    default: Channels
    # By variant, where the words depend on `Happening.params`.
    sentences: Mapping[str, str | Promise]
    told_on: Mapping[Occasion[Any], Callable[[Any, Circumstances], Audience | None]]
    # Empty: what was told of this kind stays.
    withdrawals: tuple[Withdrawal[Any], ...]
    variant: Callable[[Mapping[str, Any]], str] = lambda _params: ""
    # Who is in the audiences of several kinds on one occasion is told of the one with the greatest weight.
    weight: int = 0
    # Whether emails quote the thing itself, which is the same whoever acts on it, and not what each person wrote.
    quotes_target: bool = False


# By name, in the order in which they are shown.
KINDS: dict[str, KindEntry] = {}


def register(entry: KindEntry) -> KindEntry:
    """Take a kind in. Raises ValueError where two have one name."""
    if entry.name in KINDS:
        raise ValueError(f"there is a kind {entry.name} already")
    KINDS[entry.name] = entry
    return entry


def kind_choices() -> list[tuple[str, str | Promise]]:
    """All kinds with their labels. A function, so that a new kind changes no migration."""
    return [(kind.name, kind.label) for kind in KINDS.values()]


def kinds_told_on(occasion: Occasion[Any]) -> list[KindEntry]:
    """The kinds that an occasion may be told as, the weightiest first."""
    found = [kind for kind in KINDS.values() if occasion in kind.told_on]
    return sorted(found, key=lambda kind: -kind.weight)


def kinds_taken_back_by(withdrawal: Withdrawal[Any]) -> list[str]:
    """The names of the kinds that a withdrawal concerns."""
    return [kind.name for kind in KINDS.values() if withdrawal in kind.withdrawals]


def occasions() -> dict[str, Occasion[Any]]:
    """Every occasion that some kind is told on, by name. Raises ValueError where two have one name."""
    return _by_name(occasion for kind in KINDS.values() for occasion in kind.told_on)


def withdrawals() -> dict[str, Withdrawal[Any]]:
    """Everything that takes some kind back, by name. Raises ValueError where two have one name."""
    return _by_name(withdrawal for kind in KINDS.values() for withdrawal in kind.withdrawals)


Named = TypeVar("Named", bound=Heard[Any])


def _by_name(found: Iterable[Named]) -> dict[str, Named]:
    named: dict[str, Named] = {}
    for each in found:
        if named.setdefault(each.name, each) is not each:
            raise ValueError(f"{each.name} is declared twice")
    return named
