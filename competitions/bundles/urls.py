"""Competitions as files: `/api/competition-bundles/`, and below a competition its bundle and its copies."""

from django.urls import URLPattern, URLResolver, path

from competitions.bundles.views import ArchiveViewSet, BundlesViewSet, BundleViewSet, CloneViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("competitions/<slug:competition>/clone/", CloneViewSet.as_view({"post": "create"}), name="competition-clone"),
    path("competitions/<slug:competition>/bundle/", BundleViewSet.as_view({"get": "retrieve"}), name="bundle"),
    path("competitions/<slug:competition>/archive/", ArchiveViewSet.as_view({"get": "retrieve"}), name="archive"),
    path("competition-bundles/", BundlesViewSet.as_view({"post": "create"}), name="bundles"),
]
