"""`/api/competitions/<slug or id>/phases/<number>/`: submissions to a phase, its scoring and its confirmation."""

from django.urls import URLPattern

from competitions.phases.addresses import COMPETITION, below_phases
from submissions.activity.urls import urlpatterns as activity
from submissions.analyses.urls import urlpatterns as analyses
from submissions.exclusion.urls import of_competition
from submissions.runs.urls import urlpatterns as runs
from submissions.trials.urls import urlpatterns as trials

urlpatterns: list[URLPattern] = [
    *below_phases([*runs, *analyses, *activity], under=COMPETITION),
    *below_phases([*trials, *of_competition]),
]
