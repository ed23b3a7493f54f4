"""Below /api/: exclusions of teams and of submissions."""

from rest_framework.routers import SimpleRouter

from submissions.exclusion import views

COMPETITION = "competitions/<slug:competition>"

router = SimpleRouter(use_regex_path=False)
router.register(f"{COMPETITION}/exclusions", views.ExclusionOfCompetitionViewSet, basename="competition-exclusion")
router.register("teams/<int:pk>/exclusions", views.ExclusionOfTeamViewSet, basename="team-exclusion")
router.register("submissions/<int:pk>/exclusions", views.ExclusionOfSubmissionViewSet, basename="submission-exclusion")
router.register("exclusions", views.ExclusionViewSet, basename="exclusion")

submissions = SimpleRouter(use_regex_path=False)
submissions.register(f"{COMPETITION}/submissions", views.OrganisersSubmissionViewSet, basename="competition-submission")
# What a phase has too.
of_competition = submissions.urls

urlpatterns = [*router.urls, *of_competition]
