"""`/api/competitions/<slug or id>/leaderboard/combined/`: of all phases together, and so below none of them."""

from rest_framework.routers import SimpleRouter

from competitions.combined.views import CombinedViewSet

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/leaderboard", CombinedViewSet, basename="leaderboard")

urlpatterns = router.urls
