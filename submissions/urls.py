"""Below /api/. `teams/submissions/` is for whoever submits; the rest is about what is there."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from submissions import views

router = SimpleRouter(use_regex_path=False)
router.register("teams/submissions", views.SubmitViewSet, basename="submit")
router.register("teams/<int:pk>/submissions", views.TeamSubmissionViewSet, basename="team-submission")
router.register("submissions", views.SubmissionViewSet, basename="submission")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(router.urls)),
    path("", include("submissions.exclusion.urls")),
    path("", include("submissions.extras.urls")),
    path("", include("submissions.trials.urls")),
    path("teams/<int:pk>/allowance/", views.AllowanceViewSet.as_view({"get": "retrieve"}), name="team-allowance"),
    path("competitions/<slug:competition>/", include("submissions.runs.urls")),
    path("competitions/<slug:competition>/", include("submissions.analyses.urls")),
    path("competitions/<slug:competition>/", include("submissions.activity.urls")),
    path("", include("submissions.phase_urls")),
]
