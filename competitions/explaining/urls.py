"""`/api/metrics/`."""

from rest_framework.routers import SimpleRouter

from competitions.explaining import views

router = SimpleRouter(use_regex_path=False)
router.register("metrics", views.MetricViewSet, basename="metric")

urlpatterns = router.urls
