"""`/api/competitions/<slug or id>/phases/`, and below each phase what belongs to it."""

from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from competitions.leaderboards.urls import urlpatterns as leaderboards
from competitions.metrics.urls import urlpatterns as metrics
from competitions.phases.addresses import below_phases
from competitions.phases.views import PhaseViewSet
from competitions.solution.urls import urlpatterns as solution

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/phases", PhaseViewSet, basename="phase")

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    *below_phases([*leaderboards, *solution, *metrics]),
]
