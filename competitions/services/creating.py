"""A new competition as a draft: everything else about it is decided before it is published."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from competitions import permissions as can
from competitions.models import Competition

if TYPE_CHECKING:
    from accounts.models import User

# A clock to begin with; the organiser sets the real one.
STARTS_AFTER = timedelta(days=7)
LASTS = timedelta(days=30)
METRIC = "rmse"


def create_competition(
    *, title: str, slug: str, summary: str = "", visibility: str = "public", by: User, at: datetime
) -> Competition:
    """Make an unpublished competition that `by` organises, with a clock and a metric still to be chosen.

    Raises:
        MayNotCreateCompetitions: `by` has not been given the permission.
        ValidationError: no title, a slug that is taken or none, or the like.
    """
    can.create_competition(by).require()
    starts_at = at + STARTS_AFTER
    code = secrets.token_urlsafe(9) if visibility == Competition.Visibility.INVITATION else ""
    draft = Competition(
        title=title,
        slug=slug,
        summary=summary,
        visibility=visibility,
        invitation_code=code,
        starts_at=starts_at,
        ends_at=starts_at + LASTS,
        metric=METRIC,
        is_published=False,
    )
    draft.full_clean()
    with transaction.atomic():
        draft.save()
        draft.hosts.add(by)
    return draft
