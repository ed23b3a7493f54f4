"""Below /api/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from notifications_api import views

router = SimpleRouter(use_regex_path=False)
router.register("notifications", views.NotificationViewSet, basename="notification")

urlpatterns = [
    path(
        "notifications/preferences/",
        views.PreferencesViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="notification-preferences",
    ),
    path("notifications/unsubscribe/<str:token>/", views.UnsubscribeView.as_view(), name="unsubscribe"),
    path("", include(router.urls)),
]
