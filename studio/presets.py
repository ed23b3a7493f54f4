"""Clocks and limits for the usual kinds of event, as a beginning: everything can be changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from competitions.models import Competition
from competitions.organising.editing import edit_competition

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Preset:
    """An event. `merge_before`, `entry_before`: how long before the end teams merge, and people join, at the latest."""

    label: str | Promise
    lasts: timedelta
    daily: int
    selectable: int
    team: int
    merge_before: timedelta
    entry_before: timedelta
    freezes_minutes: int
    objection_minutes: int
    total: int | None = None


PRESETS = {
    "day": Preset(
        _("8 hours in one room"), timedelta(hours=8), 30, 2, 5, timedelta(hours=2), timedelta(hours=1), 30, 15
    ),
    "week": Preset(_("a week online"), timedelta(days=7), 10, 2, 5, timedelta(days=2), timedelta(days=1), 0, 24 * 60),
    "month": Preset(
        _("a month online"), timedelta(days=30), 5, 2, 5, timedelta(days=7), timedelta(days=7), 0, 2 * 24 * 60
    ),
    "course": Preset(_("a course"), timedelta(days=98), 3, 2, 3, timedelta(days=14), timedelta(days=7), 0, 7 * 24 * 60),
}


def set_clock(*, competition: Competition, preset: str, starts_at: datetime, by: User, at: datetime) -> Competition:
    """Set clock and limits of a draft by a preset.

    Raises:
        As `edit_competition`.
    """
    chosen = PRESETS[preset]
    ends_at = starts_at + chosen.lasts
    changes: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "entry_deadline": ends_at - chosen.entry_before,
        "merge_deadline": ends_at - chosen.merge_before,
        "daily_submission_limit": chosen.daily,
        "total_submission_limit": chosen.total,
        "selectable_submissions": chosen.selectable,
        "max_team_size": chosen.team,
        "objection_minutes": chosen.objection_minutes,
        "board_freeze_minutes": chosen.freezes_minutes,
    }
    return edit_competition(competition=competition, changes=changes, by=by, at=at)
