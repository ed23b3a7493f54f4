from django.urls import URLPattern, URLResolver, path

from accounts.views.me import AvatarView, DeleteAccountView, MeView, SessionView
from accounts.views.tokens import TokensView, TokenView
from accounts.views.users import UsersView, UserView

urlpatterns: list[URLPattern | URLResolver] = [
    path("session/", SessionView.as_view(), name="session"),
    path("me/", MeView.as_view(), name="me"),
    path("me/avatar/", AvatarView.as_view(), name="avatar"),
    path("me/delete/", DeleteAccountView.as_view(), name="delete-account"),
    path("me/tokens/", TokensView.as_view(), name="tokens"),
    path("me/tokens/<int:pk>/", TokenView.as_view(), name="token"),
    path("users/", UsersView.as_view(), name="users"),
    path("users/<str:username>/", UserView.as_view(), name="user"),
]
