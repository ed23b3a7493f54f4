"""Below /api/."""

from django.urls import path

from discussions.views import comments, discussions, reactions, reports, uploads

urlpatterns = [
    path("discussions/", discussions.DiscussionsView.as_view(), name="discussions"),
    path("discussions/tags/", discussions.TagsView.as_view(), name="discussion-tags"),
    path("discussions/<int:pk>/", discussions.DiscussionView.as_view(), name="discussion"),
    path("discussions/<int:pk>/announce/", discussions.AnnounceView.as_view(), name="discussion-announce"),
    path("discussions/<int:pk>/hide/", reactions.DiscussionHideView.as_view(), name="discussion-hide"),
    path("discussions/<int:pk>/unhide/", reactions.DiscussionUnhideView.as_view(), name="discussion-unhide"),
    path("discussions/<int:pk>/like/", reactions.DiscussionLikeView.as_view(), name="discussion-like"),
    path("discussions/<int:pk>/report/", reactions.DiscussionReportView.as_view(), name="discussion-report"),
    path("discussions/<int:pk>/revisions/", reactions.DiscussionRevisionsView.as_view(), name="discussion-revisions"),
    path("discussions/<int:pk>/comments/", comments.CommentsView.as_view(), name="comments"),
    path("comments/<int:pk>/", comments.CommentView.as_view(), name="comment"),
    path("comments/<int:pk>/hide/", reactions.CommentHideView.as_view(), name="comment-hide"),
    path("comments/<int:pk>/unhide/", reactions.CommentUnhideView.as_view(), name="comment-unhide"),
    path("comments/<int:pk>/like/", reactions.CommentLikeView.as_view(), name="comment-like"),
    path("comments/<int:pk>/report/", reactions.CommentReportView.as_view(), name="comment-report"),
    path("comments/<int:pk>/revisions/", reactions.CommentRevisionsView.as_view(), name="comment-revisions"),
    path("reports/", reports.ReportsView.as_view(), name="reports"),
    path("reports/<int:pk>/resolve/", reports.ResolveView.as_view(), name="report-resolve"),
    path("uploads/", uploads.UploadsView.as_view(), name="uploads"),
    path("uploads/<uuid:pk>/<str:name>", uploads.UploadView.as_view(), name="upload"),
    path("notebooks/convert/", uploads.ConvertNotebookView.as_view(), name="notebook-convert"),
]
