"""Everything below `/api/v1/` is the kaggle command line's, errors included."""

from django.urls import path, re_path

# Imported for the methods they register.
from clients.kaggle import (  # noqa: F401
    blobs,
    competitions,
    files,
    hosting,
    leaderboard,
    notebooks,
    security,
    submitting,
    topics,
)
from clients.kaggle.blobs import UploadView
from clients.kaggle.links import FileView
from clients.kaggle.rpc import RpcView, UnknownView

urlpatterns = [
    path("uploads/<str:secret>", UploadView.as_view(), name="kaggle-upload"),
    path("files/<str:token>/<str:name>", FileView.as_view(), name="kaggle-file"),
    path("<str:service>/<str:method>", RpcView.as_view(), name="kaggle-rpc"),
    re_path(r"^[\s\S]*$", UnknownView.as_view(), name="kaggle-unknown"),  # line breaks too
]
