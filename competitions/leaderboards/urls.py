"""`/api/competitions/{competition}/leaderboard/`."""

from django.urls import URLPattern, path

from competitions.leaderboards import views

urlpatterns: list[URLPattern] = [
    path("public/", views.PublicLeaderboardView.as_view(), name="leaderboard-public"),
    path("public/csv/", views.PublicLeaderboardCsvView.as_view(), name="leaderboard-public-csv"),
    path("private/", views.PrivateLeaderboardView.as_view(), name="leaderboard-private"),
    path("private/csv/", views.PrivateLeaderboardCsvView.as_view(), name="leaderboard-private-csv"),
    path("history/", views.HistoryView.as_view(), name="leaderboard-history"),
]
