"""The settings of a server whose clock a test can move: `server_in(var, DJANGO_SETTINGS_MODULE="tests.e2e.moved_clock")`.

By how many seconds stands in the file `clock` of its data folder; without the file it runs like every other.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from main.settings import *  # noqa: F403
from main.settings import VAR_DIR

_real_now = timezone.now


def _moved_now() -> datetime:
    try:
        moved = float((VAR_DIR / "clock").read_text())
    except FileNotFoundError:
        moved = 0.0
    return _real_now() + timedelta(seconds=moved)


timezone.now = _moved_now
