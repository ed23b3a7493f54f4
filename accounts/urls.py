"""Below /api/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from accounts.views.me import MeViewSet, SessionView
from accounts.views.tokens import TokenViewSet
from accounts.views.users import UserViewSet
from foundation.routers import SingletonRouter

own = SingletonRouter(use_regex_path=False)
own.register("me", MeViewSet, basename="me")

router = SimpleRouter(use_regex_path=False)
router.register("me/tokens", TokenViewSet, basename="token")
router.register("users", UserViewSet)

urlpatterns: list[URLPattern | URLResolver] = [
    path("session/", SessionView.as_view(), name="session"),
    *own.urls,
    *router.urls,
]
