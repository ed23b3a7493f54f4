"""Below /api/: the organisers' own metrics."""

from rest_framework.routers import SimpleRouter

from competitions.metrics import views

router = SimpleRouter(use_regex_path=False)
router.register("competitions/<slug:competition>/own-metrics", views.OwnMetricViewSet, basename="own-metric")

urlpatterns = router.urls
