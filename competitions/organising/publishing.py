"""Publishing a draft at a moment that an organiser chose: the worker does it, by the rules for everybody who does.

Nothing is decided beforehand: at that moment the same checks run and the same function publishes, for the organiser who
chose the moment. What speaks against it then, and was not there when they said yes, stops it, and organisers are told.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation

from competitions import permissions as can, signals
from competitions.exceptions import (
    AlreadyPublished,
    ChangedMeanwhile,
    EndedBeforePublishing,
    NobodyToPublish,
    NotReadyToPublish,
    PublishInThePast,
    StartBeforePublishing,
)
from competitions.models import Competition, PlannedPublication
from competitions.organising.editing import edit_competition
from competitions.organising.readiness import Finding, Weight, readiness
from foundation.languages import LANGUAGES
from foundation.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

Problem = dict[str, str]


class Replanned(Exception):
    """The moment was moved or taken back while the worker was at it."""


def plan_publication(
    *, competition: Competition, publish_at: datetime, publish_anyway: bool = False, by: User, at: datetime
) -> PlannedPublication:
    """Have the draft published at that moment, or at another one than was said before.

    `publish_anyway`: the organiser knows what speaks against it now, and says yes to that.

    Raises:
        NotHost: `by` does not organise it.
        AlreadyPublished: there is nothing to wait for.
        PublishInThePast: the moment is over.
        StartBeforePublishing: a phase would have started by then.
        NotReadyToPublish: what would forbid it now, or asks for a yes.
    """
    can.edit(by, competition).require()
    _require_sense(competition, publish_at, at)
    against = _against(competition)
    asks = [one for one in against if one.weight is Weight.ASKS]
    if len(asks) < len(against) or (asks and not publish_anyway):
        raise NotReadyToPublish([one.as_problem() for one in against])
    with transaction.atomic():
        locked = Competition.objects.lock(competition.pk)
        can.edit(by, locked).require()
        _require_sense(locked, publish_at, at)
        plan, _is_new = PlannedPublication.objects.update_or_create(
            competition=locked,
            defaults={
                "publish_at": publish_at,
                "planned_by": by,
                "planned_at": at,
                "accepted": sorted({one.code for one in asks}),
                "stopped_at": None,
                "problems": {},
            },
        )
    return plan


def take_back_publication(*, competition: Competition, by: User) -> None:
    """Take back that the draft is published at a moment. Doing it twice changes nothing.

    Raises:
        NotHost: `by` does not organise it.
    """
    can.edit(by, competition).require()
    with transaction.atomic():
        locked = Competition.objects.lock(competition.pk)
        PlannedPublication.objects.filter(competition=locked).delete()


def planned_publication(competition: Competition) -> PlannedPublication | None:
    """What is planned, or was stopped; None for what is published."""
    if competition.is_published:
        return None
    return PlannedPublication.objects.filter(competition=competition).select_related("planned_by").first()


def starts_before(competition: Competition, moment: datetime) -> bool:
    """Whether a phase of it has started by then."""
    return competition.phases.filter(starts_at__lt=moment).exists()


def publish_due(at: datetime) -> int:
    """Publish what is due; returns how many. A duty: several workers may do it at once, and be killed while they do."""
    due = PlannedPublication.objects.filter(publish_at__lte=at, stopped_at__isnull=True).order_by("publish_at", "pk")
    published = 0
    for plan in due.select_related("competition", "planned_by"):
        try:
            published += _publish(plan, at)
        except Exception:
            # A storage that is away, perhaps: it is tried the next time, and keeps no other draft back.
            logger.exception("competition.publication_failed", extra={"competition": plan.competition_id})
    return published


def _publish(plan: PlannedPublication, at: datetime) -> bool:
    """Publish it, or stop it; whether it was published."""
    if plan.competition.is_published:
        # By hand, and by something that knows of no plans.
        PlannedPublication.objects.filter(pk=plan.pk).delete()
        return False
    try:
        _edit(plan, at)
    except (Replanned, ChangedMeanwhile):
        return False  # looked at anew the next time
    except (Refusal, ValidationError) as error:
        _stop(plan, _Reason(error), at)
        return False
    logger.info("competition.published_as_planned", extra={"competition": plan.competition_id})
    return True


def _edit(plan: PlannedPublication, at: datetime) -> None:
    """Publish it for whoever planned it.

    Raises:
        As `edit_competition`, and what is asked of a plan alone.
    """
    competition = plan.competition
    if plan.planned_by is None or not can.edit(plan.planned_by, competition):
        raise NobodyToPublish
    if starts_before(competition, plan.publish_at):
        raise StartBeforePublishing
    if not competition.phases.filter(ends_at__gt=at).exists():
        raise EndedBeforePublishing
    # Read before anything is locked.
    against = _against(competition)
    unknown = [one for one in against if one.weight is Weight.FORBIDS or one.code not in plan.accepted]
    if unknown:
        raise _Unready(unknown)
    edit_competition(
        competition=competition,
        changes={"is_published": True},
        by=plan.planned_by,
        at=at,
        publish_anyway=True,
        meanwhile=partial(_require_same, plan),
    )


class _Unready(NotReadyToPublish):
    """Keeps the findings, so that each can be told in every language."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__([one.as_problem() for one in findings])
        self.findings = findings


class _Reason:
    """Why something was not published."""

    def __init__(self, error: Refusal | ValidationError) -> None:
        self.error = error

    def told(self) -> list[Problem]:
        """What is told of it, in the language that is active; what came as a finished text stays as it is."""
        error = self.error
        if isinstance(error, _Unready):
            return [_said(one.code, one.detail) for one in error.findings]
        if isinstance(error, NotReadyToPublish):
            return [_said(str(one["code"]), str(one["detail"])) for one in error.problems]
        if isinstance(error, ValidationError):
            return [_said("invalid", str(one)) for one in error.messages]
        return [_said(error.code, str(error.detail))]


def _stop(plan: PlannedPublication, reason: _Reason, at: datetime) -> None:
    """Write down why it was not published, in every language, and tell the organisers; once."""
    said = {}
    for language in LANGUAGES:
        with translation.override(language):
            said[language] = reason.told()
    with transaction.atomic():
        mine = PlannedPublication.objects.filter(pk=plan.pk, planned_at=plan.planned_at, stopped_at__isnull=True)
        if not mine.update(stopped_at=at, problems=said):
            return
        plan.stopped_at, plan.problems = at, said
        transaction.on_commit(
            lambda: signals.publication_stopped.send_robust(PlannedPublication, publication=plan, at=at)
        )
    logger.info("competition.not_published", extra={"competition": plan.competition_id})


def _require_same(plan: PlannedPublication) -> None:
    """Called with the competition's row locked, under which plans are made.

    Raises:
        Replanned: it is another one by now, or none.
    """
    same = PlannedPublication.objects.filter(pk=plan.pk, planned_at=plan.planned_at, publish_at=plan.publish_at)
    if not same.filter(stopped_at__isnull=True).exists():
        raise Replanned


def _require_sense(competition: Competition, publish_at: datetime, at: datetime) -> None:
    if competition.is_published:
        raise AlreadyPublished
    if publish_at <= at:
        raise PublishInThePast
    if starts_before(competition, publish_at):
        raise StartBeforePublishing


def _against(competition: Competition) -> list[Finding]:
    return [one for one in readiness(competition) if one.weight in (Weight.FORBIDS, Weight.ASKS)]


def _said(code: str, detail: str) -> Problem:
    return {"code": code, "detail": detail}
