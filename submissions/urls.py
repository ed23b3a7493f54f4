"""Below /api/. `teams/submissions/` is for whoever submits; the rest is about what is there."""

from django.urls import URLPattern, URLResolver, include, path

from submissions import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("teams/submissions/", views.SubmitView.as_view(), name="submit"),
    path("teams/<int:pk>/submissions/", views.TeamSubmissionsView.as_view(), name="team-submissions"),
    path("teams/<int:pk>/allowance/", views.AllowanceView.as_view(), name="team-allowance"),
    path("submissions/<int:pk>/", views.SubmissionView.as_view(), name="submission"),
    path("submissions/<int:pk>/file/", views.SubmissionFileView.as_view(), name="submission-file"),
    path("submissions/<int:pk>/selection/", views.SelectionView.as_view(), name="submission-selection"),
    path("competitions/<slug:competition>/", include("submissions.runs.urls")),
]
