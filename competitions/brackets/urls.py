"""Below /api/: the brackets of a competition, and those of a team."""

from rest_framework.routers import SimpleRouter

from competitions.brackets import views
from foundation.routers import SingletonRouter

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/brackets", views.BracketViewSet, basename="competition-bracket")

singletons = SingletonRouter(use_regex_path=False)
singletons.register("teams/<int:pk>/brackets", views.TeamBracketsViewSet, basename="team-brackets")

urlpatterns = [*router.urls, *singletons.urls]
