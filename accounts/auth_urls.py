"""The endpoints of allauth for browsers that Uzu offers: those for phone numbers and codes are left out, those of
institutions and of the second factor are there where they are switched on.

The names and namespaces are allauth's own.
"""

from __future__ import annotations

from allauth.headless.account import views as account
from allauth.headless.base.views import APIView
from allauth.headless.constants import Client
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from accounts.views import passwords
from accounts.views.config import ConfigView

Patterns = list[URLPattern | URLResolver]


def endpoint(route: str, view: type[APIView], name: str) -> URLPattern:
    return path(route, view.as_api_view(client=Client.BROWSER), name=name)


account_patterns: Patterns = [
    endpoint("auth/session", account.SessionView, "current_session"),
    endpoint("auth/login", account.LoginView, "login"),
    endpoint("auth/signup", account.SignupView, "signup"),
    endpoint("auth/reauthenticate", account.ReauthenticateView, "reauthenticate"),
    endpoint("auth/email/verify", account.VerifyEmailView, "verify_email"),
    endpoint("auth/password/request", account.RequestPasswordResetView, "request_password_reset"),
    endpoint("auth/password/reset", passwords.ResetPasswordView, "reset_password"),
    endpoint("account/password/change", passwords.ChangePasswordView, "change_password"),
    endpoint("account/email", account.ManageEmailView, "manage_email"),
]


def institution_patterns() -> Patterns:
    """Without signing in by a token that an institution gave to somebody: only browsers sign in so."""
    from allauth.headless.socialaccount.views import ProviderSignupView  # noqa: PLC0415 -- takes time to import

    from accounts.views import institutions  # noqa: PLC0415

    return [
        endpoint("auth/provider/redirect", institutions.RedirectToProviderView, "redirect_to_provider"),
        endpoint("auth/provider/signup", ProviderSignupView, "provider_signup"),
        endpoint("account/providers", institutions.ManageProvidersView, "manage_providers"),
    ]


def second_factor_patterns() -> Patterns:
    from allauth.headless.mfa.urls import build_urlpatterns  # noqa: PLC0415 -- takes time to import

    return build_urlpatterns(Client.BROWSER)


def patterns(*, institutions: bool, second_factor: bool) -> Patterns:
    browser: Patterns = [
        endpoint("config", ConfigView, "config"),
        path("", include((account_patterns, "headless"), namespace="account")),
    ]
    if institutions:
        browser.append(path("", include((institution_patterns(), "headless"), namespace="socialaccount")))
    if second_factor:
        browser.append(path("", include((second_factor_patterns(), "headless"), namespace="mfa")))
    return [path("browser/v1/", include((browser, "headless"), namespace="browser"))]


app_name = "headless"
urlpatterns = patterns(institutions=bool(settings.INSTITUTIONS), second_factor=settings.SECOND_FACTOR)
