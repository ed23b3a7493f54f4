"""`/api/competitions/{competition}/`: private scoring and what opens the private leaderboard."""

from rest_framework.routers import SimpleRouter

from submissions.runs import views

router = SimpleRouter(use_regex_path=False)
router.register("scoring-runs", views.ScoringRunViewSet, basename="scoring-run")
router.register("private-leaderboard", views.ConfirmationViewSet, basename="private-leaderboard")
router.register("leaderboard/private", views.PreviewViewSet, basename="leaderboard-private")

urlpatterns = router.urls
