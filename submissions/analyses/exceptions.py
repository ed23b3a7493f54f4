"""What the rules say no to when organisers look for copies or measure noise."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.refusals import Conflict, Refusal


class AnalysisActive(Conflict):
    code = "analysis_active"
    message = _("It is being worked on already: wait until it is complete, or cancel it.")


class AnalysisOver(Conflict):
    code = "analysis_over"
    message = _("It has ended: there is nothing to cancel.")


class NoBaseline(Refusal):
    code = "no_baseline"
    message = _("Choose a scored submission of an organiser's own team: the noise is measured on a baseline only.")
    attr = "submission"
