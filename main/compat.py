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
