"""How many bytes of files one competition may keep: data files, their archive, and submissions.

The sum over submissions is a walk through all of them, and submitting must not do it each time: it is kept in the cache
for a minute, and whatever is added within that minute is added to it. Before anything is refused it is made anew.
"""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum

from competitions.exceptions import StorageQuotaReached
from competitions.models import Competition

KEPT_SECONDS = 60


def quota_of(competition: Competition) -> int:
    """How many bytes the competition may keep; 0: there is no limit."""
    own = competition.storage_quota
    return settings.COMPETITION_STORAGE_BYTES if own is None else own


def stored_bytes(competition: Competition) -> int:
    """How many bytes the competition keeps now: a sum over its rows."""
    data = competition.data_files.aggregate(sum=Sum("size", default=0))["sum"]
    archives = Competition.objects.filter(pk=competition.pk).aggregate(sum=Sum("data_archive__size", default=0))["sum"]
    # The room of submissions is not ours to import; its rows are there through the relation it declares.
    kept = competition.submissions.filter(file_deleted_at__isnull=True)
    return data + archives + kept.aggregate(sum=Sum("size", default=0))["sum"]


def check_quota(competition: Competition, size: int, *, instead_of: int = 0) -> None:
    """Whether `size` bytes more may be kept. Call it before anything is stored. `instead_of`: bytes that go for it.

    Raises:
        StorageQuotaReached: it would be more than the competition may keep.
    """
    quota = quota_of(competition)
    if not quota:
        return
    more = size - instead_of
    key = f"stored-bytes:{competition.pk}"
    known = cache.get(key)
    if known is None or known + more > quota:
        known = stored_bytes(competition)
    if known + more > quota:
        raise StorageQuotaReached(quota=quota, size=size)
    cache.set(key, known + more, KEPT_SECONDS)
