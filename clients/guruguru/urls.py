"""The exact paths the guruguru command line builds; the web app keeps off them."""

from django.urls import path

from clients.guruguru.views import BoardView, LoginView, SubmissionsView, TeamsView

urlpatterns = [
    path("auth/login/", LoginView.as_view(), name="guruguru-login"),
    path("teams/", TeamsView.as_view(), name="guruguru-teams"),
    path("teams/submissions/", SubmissionsView.as_view(), name="guruguru-submissions"),
    path("competitions/<str:key>/public/", BoardView.as_view(), name="guruguru-public-leaderboard"),
    path("competitions/<str:key>/private/", BoardView.as_view(private=True), name="guruguru-private-leaderboard"),
]
