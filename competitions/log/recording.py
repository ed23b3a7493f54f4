"""Writing entries of the competition log: the only code that does.

Every entry is written in the transaction of the act it tells of, by the service that does the act: there is no act
without its entry and no entry without its act. Facts are public: no score that is not open, nothing of a solution's
content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from competitions import signals
from competitions.exceptions import InvalidReason, ReasonMissing
from competitions.models import Competition, LogKind, LogRow, Phase
from competitions.models.log import REASON_CHARACTERS
from foundation import chain

if TYPE_CHECKING:
    from accounts.models import User


def record(
    competition: Competition,
    kind: LogKind,
    *,
    by: User | None,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
    subject: User | None = None,
    tell: bool = False,
) -> LogRow | None:
    """Add an entry, in the transaction of the act. `by` None: the server itself. `tell`: participants are told of it.

    A draft that was never published keeps no log: nobody can have relied on it. Returns None then.
    """
    locked = Competition.objects.lock(competition.pk)
    last = LogRow.objects.filter(competition=locked).order_by("-sequence").first()
    if last is None and not locked.is_published and kind != LogKind.UNPUBLISHED:
        return None
    row = LogRow(
        competition=locked,
        sequence=1 if last is None else last.sequence + 1,
        at=at,
        actor=by,
        subject=subject,
        kind=kind,
        facts=dict(facts or {}),
        reason=reason,
        previous=chain.BEGINNING if last is None else last.hash,
    )
    row.hash = row.compute_hash()
    row.save(force_insert=True)
    if tell:
        transaction.on_commit(lambda: signals.change_recorded.send_robust(LogRow, entry=row, by=by, at=at))
    return row


def record_in(phase: Phase, kind: LogKind, *, facts: Mapping[str, Any] | None = None, **more: Any) -> LogRow | None:
    """Add an entry about one phase; see `record`."""
    return record(phase.competition, kind, facts={**(facts or {}), **fact_of(phase)}, **more)


def fact_of(phase: Phase) -> dict[str, Any]:
    """What an entry says of the phase it is about: nothing of the first, which most competitions have alone."""
    return {} if phase.number == 1 else {"phase": phase.number}


def has_begun(competition: Competition) -> bool:
    """Whether the competition was ever published. Taking it off the site does not undo that."""
    return competition.is_published or LogRow.objects.filter(competition=competition).exists()


def has_participants(competition: Competition) -> bool:
    return competition.memberships.exists()


def is_relied_on(competition: Competition, at: datetime) -> bool:
    """Whether people may take part in the phase that is meant by what was said of it: the competition was published at
    some time, and the phase has started.
    """
    return competition.phase.has_started(at) and is_known(competition)


def is_relied_on_in_any_phase(competition: Competition, at: datetime) -> bool:
    """As `is_relied_on`, of whichever phase has started: for what holds in all of them."""
    return any(phase.has_started(at) for phase in competition.phases.all()) and is_known(competition)


def is_known(competition: Competition) -> bool:
    """Whether the competition was published at some time, or somebody takes part in it."""
    return has_begun(competition) or has_participants(competition)


def clean_reason(reason: Any, *, required: bool) -> str:
    """`reason` without blanks around it.

    Raises:
        ReasonMissing: it is needed, for participants are told.
        InvalidReason: too long, or no text.
    """
    if not isinstance(reason, str) or not _is_speakable(reason):
        raise InvalidReason(limit=REASON_CHARACTERS)
    reason = reason.strip()
    if len(reason) > REASON_CHARACTERS:
        raise InvalidReason(limit=REASON_CHARACTERS)
    if required and not reason:
        raise ReasonMissing
    return reason


def changed(before: Competition, after: Competition, names: Iterable[str]) -> dict[str, Any]:
    """Facts: for each of these fields that differ, its old and its new value."""
    return {
        _camel(name): [fact(value_of(before, name)), fact(value_of(after, name))]
        for name in names
        if value_of(before, name) != value_of(after, name)
    }


def stated(competition: Competition, names: Iterable[str]) -> dict[str, Any]:
    """Facts: these fields as they are."""
    return {_camel(name): fact(value_of(competition, name)) for name in names}


def value_of(competition: Competition, name: str) -> Any:
    """What the field of this name holds, of the competition or of its phase."""
    return getattr(competition.bearer_of(name), name)


def fact(value: Any) -> Any:
    """`value` as JSON that is written in one way only, on every database and in every language."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Phase):
        return value.number
    if isinstance(value, Mapping):
        # As pairs: names on the wire are turned into camelCase, and these are not ours.
        return [[str(name), fact(one)] for name, one in sorted(value.items())]
    if isinstance(value, list | tuple):
        return [fact(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _is_speakable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
