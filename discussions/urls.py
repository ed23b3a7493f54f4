"""Below /api/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from discussions.views import comments, discussions, reports, uploads

router = SimpleRouter(use_regex_path=False)
router.register("discussions/tags", discussions.TagViewSet, basename="discussion-tag")
router.register("discussions/<int:pk>/comments", comments.CommentsOfDiscussionViewSet, basename="discussion-comment")
router.register("discussions", discussions.DiscussionViewSet)
router.register("comments", comments.CommentViewSet)
router.register("reports", reports.ReportViewSet)
router.register("uploads", uploads.UploadViewSet)
router.register("notebooks", uploads.NotebookViewSet, basename="notebook")

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path("uploads/<uuid:pk>/<str:name>", uploads.UploadedFileView.as_view(), name="upload-file"),
]
