"""`/api/competitions/`, `/api/teams/` and what belongs to them. `<slug:competition>` is a slug or an id."""

from django.urls import URLPattern, URLResolver, include, path

from competitions.views import competitions, data, data_uploads, joining, pages, participations, solution, teams

urlpatterns: list[URLPattern | URLResolver] = [
    path("competitions/", competitions.CompetitionsView.as_view(), name="competitions"),
    path("competitions/<slug:competition>/", competitions.CompetitionView.as_view(), name="competition"),
    path("competitions/<slug:competition>/enter/", competitions.EnterView.as_view(), name="competition-enter"),
    path(
        "competitions/<slug:competition>/accept-rules/",
        competitions.AcceptRulesView.as_view(),
        name="competition-accept-rules",
    ),
    path("competitions/<slug:competition>/pages/", pages.PagesView.as_view(), name="competition-pages"),
    path("competitions/<slug:competition>/pages/<slug:page>/", pages.PageView.as_view(), name="competition-page"),
    path("competitions/<slug:competition>/solution/", solution.SolutionView.as_view(), name="competition-solution"),
    path("competitions/<slug:competition>/data/", data.DataFilesView.as_view(), name="competition-data"),
    path(
        "competitions/<slug:competition>/data/archive/",
        data.DownloadArchiveView.as_view(),
        name="competition-data-archive",
    ),
    path(
        "competitions/<slug:competition>/data/uploads/",
        data_uploads.DataUploadsView.as_view(),
        name="competition-data-uploads",
    ),
    path(
        "competitions/<slug:competition>/data/uploads/<uuid:upload>/",
        data_uploads.DataUploadView.as_view(),
        name="competition-data-upload",
    ),
    path(
        "competitions/<slug:competition>/data/uploads/<uuid:upload>/targets/",
        data_uploads.DataUploadTargetsView.as_view(),
        name="competition-data-upload-targets",
    ),
    path(
        "competitions/<slug:competition>/data/uploads/<uuid:upload>/parts/<int:number>/",
        data_uploads.DataUploadPartView.as_view(),
        name="competition-data-upload-part",
    ),
    path(
        "competitions/<slug:competition>/data/uploads/<uuid:upload>/complete/",
        data_uploads.CompleteDataUploadView.as_view(),
        name="competition-data-upload-complete",
    ),
    path("competitions/<slug:competition>/data/<int:pk>/", data.DataFileView.as_view(), name="competition-data-file"),
    path(
        "competitions/<slug:competition>/data/<int:pk>/download/",
        data.DownloadDataFileView.as_view(),
        name="competition-data-download",
    ),
    path("competitions/<slug:competition>/leaderboard/", include("competitions.leaderboards.urls")),
    path("competitions/<slug:competition>/teams/", teams.CompetitionTeamsView.as_view(), name="competition-teams"),
    path("teams/", teams.MyTeamsView.as_view(), name="my-teams"),
    path("teams/<int:pk>/", teams.TeamView.as_view(), name="team"),
    path("teams/<int:pk>/leave/", teams.LeaveTeamView.as_view(), name="team-leave"),
    path("teams/<int:pk>/transfer/", teams.TransferTeamView.as_view(), name="team-transfer"),
    path("teams/<int:pk>/remove/", teams.RemoveMemberView.as_view(), name="team-remove"),
    path("teams/<int:pk>/invitations/", joining.TeamInvitationsView.as_view(), name="team-invitations"),
    path("teams/<int:pk>/merge-requests/", joining.TeamMergeRequestsView.as_view(), name="team-merge-requests"),
    path("invitations/", joining.MyInvitationsView.as_view(), name="my-invitations"),
    path("invitations/<int:pk>/accept/", joining.AcceptInvitationView.as_view(), name="invitation-accept"),
    path("invitations/<int:pk>/refuse/", joining.RefuseInvitationView.as_view(), name="invitation-refuse"),
    path("invitations/<int:pk>/cancel/", joining.CancelInvitationView.as_view(), name="invitation-cancel"),
    path("merge-requests/<int:pk>/accept/", joining.AcceptMergeView.as_view(), name="merge-accept"),
    path("merge-requests/<int:pk>/refuse/", joining.RefuseMergeView.as_view(), name="merge-refuse"),
    path("merge-requests/<int:pk>/cancel/", joining.CancelMergeView.as_view(), name="merge-cancel"),
    path("users/<str:username>/competitions/", participations.ParticipationsView.as_view(), name="user-competitions"),
    path("markdown/", competitions.MarkdownView.as_view(), name="markdown"),
]
