"""Sending what waits in the outbox.

A worker takes due rows by moving their `not_before` ahead, sends them, and marks them. What fails waits longer and
longer and is tried for days; what a killed worker had taken comes back by itself. So a message may, rarely, be sent
twice; none is lost.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from accounts.models import User
from notifications_api.letters import digest_letter, single_letter
from notifications_api.models import Mail, Preference
from notifications_api.registry import KINDS, EmailMode

log = logging.getLogger(__name__)

BATCH = 50
# How long a worker may take for a batch before another one may send it.
LEASE = timedelta(minutes=10)
RETRIES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480, 720, 1440, 1440)]


def has_due(at: datetime) -> bool:
    return Mail.objects.due_at_once(at).exists() or Mail.objects.due_in_digest(at).exists()


def deliver_due(at: datetime | None = None) -> int:
    """Send all that is due, single messages and digests, until the server fails. Returns how many messages went out."""
    moment = at or timezone.now()
    sent = 0
    with suppress(ServerDown):
        while groups := _take_at_once(moment):
            sent += _send(groups, moment)
        while mails := _take_digests(moment):
            sent += _send([list(group) for _pk, group in groupby(mails, key=lambda mail: mail.recipient_id)], moment)
    return sent


@task()
def deliver_mail() -> None:
    """Send all that is due now, outside of the request or job that caused it. Safe to run twice."""
    deliver_due()


def deliver_if_due(at: datetime) -> None:
    """Have due emails sent: digests, further tries, and what a killed worker left. Called every few seconds."""
    if has_due(at):
        deliver_mail.enqueue()


class ServerDown(Exception):
    """The mail server can't be reached: nothing more to try for now."""


def _take_at_once(at: datetime) -> list[list[Mail]]:
    """Some of those due at once, as this worker's for a while: one group for each message.

    What many did to one thing goes together. While a message on the thing is being sent, waits for its next try, or
    went out less than `settings.MAIL_GATHERING` ago, the rest waits for that moment and gathers.
    """
    due = Mail.objects.due_at_once(at)
    gathering = due.exclude(gather_key="") if settings.MAIL_GATHERING else due.none()
    while True:
        with transaction.atomic():
            recipients = list(gathering.order_by("not_before").values_list("recipient", flat=True)[:BATCH])
            # Of two workers the second sees what the first took. The order spares them a deadlock.
            locks = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=recipients)
            list(locks.order_by("pk").values_list("pk", flat=True))
            mine = due.filter(Q(gather_key="") | Q(recipient__in=recipients)) if settings.MAIL_GATHERING else due
            rows = mine.select_for_update(of=("self",), skip_locked=True).order_by("not_before", "pk")
            found = list(rows.values_list("pk", "recipient", "gather_key")[:BATCH])
            if not found:
                return []
            things = {(recipient, key) for _pk, recipient, key in found if key} if settings.MAIL_GATHERING else set()
            waits = _moments_to_wait_for(things, at)
            for (recipient, key), moment in waits.items():
                due.filter(recipient=recipient, gather_key=key).update(not_before=moment)
            taken = {pk for pk, recipient, key in found if (recipient, key) not in things}
            taken.update(_of_things(due, things - waits.keys()).values_list("pk", flat=True))
            Mail.objects.filter(pk__in=taken).update(not_before=at + LEASE)
        if taken:
            return _groups(_readable().filter(pk__in=taken).order_by("created_at", "pk"))


def _moments_to_wait_for(things: set[tuple[int, str]], at: datetime) -> dict[tuple[int, str], datetime]:
    """When the next message may go to a recipient about a thing, if one was sent lately or is being sent.

    `things`: (recipient, gather key). Those about which nothing was sent lately are left out.
    """
    on_its_way = Q(status=Mail.Status.QUEUED, not_before__gt=at)
    lately = Q(status=Mail.Status.SENT, sent_at__gt=at - settings.MAIL_GATHERING)
    rows = _of_things(Mail.objects.filter(on_its_way | lately, mode=EmailMode.IMMEDIATE), things)
    waits: dict[tuple[int, str], datetime] = {}
    for mail in rows:
        moment = mail.sent_at + settings.MAIL_GATHERING if mail.sent_at else mail.not_before
        thing = (mail.recipient_id, mail.gather_key)
        waits[thing] = max(moment, waits.get(thing, moment))
    return waits


def _of_things(rows: Any, things: set[tuple[int, str]]) -> Any:
    """Those of `rows` that tell of one of `things`, each a recipient and a gather key."""
    chosen = Q(pk__in=[])
    for recipient, key in things:
        chosen |= Q(recipient=recipient, gather_key=key)
    return rows.filter(chosen)


def _groups(mails: Iterable[Mail]) -> list[list[Mail]]:
    groups: dict[tuple[int, str], list[Mail]] = {}
    for mail in mails:
        gathered = mail.gather_key if settings.MAIL_GATHERING else ""
        groups.setdefault((mail.recipient_id, gathered or mail.key), []).append(mail)
    return list(groups.values())


def _take_digests(at: datetime) -> list[Mail]:
    """All that is due for some users, user by user."""
    with transaction.atomic():
        due = Mail.objects.due_in_digest(at)
        users = list(due.order_by("recipient").values_list("recipient", flat=True).distinct()[:BATCH])
        mine = due.filter(recipient__in=users).select_for_update(of=("self",), skip_locked=True)
        taken = list(mine.values_list("pk", flat=True))
        Mail.objects.filter(pk__in=taken).update(not_before=at + LEASE)
    return list(_readable().filter(pk__in=taken).order_by("recipient", "created_at", "pk"))


def _readable() -> Any:
    return Mail.objects.select_related("recipient", "actor", "competition")


def _send(groups: list[list[Mail]], at: datetime) -> int:
    """One message for each group, over one connection."""
    connection = get_connection()
    sent = 0
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        for mails in groups:
            _failed(mails, error, at)
        raise ServerDown from error
    for mails in groups:
        wanted = _still_wanted(mails)
        if not wanted:
            continue
        try:
            letter = single_letter(wanted) if wanted[0].mode == EmailMode.IMMEDIATE else digest_letter(wanted)
            letter.connection = connection
            letter.send()
        except Exception as error:  # noqa: BLE001 -- one message that can't be sent must not hold up the others
            _failed(wanted, error, at)
            continue
        ids = [mail.pk for mail in wanted]
        Mail.objects.filter(pk__in=ids).update(status=Mail.Status.SENT, sent_at=at, last_error="")
        sent += 1
    connection.close()
    return sent


def _still_wanted(mails: list[Mail]) -> list[Mail]:
    """Those that may go: nobody took back what they tell, the account lives, has an address, and has not turned the
    kind off in the meantime."""
    recipient = mails[0].recipient
    chosen = dict(Preference.objects.filter(user=recipient).values_list("kind", "email"))
    reachable = recipient.is_active and not recipient.is_deleted and bool(recipient.email)
    wanted: list[Mail] = []
    dropped: list[Mail] = []
    waiting = set(Mail.objects.waiting().filter(pk__in=[mail.pk for mail in mails]).values_list("pk", flat=True))
    for mail in mails:
        if mail.pk not in waiting:
            continue
        off = chosen.get(mail.kind, KINDS[mail.kind].default.email) == EmailMode.OFF
        (dropped if off or not reachable else wanted).append(mail)
    if dropped:
        Mail.objects.filter(pk__in=[mail.pk for mail in dropped]).update(status=Mail.Status.DROPPED)
    return wanted


def _failed(mails: list[Mail], error: Exception, at: datetime) -> None:
    """Wait longer each time; give up, keeping the rows, after days."""
    log.warning("an email could not be sent", extra={"mails": len(mails), "error": type(error).__name__})
    for mail in mails:
        mail.attempts += 1
        mail.last_error = f"{type(error).__name__}: {error}"[:300].replace("\0", "")
        if mail.attempts > len(RETRIES):
            mail.status = Mail.Status.FAILED
        else:
            mail.not_before = at + RETRIES[mail.attempts - 1]
        # What was taken back in the meantime stays taken back.
        fields = ("attempts", "last_error", "status", "not_before")
        Mail.objects.waiting().filter(pk=mail.pk).update(**{name: getattr(mail, name) for name in fields})
