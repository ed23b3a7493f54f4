"""Writing down what is told: notifications and waiting e-mails, in a number of statements that no audience changes."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import EmptyResultSet
from django.db import connections, models, router, transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from accounts.models import User
from discussions.models import Comment, Discussion, Like
from notifications_api.digests import next_mornings
from notifications_api.happenings import Happening, Story, Telling, keys_of, like_key, likes_of, quote
from notifications_api.kinds import TALK, EmailMode
from notifications_api.models import Mail, Notification, Preference


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


def withdraw(post: Discussion | Comment) -> None:
    """Take back what was told of a post that was hidden or deleted; what was mailed is mailed.

    Every sentence about a comment says the title of its discussion: with a hidden one goes what was told of its
    comments, and of a deleted one, whose comments stay readable, the title.
    """
    keys, likes = keys_of(post), likes_of(post)
    with transaction.atomic():
        Notification.objects.filter(key__in=keys).delete()
        Mail.objects.waiting().filter(key__in=keys).update(status=Mail.Status.DROPPED)
        if post.author_id is not None:
            Notification.objects.filter(recipient=post.author_id, gather_key=likes).delete()
            mails = Mail.objects.waiting().filter(recipient=post.author_id, gather_key=likes)
            mails.update(status=Mail.Status.DROPPED)
        if isinstance(post, Comment):
            _withdraw_act(post)
        else:
            _withdraw_thread(post)


def withdraw_like(post: Discussion | Comment, *, by: int) -> None:
    """Take `by` out of what was told of likes of the post, unless they like it again.

    What was read stays as it was read, and what was mailed is mailed; who likes again after that is not told twice.
    """
    if post.author_id is None:
        return
    act = like_key(post, by)
    with transaction.atomic():
        _lock(post.author_id)
        # Looked at under the lock: a like that comes later is told after this.
        if Like.objects.of(post).filter(user=by).exists():
            return
        # Gone, not dropped: the same like may be given again, and then waits anew.
        Mail.objects.waiting().filter(recipient=post.author_id, key=act).delete()
        rows = Notification.objects.filter(recipient=post.author_id, gather_key=likes_of(post), unread=True)
        row = rows.select_for_update(of=("self",)).first()
        if row is not None:
            _withdraw_liker(row, post, act)


# --- notifications ----------------------------------------------------------------------------------------------------
def _notify(happening: Happening, telling: Telling, users: models.QuerySet[User]) -> None:
    if not telling.gather_key:
        _insert_for_each(Notification, users, _notification(happening, telling))
        return
    for pk in users.values_list("pk", flat=True):
        _gather(happening, telling, pk)


def _notification(happening: Happening, telling: Telling) -> dict[str, Any]:
    """What one notification of this says, whoever gets it."""
    actor, about = happening.actor, happening.about
    return {
        **_words(happening, telling),
        "key": "" if telling.gather_key else happening.key,
        "verb": telling.kind.value,
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
        "kind": telling.kind.value,
        "gather_key": telling.gather_key,
        "competition_id": happening.competition.pk if happening.competition else None,
        "title": happening.title[:200],
        "excerpt": happening.excerpt[:200],
        "url": happening.url[:200],
        "params": happening.params,
    }


def _gather(happening: Happening, telling: Telling, recipient: int) -> None:
    """Add to the unread notification on the same thing, or start one. The recipient's row is the lock."""
    _lock(recipient)
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
    row.excerpt = happening.excerpt[:200]
    row.updated_at = max(row.updated_at, happening.at)
    row.save(update_fields=["acts", "actor_count", "actor_object_id", "excerpt", "updated_at"])


def _lock(recipient: int) -> None:
    """Under this lock acts are gathered and withdrawn."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=recipient)


def _withdraw_liker(row: Notification, post: Discussion | Comment, act: str) -> None:
    if row.actor_count > len(row.acts):
        # More than a row remembers: as the likes themselves tell, that are not older than the notification.
        likers = Like.objects.of(post).exclude(user=post.author_id).filter(created_at__gte=row.timestamp)
        acts = [[pk, like_key(post, pk)] for pk in likers.order_by("created_at", "pk").values_list("user", flat=True)]
    else:
        acts = [[actor, key] for actor, key in row.acts if key != act]
        if len(acts) == len(row.acts):
            # It was told before this notification, in one that was read.
            return
    if not acts:
        row.delete()
        return
    latest = acts[-1][0]
    row.acts, row.actor_count, row.actor_object_id = acts[-Notification.MAX_ACTS :], len(acts), str(latest)
    if (like := Like.objects.of(post).filter(user=latest).first()) is not None:
        row.updated_at = like.created_at
    row.save(update_fields=["acts", "actor_count", "actor_object_id", "updated_at"])


def _withdraw_thread(discussion: Discussion) -> None:
    """Take back what was told of talk in a discussion, or its title; reports stay, for those who decide about them."""
    notifications = Notification.objects.filter(discussion=discussion, kind__in=TALK)
    comments = Comment.objects.filter(discussion=discussion).values("pk")
    keys = comments.annotate(told=Concat(Value("comment:"), Cast("pk", CharField()))).values("told")
    likes = comments.annotate(told=Concat(Value("like:comment:"), Cast("pk", CharField()))).values("told")
    told = Q(key__in=keys) | Q(gather_key__in=likes)
    mails = Mail.objects.waiting().filter(told)
    if discussion.is_hidden:
        notifications.delete()
        mails.update(status=Mail.Status.DROPPED)
    else:
        notifications.update(title="")
        mails.update(title="")


def _withdraw_act(comment: Comment) -> None:
    """Take a comment out of the notifications that gathered it."""
    gathered = [f"comment:discussion:{comment.discussion_id}", f"reply:comment:{comment.parent_id}"]
    concerned = [comment.discussion.author_id, comment.parent.author_id if comment.parent else None]
    rows = Notification.objects.filter(recipient__in=[pk for pk in concerned if pk], gather_key__in=gathered)
    for row in rows.select_for_update(of=("self",)):
        acts = [[actor, key] for actor, key in row.acts if key != f"comment:{comment.pk}"]
        if len(acts) == len(row.acts):
            continue
        if not acts:
            row.delete()
            continue
        row.acts, row.actor_count = acts, len({actor for actor, _key in acts})
        row.actor_object_id = str(acts[-1][0]) or None
        ids = [int(key.rpartition(":")[2]) for _actor, key in acts]
        left = Comment.objects.select_related("discussion__competition").in_bulk([ids[0], ids[-1]])
        if (first := left.get(ids[0])) is not None:
            row.target_object_id, row.url = str(first.pk), first.get_absolute_url()[:200]
        row.excerpt = quote(left[ids[-1]]) if ids[-1] in left else ""
        row.save(update_fields=["acts", "actor_count", "actor_object_id", "target_object_id", "excerpt", "url"])


# --- e-mails ----------------------------------------------------------------------------------------------------------
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

    INSERT ... SELECT: one statement for ten users or ten thousand.
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
        f"SELECT {', '.join(values)} FROM ({who}) AS who WHERE true ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *who_params])
