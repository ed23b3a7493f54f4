"""`/api/competitions/<slug or id>/phases/`, and below each phase what belongs to it."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from competitions.grades.urls import urlpatterns as grades
from competitions.leaderboards.urls import urlpatterns as leaderboards
from competitions.metrics.urls import urlpatterns as metrics
from competitions.phases.addresses import PHASE, below_phases
from competitions.phases.views import NamedTeamsViewSet, PhaseViewSet
from competitions.solution.urls import urlpatterns as solution

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/phases", PhaseViewSet, basename="phase")

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path(
        f"{PHASE}teams/",
        NamedTeamsViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update"}),
        name="phase-teams",
    ),
    *below_phases([*leaderboards, *solution, *metrics, *grades]),
]
