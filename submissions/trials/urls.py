"""Below /api/: trials of organisers."""

from rest_framework.routers import SimpleRouter

from submissions.trials import views

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/trials", views.TrialViewSet, basename="competition-trial")

urlpatterns = router.urls
