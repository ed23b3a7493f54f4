"""`/api/competitions/`, `/api/teams/` and what belongs to them. `<slug:competition>` is a slug or an id."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"competitions.{subject}.urls"))
    for subject in (
        *("explaining", "organising", "crew", "phases", "teams", "brackets", "metrics", "files", "leaderboards", "log"),
        *("solution", "bundles", "combined", "roster", "grades"),
    )
]
