"""`/api/competitions/<slug or id>/leaderboard/`."""

from rest_framework.routers import SimpleRouter

from competitions.leaderboards import views

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/leaderboard", views.LeaderboardViewSet, basename="leaderboard")

urlpatterns = router.urls
