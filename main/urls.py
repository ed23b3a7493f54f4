"""Where everything is served. `/api`, `/docs` and `/admin` are the server's; every other path is the app's."""

from django.contrib import admin
from django.urls import include, path, re_path

from main import docs, health, legal, spa
from main.admin import view_on_site

urlpatterns = [
    path("admin/r/<int:content_type_id>/<path:object_id>/", view_on_site),
    path("admin/", admin.site.urls),
    path("api/schema/", docs.SchemaView.as_view(), name="schema"),
    path("api/legal/<str:name>/", legal.LegalView.as_view(), name="legal"),
    path("api/", include("accounts.urls")),
    path("api/", include("competitions.urls")),
    path("api/", include("submissions.urls")),
    path("api/", include("discussions.urls")),
    path("api/", include("notifications_api.urls")),
    path("api/auth/", include("accounts.auth_urls")),
    path("", include("clients.urls")),
    path("docs", docs.docs, name="docs"),
    path("docs/", docs.docs),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("media/<path:path>", spa.media, name="media"),
    path("robots.txt", spa.robots),
    re_path(spa.SERVER_PATHS, spa.app, name="app"),
]

handler400 = "main.errors.bad_request"
handler403 = "main.errors.permission_denied"
handler404 = "main.errors.not_found"
handler500 = "main.errors.server_error"
