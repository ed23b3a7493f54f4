"""Who may try out files and set baselines."""

from __future__ import annotations

from typing import Any

from competitions import permissions as can
from competitions.models import Competition
from foundation.verdict import Verdict


def try_out(user: Any, competition: Competition) -> Verdict:
    """Try out files, and set and remove baselines: organisers, at any time. They see public scores alone."""
    return can.edit(user, competition)
