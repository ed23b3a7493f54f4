"""Making receipts: what they say, and the site's signature under it.

A receipt says only what the team knows already: its file, and the public score as it was shown. It is made in the
transaction that writes the score, and nothing changes it any more: not a rescoring, not an exclusion.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from competitions.log.heads import head_hash
from competitions.solution.sealing import commitment
from foundation import chain, signing
from submissions.exceptions import NoReceipt
from submissions.models import Receipt, Submission
from submissions.receipts import merkle

FORMAT = "uzu-receipt-1"


def issue_receipt(submission: Submission, *, at: datetime) -> Receipt:
    """Sign for a submission that has just been scored. Call it in the transaction that writes the score."""
    number = Submission.objects.filter(
        team=submission.team_id, phase=submission.phase_id, scored_at__isnull=False
    ).count()
    signer, head = signing.current_signer(at), head_hash(submission.competition_id)
    receipt = make_receipt(submission, signer, number=number, head=head, at=at)
    receipt.save(force_insert=True)
    return receipt


def make_receipt(
    submission: Submission, signer: signing.Signer, *, number: int, head: str | None, at: datetime
) -> Receipt:
    """The receipt, not stored yet. `number`: the submission's in its team; `head`: of the competition log."""
    body = _body(submission, key_id=signer.key_id, number=number, head=head, at=at)
    message = chain.canonical(body)
    signature = signer.sign(message)
    return Receipt(
        competition=submission.competition,
        phase=submission.phase,
        submission=submission,
        place=submission.pk,
        is_late=submission.is_late,
        body=body,
        key=signer.key_id,
        signature=signature,
        leaf=merkle.leaf(message + bytes.fromhex(signature)).hex(),
    )


def receipt_of(submission: Submission) -> Receipt:
    """The receipt of a submission.

    Raises:
        NoReceipt: it has none.
    """
    receipt: Receipt | None = getattr(submission, "receipt", None)
    if receipt is None:
        raise NoReceipt
    return receipt


def _body(submission: Submission, *, key_id: str, number: int, head: str | None, at: datetime) -> dict[str, Any]:
    """What is signed: names in camelCase, no fractions, so that it is written in one way everywhere."""
    phase, solution = submission.phase, submission.solution
    return {
        "format": FORMAT,
        "site": settings.SITE_URL,
        "key": key_id,
        "competition": phase.competition_id,
        "phase": phase.number,
        "team": submission.team_id,
        "submission": submission.pk,
        "number": number,
        "isLate": submission.is_late,
        "sha256": submission.sha256,
        "size": submission.size,
        "receivedAt": chain.moment(submission.created_at),
        "issuedAt": chain.moment(at),
        "solutionVersion": None if solution is None else solution.version,
        "commitment": None if solution is None else commitment(solution),
        "score": f"{submission.public_score:.{phase.score_digits}f}",
        "logHead": head,
    }
