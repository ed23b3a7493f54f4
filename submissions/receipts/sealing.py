"""Seals receipts: one hash over all from before the end stands in the log before any private score is computed.

Whoever holds a receipt can have the path from it to that root, and so prove that it was counted. Paths tell nothing
of others: a leaf is the hash of a receipt with its signature, which nobody else can guess.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import Subquery

from competitions.leaderboards.standings import lock_teams
from competitions.log.heads import head_hash
from competitions.log.recording import record_in
from competitions.models import LogKind, LogRow, Phase
from foundation import signing
from submissions.exceptions import NotSealed
from submissions.models import Receipt, Submission
from submissions.receipts import merkle
from submissions.receipts.issuing import make_receipt

# What was sent in the last moment may still be on its way into the database.
PATIENCE = timedelta(minutes=1)
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Path:
    """The way from a receipt to a root in the log. `index`: its place among `receipts`, from 0; `steps`: side, hash."""

    root: str
    receipts: int
    entry: int
    index: int
    steps: list[tuple[str, str]]


def seal_receipts(phase: Phase, *, at: datetime) -> LogRow | None:
    """Write the root over all receipts from before the end into the log, if there are any that no root covers yet.

    Call it after the end, in a transaction with the teams' rows locked and nothing of before the end still pending.
    Submissions that were scored before this site gave receipts get theirs now.
    """
    _issue_missing(phase, at)
    receipts = Receipt.objects.filter(phase=phase, is_late=False)
    if not receipts.filter(sealed_in__isnull=True).exists():
        return None
    leaves = _leaves(phase.pk, None)
    facts = {"root": merkle.root(leaves).hex(), "receipts": len(leaves)}
    entry = record_in(phase, LogKind.RECEIPTS_ROOT, by=None, at=at, facts=facts)
    if entry is not None:
        receipts.filter(sealed_in__isnull=True).update(sealed_in=entry.sequence)
    return entry


def seal_ended(at: datetime) -> int:
    """Seal the receipts of every phase that has ended, soon after its end; returns how many were sealed."""
    unsealed = Receipt.objects.filter(is_late=False, sealed_in__isnull=True, phase__ends_at__lte=at - PATIENCE)
    sealed = 0
    for pk in list(unsealed.order_by().values_list("phase", flat=True).distinct()):
        with transaction.atomic():
            phase = Phase.objects.select_related("competition").get(pk=pk)
            lock_teams(phase.competition)
            pending = Submission.objects.filter(phase=phase, is_late=False).pending()
            if phase.has_ended(at - PATIENCE) and not pending.exists():
                sealed += seal_receipts(phase, at=at) is not None
    return sealed


def path_of(receipt: Receipt) -> Path:
    """The way from the receipt to the newest root in the log.

    Raises:
        NotSealed: there is none yet, or it was late.
    """
    sealed = Receipt.objects.filter(phase=receipt.phase_id, is_late=False, sealed_in__isnull=False)
    # Every root is over all receipts of its phase that there were.
    roots = LogRow.objects.filter(competition=receipt.competition_id, kind=LogKind.RECEIPTS_ROOT)
    entry = roots.filter(sequence=Subquery(sealed.order_by("-sealed_in").values("sealed_in")[:1])).first()
    if entry is None or receipt.sealed_in is None:
        raise NotSealed
    place = sealed.filter(sealed_in__lte=entry.sequence, place__lt=receipt.place).count()
    tree = _sealed_tree(receipt.phase_id, entry.sequence, entry.hash)
    steps = [(side, one.hex()) for side, one in merkle.path(tree, place)]
    return Path(
        root=entry.facts["root"], receipts=entry.facts["receipts"], entry=entry.sequence, index=place, steps=steps
    )


@lru_cache(maxsize=4)
def _sealed_tree(phase_id: int, entry: int, _hash: str) -> merkle.Tree:
    """The tree under the root of `entry`, which never changes. Kept, as members ask for all their paths at once."""
    return merkle.tree(_leaves(phase_id, entry))


def _leaves(phase_id: int, entry: int | None) -> list[bytes]:
    """The hashes of the receipts that the root of `entry` covers, in the order of submissions; None: of all on time."""
    receipts = Receipt.objects.filter(phase=phase_id, is_late=False)
    if entry is not None:
        receipts = receipts.filter(sealed_in__lte=entry)
    return [bytes.fromhex(leaf) for leaf in receipts.order_by("place").values_list("leaf", flat=True)]


def _issue_missing(phase: Phase, at: datetime) -> None:
    rows = Submission.objects.filter(phase=phase, is_late=False, receipt__isnull=True).scored()
    if not rows.exists():
        return
    signer, head, numbers = signing.current_signer(at), head_hash(phase.competition_id), Counter[int]()
    missing = rows.select_related("competition", "phase", "solution").order_by("pk")
    last = 0
    while chunk := list(missing.filter(pk__gt=last)[:BATCH]):
        made = []
        for submission in chunk:
            numbers[submission.team_id] += 1
            number = numbers[submission.team_id]
            made.append(make_receipt(submission, signer, number=number, head=head, at=at))
        Receipt.objects.bulk_create(made)
        last = chunk[-1].pk
