"""`/api/competitions/{competition}/`: the integrity desk, dry runs of a rescoring, and what is noise."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from submissions.analyses import views

router = SimpleRouter(use_regex_path=False)
router.register("integrity", views.IntegrityViewSet, basename="integrity")
router.register("dry-runs", views.DryRunViewSet, basename="dry-run")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(router.urls)),
    path("noise/", views.NoiseViewSet.as_view({"get": "retrieve"}), name="noise"),
    path("noise/ranks/", views.NoiseViewSet.as_view({"post": "ranks"}), name="noise-ranks"),
    path("noise/wobble/", views.NoiseViewSet.as_view({"post": "wobble"}), name="noise-wobble"),
]
