"""Below /api/: competitions and their pages."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from competitions.organising.views import competitions, pages
from foundation.routers import SingletonRouter

router = SimpleRouter(use_regex_path=False)
router.register("competitions", competitions.CompetitionViewSet)
router.register("competitions/<slug:competition>/pages", pages.PageViewSet, basename="competition-page")

single = SingletonRouter(use_regex_path=False)
single.register(
    "competitions/<slug:competition>/publication", competitions.PublicationViewSet, basename="competition-publication"
)

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    *single.urls,
    path(
        "competitions/<slug:competition>/readiness/",
        competitions.ReadinessView.as_view(),
        name="competition-readiness",
    ),
    path("markdown/", competitions.MarkdownView.as_view(), name="markdown"),
]
