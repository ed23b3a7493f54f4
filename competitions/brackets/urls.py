"""Below /api/: the brackets of a competition."""

from rest_framework.routers import SimpleRouter

from competitions.brackets import views

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/brackets", views.BracketViewSet, basename="competition-bracket")

urlpatterns = router.urls
