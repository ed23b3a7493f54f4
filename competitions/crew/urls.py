"""Below /api/: who organises a competition, who helps, and whom they have asked."""

from rest_framework.routers import SimpleRouter

from competitions.crew import views

COMPETITION = "competitions/<slug:competition>"

router = SimpleRouter(use_regex_path=False)
router.register(f"{COMPETITION}/crew", views.CrewViewSet, basename="competition-crew")
router.register(
    f"{COMPETITION}/crew-invitations", views.CrewInvitationOfCompetitionViewSet, basename="competition-crew-invitation"
)
router.register("crew-invitations", views.CrewInvitationViewSet, basename="crew-invitation")

urlpatterns = router.urls
