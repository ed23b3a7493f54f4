"""The newest entry of a competition's log: who knows its hash can tell later whether anything before it was changed."""

from __future__ import annotations

from competitions.models import LogRow


def head_hash(competition_id: int) -> str | None:
    """The hash of the newest entry; None where nothing stands in the log yet. One read of an index."""
    rows = LogRow.objects.filter(competition=competition_id).order_by("-sequence")
    return rows.values_list("hash", flat=True).first()
