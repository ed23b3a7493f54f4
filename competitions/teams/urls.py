"""Below /api/: entering, teams, and how they grow: by invitations and merges."""

from rest_framework.routers import SimpleRouter

from competitions.teams.views import achievements, brackets, entering, joining, teams
from foundation.routers import SingletonRouter

COMPETITION, TEAM = "competitions/<slug:competition>", "teams/<int:pk>"

router = SimpleRouter(use_regex_path=False)
router.register(COMPETITION, entering.EnteringViewSet, basename="competition")
router.register(f"{COMPETITION}/teams", teams.TeamOfCompetitionViewSet, basename="competition-team")
router.register("teams", teams.TeamViewSet)
router.register(f"{TEAM}/invitations", joining.InvitationOfTeamViewSet, basename="team-invitation")
router.register(f"{TEAM}/merge-requests", joining.MergeRequestOfTeamViewSet, basename="team-merge-request")
router.register("invitations", joining.InvitationViewSet)
router.register("merge-requests", joining.MergeRequestViewSet, basename="merge")
router.register("users/<str:username>/competitions", entering.ParticipationViewSet, basename="user-competition")
router.register("ranking", achievements.SiteRankingViewSet, basename="ranking")

singletons = SingletonRouter(use_regex_path=False)
singletons.register(f"{TEAM}/brackets", brackets.TeamBracketsViewSet, basename="team-brackets")
singletons.register("users/<str:username>/achievements", achievements.AchievementViewSet, basename="user-achievements")

urlpatterns = [*router.urls, *singletons.urls]
