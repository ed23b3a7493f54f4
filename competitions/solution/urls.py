"""`/api/competitions/<slug or id>/solution/` and `/submission-schema/`."""

from competitions.solution import views
from foundation.routers import SingletonRouter

router = SingletonRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/solution", views.SolutionViewSet, basename="competition-solution")
router.register(
    "competitions/<slug:competition>/submission-schema", views.SubmissionSchemaViewSet, basename="submission-schema"
)

urlpatterns = router.urls
