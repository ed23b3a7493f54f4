"""`/api/competitions/{competition}/`: private scoring and what opens the private leaderboard."""

from django.urls import URLPattern, path

from submissions.runs import views

urlpatterns: list[URLPattern] = [
    path("scoring-runs/", views.ScoringRunsView.as_view(), name="scoring-runs"),
    path("scoring-runs/<int:pk>/", views.ScoringRunView.as_view(), name="scoring-run"),
    path("private-leaderboard/confirm/", views.ConfirmView.as_view(), name="private-leaderboard-confirm"),
    path("private-leaderboard/unconfirm/", views.UnconfirmView.as_view(), name="private-leaderboard-unconfirm"),
    path("leaderboard/private/preview/", views.PreviewView.as_view(), name="leaderboard-private-preview"),
    path("leaderboard/private/preview/csv/", views.PreviewCsvView.as_view(), name="leaderboard-private-preview-csv"),
]
