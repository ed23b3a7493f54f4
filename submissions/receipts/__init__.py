"""Signed receipts for accepted submissions, and the root over all of them in the competition log."""

from submissions.receipts.issuing import issue_receipt, receipt_of
from submissions.receipts.sealing import Path, path_of, seal_ended, seal_receipts

__all__ = ["Path", "issue_receipt", "path_of", "receipt_of", "seal_ended", "seal_receipts"]
