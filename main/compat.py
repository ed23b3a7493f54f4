"""Shims that let an otherwise healthy dependency run on our Django.

Imported by the settings, before the app registry loads.
"""

from django.db.models import options


def accept_index_together() -> None:
    """Let django-notifications-hq 1.8.3 import on Django >= 5.1.

    The `Meta` of its abstract model still names `index_together`, which Django 5.1 removed and refuses at import time.
    Nothing reads the option any more: accepting the name is enough. Our own notification model declares real indexes.
    """
    if "index_together" not in options.DEFAULT_NAMES:
        options.DEFAULT_NAMES = (*options.DEFAULT_NAMES, "index_together")


def spell_out_index_together() -> None:
    """Let `makemigrations` compare the library's model with its migrations.

    The option's value used to be brought into the form of the migrations by Django, which forgot how. To be called when
    the models are loaded.
    """
    from notifications.models import Notification  # noqa: PLC0415 -- models need the app registry

    Notification._meta.original_attrs["index_together"] = {("recipient", "unread")}
