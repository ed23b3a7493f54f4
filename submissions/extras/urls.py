"""Below /api/: extra submissions of a team."""

from rest_framework.routers import SimpleRouter

from submissions.extras import views

router = SimpleRouter(use_regex_path=False)
router.register("teams/<int:pk>/extra-submissions", views.ExtraSubmissionsViewSet, basename="team-extra-submissions")

urlpatterns = router.urls
