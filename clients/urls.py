from django.urls import include, path

from clients.package import package

urlpatterns = [
    path("", include("clients.guruguru.urls")),
    path("uzu-client.zip", package, name="uzu-client"),
    path("api/v1/", include("clients.kaggle.urls")),
]
