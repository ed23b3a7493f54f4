"""`/api/competitions/<slug or id>/roster/`, and `/api/roster-links/` for whoever holds a link."""

from rest_framework.routers import SimpleRouter

from competitions.roster.views import MineOnRosterViewSet, RosterLinkViewSet, RosterViewSet
from foundation.routers import SingletonRouter

ROSTER = "competitions/<slug:competition>/roster"

router = SimpleRouter(use_regex_path=False)
router.register(ROSTER, RosterViewSet, basename="roster")
router.register("roster-links", RosterLinkViewSet, basename="roster-link")

singletons = SingletonRouter(use_regex_path=False)
singletons.register(f"{ROSTER}/mine", MineOnRosterViewSet, basename="roster-mine")

urlpatterns = [*router.urls, *singletons.urls]
