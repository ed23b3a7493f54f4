"""What the rules say no to when organisers try out files and set baselines."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.refusals import Conflict, Refusal
from submissions.messages import translated

MOST_BASELINES = 20
MOST_TRIALS = 500
NAME_CHARACTERS = 80


class InvalidTrial(Refusal):
    """`problems`: the coded, located faults of the file, with their text in the reader's language. Nothing is kept."""

    code = "invalid_file"
    message = _("The file can't be scored.")
    attr = "file"

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        self.problems = translated(problems)
        super().__init__()

    @property
    def detail(self) -> str:
        return " ".join(str(problem["detail"]) for problem in self.problems) or str(self.message)


class TrialNotScored(Conflict):
    code = "trial_not_scored"
    message = _("Only a file that was scored can be a baseline.")


class TrialIsBaseline(Conflict):
    code = "trial_is_baseline"
    message = _("This file is a baseline: take it off the leaderboard first.")


class BaselineNameTaken(Refusal):
    code = "baseline_name_taken"
    message = _("Another baseline has this name.")
    attr = "name"


class InvalidBaselineName(Refusal):
    code = "invalid_baseline_name"
    message = _("A name is a text of 1 to %(limit)d characters.")
    attr = "name"

    def __init__(self) -> None:
        super().__init__(limit=NAME_CHARACTERS)


class TooManyBaselines(Conflict):
    code = "too_many_baselines"
    message = _("A competition has at most %(limit)d baselines.")

    def __init__(self) -> None:
        super().__init__(limit=MOST_BASELINES)


class TooManyTrials(Conflict):
    code = "too_many_trials"
    message = _("There are %(limit)d trials: delete some first.")

    def __init__(self) -> None:
        super().__init__(limit=MOST_TRIALS)
