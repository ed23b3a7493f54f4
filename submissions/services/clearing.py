"""Files that could not be scored go after a while; what was wrong with them stays."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from submissions.models import Submission

logger = logging.getLogger(__name__)

BATCH = 500


def clear_refused_files(at: datetime) -> int:
    """Delete the files of refused submissions, but for those of the last day and each team's newest few.

    Returns how many. The rows stay, and tell when their file went. Safe to run twice, at the same time as well.
    """
    kept_since = at - timedelta(hours=settings.REFUSED_FILE_HOURS)
    newest_first = Window(RowNumber(), partition_by=F("team"), order_by=[F("created_at").desc(), F("pk").desc()])
    with_files = Submission.objects.refused_at_the_door().filter(file_deleted_at__isnull=True)
    # In a query of its own: all of a team's are numbered, those of the last day too.
    beyond = with_files.annotate(place=newest_first).filter(place__gt=settings.REFUSED_FILES_KEPT)
    to_clear = Submission.objects.filter(pk__in=beyond.values("pk"), created_at__lt=kept_since)
    cleared = 0
    for submission in to_clear.order_by("pk")[:BATCH]:
        # The file first: who is stopped in between finds the row again, and a file that is gone is no fault.
        submission.file.storage.delete(str(submission.file.name))
        cleared += with_files.filter(pk=submission.pk).update(file_deleted_at=at)
    if cleared:
        logger.info("submissions.files_cleared", extra={"files": cleared})
    return cleared
