"""Where everything is served. `/api`, `/docs` and `/admin` are the server's; every other path is the app's."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("accounts.urls")),
    path("api/", include("competitions.urls")),
    path("api/", include("submissions.urls")),
    path("api/auth/", include("allauth.headless.urls")),
    path("", include("clients.urls")),
]
