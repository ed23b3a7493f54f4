"""Reminders of what a competition still asks for before a deadline: looked after by the worker, and sent once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.dispatch import Signal

from accounts.models import User
from competitions.models import Membership, Phase, Standing, Team
from notifications_api.models import Reminder
from submissions.models import Submission

# reminder
reminder_due = Signal()

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Short competitions are reminded later: at most this part of the time from the start to the deadline is left.
SHARE = {Reminder.Kind.MERGE_DEADLINE: 4, Reminder.Kind.NOTHING_SELECTED: 4, Reminder.Kind.LAST_HOUR: 8}
LONGEST = {Reminder.Kind.MERGE_DEADLINE: DAY, Reminder.Kind.NOTHING_SELECTED: DAY, Reminder.Kind.LAST_HOUR: HOUR}


def remind(at: datetime) -> int:
    """Send every reminder whose time has come. Returns how many; of several workers that look, one sends it."""
    running = Phase.objects.in_state("running", at).filter(competition__is_published=True)
    # None comes earlier than the longest time before the end or before the deadline for merging.
    soon = running.filter(
        Q(ends_at__lte=at + DAY) | Q(competition__merge_deadline__lte=at + DAY, competition__merge_deadline__gt=at)
    )
    sent = 0
    for phase in soon.select_related("competition__current_phase"):
        for kind in Reminder.Kind:
            if is_due(phase, kind, at) and _send(phase, kind, at):
                sent += 1
    return sent


def is_due(phase: Phase, kind: str, at: datetime) -> bool:
    """Whether the deadline is near, and not past."""
    deadline = deadline_of(phase, kind)
    if deadline is None or not phase.is_running(at) or at >= deadline:
        return False
    before = min(LONGEST[Reminder.Kind(kind)], (deadline - phase.starts_at) / SHARE[Reminder.Kind(kind)])
    return at >= deadline - before


def deadline_of(phase: Phase, kind: str) -> datetime | None:
    """What is reminded of; None where there is nothing of the kind."""
    if kind != Reminder.Kind.MERGE_DEADLINE:
        return phase.ends_at
    competition = phase.competition
    # It is of all phases: the one that is meant where none is named stands for them.
    is_reminded = competition.max_team_size > 1 and competition.phase.pk == phase.pk
    return competition.merge_deadline if is_reminded else None


def still_holds(reminder: Reminder, at: datetime) -> bool:
    """Whether it is still to be told: neither was the clock changed since, nor is it too late."""
    phase = reminder.phase
    moment = deadline_of(phase, reminder.kind) == reminder.deadline
    return moment and phase.competition.is_published and phase.is_running(at) and at < reminder.deadline


def _send(phase: Phase, kind: Reminder.Kind, at: datetime) -> bool:
    deadline = deadline_of(phase, kind)
    if deadline is None:
        return False
    with transaction.atomic():
        reminder, is_new = Reminder.objects.get_or_create(
            phase=phase, kind=kind, deadline=deadline, defaults={"competition": phase.competition, "sent_at": at}
        )
        if is_new:
            transaction.on_commit(lambda: reminder_due.send_robust(Reminder, reminder=reminder, at=at))
    return is_new


# --- who is reminded --------------------------------------------------------------------------------------------------
def takes_part(phase: Phase) -> QuerySet[User]:
    """Everybody in a team that competes, and may submit to the phase."""
    return _people(_teams(phase))


def may_still_merge(phase: Phase) -> QuerySet[User]:
    """Everybody in a team that has room for one more person."""
    teams = Team.objects.competing().filter(competition=phase.competition_id).annotate(size=Count("memberships"))
    return _people(teams.filter(size__lt=phase.competition.max_team_size))


def has_not_chosen(phase: Phase) -> QuerySet[User]:
    """Everybody in a team that has more submissions than count in the end, and has selected none of them."""
    submissions = Submission.objects.filter(team=OuterRef("pk"), phase=phase, voided_at__isnull=True).counted().scored()
    counts = submissions.order_by().values("team").annotate(n=Count("pk")).values("n")
    undecided = _teams(phase).annotate(scored=counts).filter(~Exists(submissions.selected()))
    return _people(undecided.filter(scored__gt=phase.selectable_submissions))


def _teams(phase: Phase) -> QuerySet[Team]:
    elsewhere = Standing.objects.filter(team=OuterRef("pk"), phase=phase, gets_on=False)
    return Team.objects.competing().filter(~Exists(elsewhere), competition=phase.competition_id)


def _people(teams: QuerySet[Team]) -> QuerySet[User]:
    memberships = Membership.objects.filter(user=OuterRef("pk"), team__in=teams.values("pk"))
    return User.objects.living().filter(Exists(memberships))
