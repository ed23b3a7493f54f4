"""Below /api/."""

from django.urls import path

from notifications_api import views

urlpatterns = [
    path("notifications/", views.NotificationsView.as_view(), name="notifications"),
    path("notifications/unread-count/", views.UnreadCountView.as_view(), name="notifications-unread-count"),
    path("notifications/read/", views.ReadAllView.as_view(), name="notifications-read"),
    path("notifications/delete/", views.DeleteAllView.as_view(), name="notifications-delete"),
    path("notifications/preferences/", views.PreferencesView.as_view(), name="notification-preferences"),
    path("notifications/unsubscribe/<str:token>/", views.UnsubscribeView.as_view(), name="unsubscribe"),
    path("notifications/<int:pk>/", views.NotificationView.as_view(), name="notification"),
    path("notifications/<int:pk>/read/", views.ReadView.as_view(), name="notification-read"),
    path("notifications/<int:pk>/unread/", views.UnreadView.as_view(), name="notification-unread"),
]
