"""Where everything is served. `/api`, `/docs` and `/admin` are the server's; every other path is the app's."""

from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.decorators.cache import cache_page

from main import docs, health, keys, legal, metrics, spa, status
from main.admin import view_on_site
from main.sharing.sitemaps import SITEMAPS
from main.sharing.views import card, site_card

urlpatterns = [
    path("admin/r/<int:content_type_id>/<path:object_id>/", view_on_site),
    path("admin/status/", status.status, name="status"),
    path("admin/", admin.site.urls),
    path("api/schema/", docs.SchemaView.as_view(), name="schema"),
    path("api/legal/<str:name>/", legal.LegalView.as_view(), name="legal"),
    path("api/", include("accounts.urls")),
    path("api/", include("competitions.urls")),
    path("api/", include("submissions.urls")),
    path("api/", include("studio.urls")),
    path("api/", include("discussions.urls")),
    path("api/", include("notifications_api.urls")),
    path("api/auth/", include("accounts.auth_urls")),
    path("api/institutions/", include("accounts.institution_urls")),
    path("", include("clients.urls")),
    path("docs", docs.docs, name="docs"),
    path("docs/", docs.docs),
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("media/<path:path>", spa.media, name="media"),
    path("robots.txt", spa.robots),
    path("sitemap.xml", cache_page(600)(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("cards/<str:language>/site.png", site_card, name="site-card"),
    path("cards/<str:language>/<str:kind>/<int:pk>/<str:version>/card.png", card, name="card"),
    path(".well-known/uzu-key", keys.published, name="signing-keys"),
    re_path(spa.SERVER_PATHS, spa.app, name="app"),
]

handler400 = "main.errors.bad_request"
handler403 = "main.errors.permission_denied"
handler404 = "main.errors.not_found"
handler500 = "main.errors.server_error"
