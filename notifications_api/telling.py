"""Writing down what is told: notifications and waiting emails, in a number of statements that no audience changes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connections, models, router, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus

from accounts.models import User
from foundation.languages import translations_of
from foundation.worker import uses_database_queue
from notifications_api import mail, registry
from notifications_api.digests import next_mornings
from notifications_api.models import Mail, Notification, Preference
from notifications_api.registry import EmailMode, Happening, Story, Telling

log = logging.getLogger(__name__)

TRIES = 4
# Telling ten thousand takes a second.
LONGEST = timedelta(minutes=15)


def tell(story: Story) -> None:
    """Tell everybody concerned, once each and in their first role; never the one who did it. Safe to repeat."""
    happening, tellings = story
    told: list[models.QuerySet[User]] = []
    with transaction.atomic():
        for telling in tellings:
            users = telling.users.order_by()
            if happening.actor is not None:
                users = users.exclude(pk=happening.actor.pk)
            for earlier in told:
                users = users.exclude(pk__in=earlier.values("pk"))
            told.append(Preference.objects.wanting_anything(telling.users, telling.kind))
            _notify(happening, telling, Preference.objects.wanting_in_app(users, telling.kind))
            _mail(happening, telling, users)


@task()
def tell_of(occasion: str, model: str, pk: int, at: str, *, by: int | None, mentioned: list[int]) -> None:
    """Tell everybody of an occasion, outside of the request of whoever caused it. Safe to run twice.

    `occasion`: its name in the register. `model`, `pk`: the row it is about, loaded anew here. `at`: ISO 8601.
    """
    declared, moment = registry.occasions()[occasion], datetime.fromisoformat(at)
    row = declared.find(model, pk)
    # Taken back in the meantime: nothing to tell.
    if row is None or not declared.still_holds(row, moment):
        return
    story = declared.story(row, at=moment, by=_user(by), mentioned=mentioned)
    again_if_busy(lambda: tell(story))
    # Whoever removed it while it was told found nothing to take back yet.
    for withdrawal in dict.fromkeys(each for kind in registry.kinds_told_on(declared) for each in kind.withdrawals):
        told, act_of = withdrawal.after_telling(row)
        if (fresh := withdrawal.find(str(told._meta.model_name), told.pk)) is not None:
            again_if_busy(partial(withdrawal.withdraw, fresh, act_of))
    mail.deliver_if_due(timezone.now())


def tell_again(at: datetime) -> int:
    """Hand what a killed worker was telling to another one; who was told already is not told twice. Returns how many.

    The database queue only: others look after their own jobs.
    """
    if not uses_database_queue():
        return 0
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 -- installed, though not always in use

    tellings = DBTaskResult.objects.filter(task_path__startswith="notifications_api.").exclude(
        task_path=mail.deliver_mail.module_path  # Takes as long as it takes, and is called again and again.
    )
    lost = tellings.filter(status=TaskResultStatus.RUNNING, started_at__lt=at - LONGEST)
    handed_on = 0
    for job in lost:
        with transaction.atomic():
            # Of several workers that look, one wins.
            if lost.filter(pk=job.pk).update(
                status=TaskResultStatus.FAILED, finished_at=at, exception_class_path="notifications_api.WorkerLost"
            ):
                job.task.enqueue(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
                handed_on += 1
                log.info("a lost job was handed on", extra={"job": str(job.pk), "task": job.task_path})
    return handed_on


def again_if_busy(act: Callable[[], None]) -> None:
    """Call a function, and again where the database was busy: nobody else would, and it is safe to repeat."""
    for tries_left in reversed(range(TRIES)):
        try:
            act()
            break
        except OperationalError:
            if not tries_left:
                raise


def lock_recipient(pk: int) -> None:
    """Lock a user's row until the transaction ends: under this lock acts are gathered and withdrawn."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _user(pk: int | None) -> User | None:
    return User.objects.filter(pk=pk).first() if pk is not None else None


# --- notifications ----------------------------------------------------------------------------------------------------
def _notify(happening: Happening, telling: Telling, users: models.QuerySet[User]) -> None:
    if not telling.gather_key:
        _insert_for_each(Notification, users, _notification(happening, telling))
        return
    # In one order: each recipient is locked, and two that tell many wait for each other.
    for pk in users.order_by("pk").values_list("pk", flat=True):
        _gather(happening, telling, pk)


def _notification(happening: Happening, telling: Telling) -> dict[str, Any]:
    """What one notification of this says, whoever gets it."""
    actor, about = happening.actor, happening.about
    return {
        **_words(happening, telling),
        "key": "" if telling.gather_key else happening.key,
        "verb": telling.kind,
        "actor_content_type_id": ContentType.objects.get_for_model(User).pk if actor else None,
        "actor_object_id": str(actor.pk) if actor else None,
        "acts": [[actor.pk, happening.key]] if actor and telling.gather_key else [],
        "target_content_type_id": ContentType.objects.get_for_model(about).pk,
        "target_object_id": str(about.pk),
        "discussion_id": happening.discussion.pk if happening.discussion else None,
        "timestamp": happening.at,
        "updated_at": happening.at,
    }


def _words(happening: Happening, telling: Telling) -> dict[str, Any]:
    return {
        "kind": telling.kind,
        "gather_key": telling.gather_key,
        "competition_id": happening.competition.pk if happening.competition else None,
        "title": happening.title[:200],
        "excerpt": happening.excerpt[:200],
        **{column: text[:200] for column, text in happening.translations.items()},
        "url": happening.url[:200],
        "params": happening.params,
    }


def _gather(happening: Happening, telling: Telling, recipient: int) -> None:
    """Add to the unread notification on the same thing, or start one. The recipient's row is the lock."""
    lock_recipient(recipient)
    rows = Notification.objects.filter(recipient=recipient, gather_key=telling.gather_key)
    if any(key == happening.key for acts in rows.values_list("acts", flat=True) for _actor, key in acts):
        return
    # Locked too: the recipient may read or delete it in this moment.
    row = rows.filter(unread=True).select_for_update(of=("self",)).first()
    if row is None:
        Notification.objects.create(recipient_id=recipient, **_notification(happening, telling))
        return
    actor = happening.actor.pk if happening.actor else 0
    if actor not in {known for known, _key in row.acts}:
        row.actor_count += 1
    row.acts = [*row.acts, [actor, happening.key]][-Notification.MAX_ACTS :]
    row.actor_object_id = str(actor) if actor else None
    row.updated_at = max(row.updated_at, happening.at)
    row.excerpt = happening.excerpt[:200]
    excerpts = translations_of("excerpt")
    for column in excerpts:
        setattr(row, column, happening.translations.get(column, "")[:200])
    row.save(update_fields=["acts", "actor_count", "actor_object_id", "excerpt", *excerpts, "updated_at"])


# --- emails ----------------------------------------------------------------------------------------------------------
def _mail(happening: Happening, telling: Telling, users: models.QuerySet[User]) -> None:
    constants = {
        **_words(happening, telling),
        "key": happening.key,
        "actor_id": happening.actor.pk if happening.actor else None,
        "created_at": happening.at,
    }
    wanting = Preference.objects.wanting_email
    at_once = wanting(users, telling.kind, EmailMode.IMMEDIATE)
    _insert_for_each(Mail, at_once, {**constants, "mode": EmailMode.IMMEDIATE, "not_before": happening.at})
    daily = wanting(users, telling.kind, EmailMode.DIGEST)
    # One statement for each time zone that has not had its morning: there are a few dozen at most.
    for zone, morning in next_mornings(daily.values_list("time_zone", flat=True).distinct(), happening.at).items():
        mails = {**constants, "mode": EmailMode.DIGEST, "not_before": morning}
        _insert_for_each(Mail, daily.filter(time_zone=zone), mails)


def _insert_for_each(model: type[models.Model], users: models.QuerySet[User], constants: dict[str, Any]) -> None:
    """One row for each of `users`, all alike but for the recipient; rows that are there already stay as they are.

    INSERT ... SELECT: one statement for ten users or ten thousand. In the order of their ids, whatever way the database
    finds them by: so rows are numbered alike, and two that tell the same people never wait for each other in a circle.
    """
    alias = router.db_for_write(model)
    connection = connections[alias]
    quote = connection.ops.quote_name
    blank = model(**constants)
    columns, values, params = [], [], []
    for column in model._meta.concrete_fields:
        if column.primary_key:
            continue
        columns.append(quote(str(column.column)))
        if column.name == "recipient":
            values.append("who.id")
            continue
        values.append("%s")
        params.append(column.get_db_prep_save(getattr(blank, column.attname), connection))
    try:
        who, who_params = users.order_by().values("id").query.get_compiler(alias).as_sql()
    except EmptyResultSet:
        return
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) "  # noqa: S608 -- names of our own models
        f"SELECT {', '.join(values)} FROM ({who}) AS who WHERE true ORDER BY who.id ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *who_params])
