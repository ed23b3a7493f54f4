"""A new competition as a draft: everything else about it is decided before it is published."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from competitions import permissions as can
from competitions.exceptions import NoDraft, TooManyDrafts
from competitions.log.recording import has_begun
from competitions.models import Competition, DataArchive, Phase
from competitions.models.competition import RESERVED_SLUGS
from competitions.organising import banners
from competitions.organising.hosts import add_host

if TYPE_CHECKING:
    from accounts.models import User

# A clock to begin with; the organiser sets the real one.
STARTS_AFTER = timedelta(days=7)
LASTS = timedelta(days=30)
METRIC = "rmse"
# Of a title; a part that makes it unlike another one may follow.
SLUG_CHARACTERS = 60


def new_invitation_code() -> str:
    """A code that nobody guesses."""
    return secrets.token_urlsafe(9)


def zone_of(user: Any) -> str:
    """The zone that a new competition of `user` begins with: their own, else the site's."""
    return user.time_zone or settings.TIME_ZONE


def free_slug(title: str) -> str:
    """A slug for a competition of this title that no other one has. Titles without Latin letters get a made one."""
    slug = slugify(title)[:SLUG_CHARACTERS].strip("-_")
    if not slug or slug.isdigit():
        return f"competition-{secrets.token_hex(3)}"
    taken = slug in RESERVED_SLUGS or Competition.objects.filter(slug=slug).exists()
    return f"{slug}-{secrets.token_hex(3)}" if taken else slug


def check_drafts(user: Any) -> None:
    """Whether `user` may begin one more: who is not of the staff has only so many that are not published.

    Raises:
        TooManyDrafts
    """
    limit = settings.MOST_DRAFTS
    if not user.is_staff and Competition.objects.hosted_by(user).filter(is_published=False).count() >= limit:
        raise TooManyDrafts(limit=limit)


def create_competition(
    *, title: str, slug: str, summary: str = "", emoji: str = "", visibility: str = "public", by: User, at: datetime
) -> Competition:
    """Make an unpublished competition that `by` organises, with a clock and a metric still to be chosen.

    Raises:
        MayNotCreateCompetitions: `by` has not been given the permission.
        TooManyDrafts: who is not of the staff has only so many that are not published.
        ValidationError: no title, a slug that is taken or none, or the like.
    """
    can.create_competition(by).require()
    check_drafts(by)
    starts_at = at + STARTS_AFTER
    code = new_invitation_code() if visibility == Competition.Visibility.INVITATION else ""
    draft = Competition(
        title=title,
        slug=slug,
        summary=summary,
        emoji=emoji,
        visibility=visibility,
        invitation_code=code,
        time_zone=zone_of(by),
        is_published=False,
    )
    draft.full_clean()
    with transaction.atomic():
        Competition.objects.store_new(draft, Phase(starts_at=starts_at, ends_at=starts_at + LASTS, metric=METRIC))
        add_host(competition=draft, user=by, by=by, at=at)
    return draft


def delete_draft(*, competition: Competition, by: User) -> None:
    """Delete a competition that nobody but its organisers has seen, with its pages and files, for good.

    Raises:
        NotHost: `by` does not organise it.
        NoDraft: it was published once, or somebody has a team or a submission in it.
    """
    can.edit(by, competition).require()
    with transaction.atomic():
        draft = Competition.objects.lock(competition.pk)
        # The rooms of teams' work are not ours to import; what they keep is there through the relations they declare.
        if has_begun(draft) or draft.teams.exists() or draft.submissions.exists():
            raise NoDraft
        stored = [(one.file.storage, str(one.file.name)) for one in draft.data_files.all()]
        stored += [(one.file.storage, str(one.file.name)) for one in draft.solutions.all()]
        archive = DataArchive.objects.filter(competition=draft).first()
        if archive is not None:
            stored.append((archive.file.storage, str(archive.file.name)))
        banners.delete_later(draft)
        draft.delete()
        for storage, key in set(stored):
            transaction.on_commit(partial(storage.delete, key), robust=True)
