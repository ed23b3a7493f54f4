"""Below /api/: competitions and their pages."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from competitions.organising.bundles.views import BundlesViewSet, BundleViewSet, CloneViewSet
from competitions.organising.views import competitions, pages

router = SimpleRouter(use_regex_path=False)
router.register("competitions", competitions.CompetitionViewSet)
router.register("competitions/<slug:competition>/pages", pages.PageViewSet, basename="competition-page")

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path(
        "competitions/<slug:competition>/readiness/",
        competitions.ReadinessView.as_view(),
        name="competition-readiness",
    ),
    path("competitions/<slug:competition>/clone/", CloneViewSet.as_view({"post": "create"}), name="competition-clone"),
    path("competitions/<slug:competition>/bundle/", BundleViewSet.as_view({"get": "retrieve"}), name="bundle"),
    path("competition-bundles/", BundlesViewSet.as_view({"post": "create"}), name="bundles"),
    path("markdown/", competitions.MarkdownView.as_view(), name="markdown"),
]
