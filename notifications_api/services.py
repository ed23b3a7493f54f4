"""What users do with their notifications and preferences."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from notifications_api.models import Notification, Preference
from notifications_api.querysets import NotificationQuerySet
from notifications_api.registry import KINDS


def mark_read(rows: NotificationQuerySet) -> int:
    """Mark these as read; returns how many were unread."""
    return rows.filter(unread=True).update(unread=False)


def mark_unread(*, notification: Notification) -> None:
    """Mark it as unread again. One that gathers stays read while a newer one gathers the same."""
    with transaction.atomic():
        # The recipient's row is the lock under which acts are gathered.
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=notification.recipient_id)
        same = Notification.objects.filter(
            recipient=notification.recipient_id, gather_key=notification.gather_key, unread=True
        )
        if notification.gather_key and same.exists():
            return
        Notification.objects.filter(pk=notification.pk).update(unread=True)


def delete(rows: NotificationQuerySet) -> int:
    deleted, _by_model = rows.delete()
    return deleted


def preferences(user: User) -> list[dict[str, Any]]:
    """One entry for each kind that can concern the user, chosen or by default."""
    chosen = {row.kind: row for row in Preference.objects.filter(user=user)}
    return [
        {
            "kind": name,
            "label": kind.label,
            "in_app": chosen[name].in_app if name in chosen else kind.default.in_app,
            "email": chosen[name].email if name in chosen else kind.default.email.value,
        }
        for name, kind in KINDS.items()
    ]


def choose(*, user: User, choices: list[dict[str, Any]]) -> None:
    """Write what the user chose; what is not named stays as it was."""
    present = {entry["kind"]: entry for entry in preferences(user)}
    for choice in choices:
        present[choice["kind"]].update({name: choice[name] for name in ("in_app", "email") if name in choice})
    rows = [
        Preference(user=user, kind=kind, in_app=present[kind]["in_app"], email=present[kind]["email"])
        for kind in dict.fromkeys(choice["kind"] for choice in choices)
    ]
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["in_app", "email"]
    )
