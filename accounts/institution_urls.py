"""Below /api/institutions/: where institutions send people back to. The names are allauth's own."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from accounts.institutions import OIDC, SAML
from accounts.views.institutions import from_outside


def patterns(kinds: set[str]) -> list[URLPattern]:
    """The addresses of the kinds of institutions that are configured; nothing is imported for others."""
    found: list[URLPattern] = []
    if OIDC in kinds:
        from allauth.socialaccount.providers.openid_connect import views as oidc  # noqa: PLC0415

        address = "oidc/<slug:provider_id>/login/callback/"
        found.append(path(address, from_outside(oidc.callback), name="openid_connect_callback"))
    if SAML in kinds:
        from allauth.socialaccount.providers.saml import views as saml  # noqa: PLC0415

        for name, view in (
            ("acs", saml.acs),
            ("acs/finish", saml.finish_acs),
            ("sls", saml.sls),
            ("metadata", saml.metadata),
        ):
            route_name = {"acs/finish": "saml_finish_acs"}.get(name, f"saml_{name}")
            found.append(path(f"saml/<slug:organization_slug>/{name}/", from_outside(view), name=route_name))
    return found


urlpatterns = patterns({app["provider"] for app in settings.INSTITUTIONS})
