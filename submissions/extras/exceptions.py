"""What the rules say no to when an organiser gives extra submissions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.refusals import Conflict, Refusal
from submissions.models import MOST_EXTRA


class InvalidExtra(Refusal):
    code = "invalid_extra"
    message = _("Give from 1 to %(limit)d extra submissions at once.")
    attr = "count"

    def __init__(self) -> None:
        super().__init__(limit=MOST_EXTRA)


class NothingIsLimited(Conflict):
    code = "nothing_is_limited"
    message = _("This competition does not limit submissions: there is nothing to add to.")
