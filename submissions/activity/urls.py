"""`/api/competitions/{competition}/activity/`: what happens in it."""

from django.urls import URLPattern, path

from submissions.activity import views

urlpatterns: list[URLPattern] = [
    path("activity/", views.ActivityViewSet.as_view({"get": "retrieve"}), name="activity"),
]
