from django.urls import include, path

from clients.package import download

urlpatterns = [
    path("", include("clients.guruguru.urls")),
    path("uzu-client.zip", download("uzu-client"), name="uzu-client"),
    path("uzu-scoring.zip", download("uzu-scoring"), name="uzu-scoring"),
    path("api/v1/", include("clients.kaggle.urls")),
]
