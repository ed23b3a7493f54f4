"""What the rules say no to when organisers exclude, and when teams answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.refusals import Conflict, Forbidden, Refusal
from submissions.models import ANSWER_CHARACTERS


class AlreadyExcluded(Conflict):
    code = "already_excluded"
    message = _("It is excluded already: another organiser was quicker.")


class NothingToVoid(Conflict):
    code = "nothing_to_void"
    message = _("This submission was never scored: it counts for nothing anyway.")


class AlreadyLifted(Conflict):
    code = "already_lifted"
    message = _("The exclusion has been taken back already.")


class AlreadyAnswered(Conflict):
    code = "already_answered"
    message = _("Your team has answered already.")


class NotExcludedTeam(Forbidden):
    code = "not_excluded_team"
    message = _("Only members of the team may answer.")


class InvalidAnswer(Refusal):
    code = "invalid_answer"
    message = _("An answer is a text of 1 to %(limit)d characters.")
    attr = "answer"

    def __init__(self) -> None:
        super().__init__(limit=ANSWER_CHARACTERS)
