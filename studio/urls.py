"""`/api/competitions/<slug or id>/workbench/`."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from studio.views import PresetsView, SourceUploadViewSet, SourceViewSet, WorkbenchViewSet

WORKBENCH = "competitions/<slug:competition>/workbench"

router = SimpleRouter(use_regex_path=False)
router.register(f"{WORKBENCH}/sources", SourceViewSet, basename="workbench-source")
router.register(f"{WORKBENCH}/uploads", SourceUploadViewSet, basename="workbench-upload")


def doing(name: str) -> URLPattern:
    view = WorkbenchViewSet.as_view({"post": name})
    return path(f"{WORKBENCH}/{name}/", view, name=f"workbench-{name}")


urlpatterns: list[URLPattern | URLResolver] = [
    path("competition-presets/", PresetsView.as_view(), name="competition-presets"),
    path(f"{WORKBENCH}/", WorkbenchViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="workbench"),
    *(doing(name) for name in ("read", "make", "stop", "clock")),
    *router.urls,
]
