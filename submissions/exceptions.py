"""What the rules say no to when somebody submits or selects.

Messages carry the submitter's own words, limits and the clock; never a score or a value of the solution.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _, ngettext_lazy

from foundation.refusals import Conflict, Refusal
from submissions.models import Submission


class TooManyRequests(Refusal):
    code = "throttled"
    status = 429


# --- limits -----------------------------------------------------------------------------------------------------------
class DailyLimitReached(TooManyRequests):
    """`resets_at`: when the next submission day begins, as ISO 8601; `retry_after`: seconds until then."""

    code = "daily_limit_reached"
    message = ngettext_lazy(
        "Your team has used its %(limit)d submission of the day. The next day begins at %(resets_at)s.",
        "Your team has used all its %(limit)d submissions of the day. The next day begins at %(resets_at)s.",
        "limit",
    )

    def __init__(self, *, limit: int, resets_at: datetime, at: datetime) -> None:
        super().__init__(limit=limit, resets_at=resets_at.isoformat())
        self.retry_after = math.ceil((resets_at - at).total_seconds())


class TotalLimitReached(Conflict):
    code = "total_limit_reached"
    message = ngettext_lazy(
        "Your team has used its %(limit)d submission of this competition.",
        "Your team has used all its %(limit)d submissions of this competition.",
        "limit",
    )


class TooManyRefused(TooManyRequests):
    """`resets_at`: when the next file is accepted, as ISO 8601; `retry_after`: seconds until then."""

    code = "too_many_refused"
    message = _(
        "Your team has sent too many files, or too large ones, that could not be scored. "
        "The next one is accepted at %(resets_at)s."
    )

    def __init__(self, *, resets_at: datetime, at: datetime) -> None:
        super().__init__(resets_at=resets_at.isoformat())
        self.retry_after = max(1, math.ceil((resets_at - at).total_seconds()))


class NothingToScoreWith(Conflict):
    code = "no_solution_yet"
    message = _("The organisers have not uploaded the solution yet: nothing can be scored before.")


# --- the file and what comes with it ----------------------------------------------------------------------------------
class FileTooLarge(Refusal):
    code = "file_too_large"
    status = 413
    message = _("The file has %(size)d bytes; at most %(limit)d are accepted.")
    attr = "file"


class InvalidMemo(Refusal):
    code = "invalid_memo"
    message = _("A memo is text of at most %(limit)d characters, without control characters.")
    attr = "memo"


class InvalidCvScore(Refusal):
    code = "invalid_cv_score"
    message = _("A CV score is a finite number.")
    attr = "cv_score"


class InvalidExperiment(Refusal):
    """`where`: the place in the experiment, such as `params.lr`; `expected`: the name of one of `expectations`."""

    code = "invalid_experiment"
    message = _("“%(where)s” must be %(expected)s.")
    attr = "experiment"
    expectations: ClassVar = {
        "object": _("an object of names and values"),
        "list": _("a list of texts"),
        "text": _("a text of at most %(limit)d characters, without control characters"),
        "number": _("a finite number"),
        "name": _("a name of 1 to %(limit)d characters, without control characters"),
        "url": _("an address that begins with http:// or https://"),
    }

    @property
    def detail(self) -> str:
        expected = str(self.expectations[self.params["expected"]]) % self.params
        return str(self.message) % {**self.params, "expected": expected}


class UnknownInExperiment(Refusal):
    code = "unknown_in_experiment"
    message = _("An experiment has no “%(name)s”: it may have %(known)s.")
    attr = "experiment"


class ExperimentTooDeep(Refusal):
    code = "experiment_too_deep"
    message = _("“%(where)s”: groups within groups may go down %(limit)d levels.")
    attr = "experiment"


class ExperimentTooMany(Refusal):
    code = "experiment_too_many"
    message = _("An experiment has at most %(limit)d values.")
    attr = "experiment"


class ExperimentTooLarge(Refusal):
    code = "experiment_too_large"
    message = _("An experiment has at most %(limit)d bytes, not %(size)d.")
    attr = "experiment"


class InvalidFile(Refusal):
    """The file can't be scored. It is kept as a refused submission and does not count against any limit.

    `problems`: the coded, located faults with their text in the reader's language; `submission`: the kept row.
    """

    code = "invalid_file"
    message = _("The file can't be scored.")
    attr = "file"

    def __init__(self, *, submission: Submission) -> None:
        super().__init__()
        self.submission = submission

    @property
    def problems(self) -> list[dict[str, Any]]:
        from submissions.messages import translated  # noqa: PLC0415 -- messages are only needed when something is wrong

        return translated(self.submission.problems)

    @property
    def detail(self) -> str:
        return " ".join(str(problem["detail"]) for problem in self.problems) or str(self.message)


class ScoringFailed(Refusal):
    """Something broke on our side. The submission is kept as failed and does not count against any limit."""

    code = "scoring_failed"
    status = 503
    message = _("The file could not be scored because of a fault on our side. It does not count; please try again.")
    retry_after = 10


class Undecided(Refusal):
    """The server failed after it counted the submission and before it scored it; a periodic job settles it soon."""

    code = "submission_undecided"
    status = 503
    message = _(
        "A fault on our side came while your submission was being received. Look at your list of submissions in a "
        "minute: send it again only if it is not there."
    )
    retry_after = 60


class Overloaded(Refusal):
    """More is waiting to be scored than this server takes on. Nothing was kept or counted."""

    code = "overloaded"
    status = 503
    message = _("Very many submissions are being scored right now. Yours was not counted: send it again in a moment.")
    retry_after = 15


# --- receipts ---------------------------------------------------------------------------------------------------------
class NoReceipt(Refusal):
    code = "no_receipt"
    status = 404
    message = _(
        "There is no receipt: it is given once a submission is scored, and was not yet given when this one was scored."
    )


class NotSealed(Refusal):
    code = "receipt_not_sealed"
    status = 404
    message = _(
        "This receipt is in no root: the root is put into the competition log after the end, and holds no late "
        "submissions."
    )


# --- selection --------------------------------------------------------------------------------------------------------
class TooManySelected(Conflict):
    code = "too_many_selected"
    message = ngettext_lazy(
        "Your team may select %(limit)d submission for the final ranking: take another one back first.",
        "Your team may select %(limit)d submissions for the final ranking: take another one back first.",
        "limit",
    )


class LateNotSelectable(Conflict):
    code = "late_not_selectable"
    message = _("A late submission can't be selected.")


class SubmissionVoid(Conflict):
    code = "submission_void"
    message = _("The organisers have taken this submission out of the ranking.")


class NotScored(Conflict):
    code = "not_scored"
    message = _("Only a scored submission can be selected.")
