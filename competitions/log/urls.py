"""`/api/competitions/{competition}/log/`."""

from rest_framework.routers import SimpleRouter

from competitions.log import views

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/log", views.LogViewSet, basename="competition-log")

urlpatterns = router.urls
