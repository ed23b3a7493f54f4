"""The addresses of a site where everything about signing in is switched on: what that adds stands first."""

from django.urls import include, path

from accounts import auth_urls, institution_urls
from main import urls

urlpatterns = [
    path("api/auth/", include((auth_urls.patterns(institutions=True, second_factor=True), "headless"))),
    path("api/institutions/", include(institution_urls.patterns({"openid_connect", "saml"}))),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
